"""The clinic that each release keeps for those after it can be made by the code as it is, on both engines.

It is made once a release, and would otherwise fail then.
"""

from __future__ import annotations

import pytest
import time_machine

from tests.architecture.matrix import MATRIX
from tests.upgrade import dumps
from tests.upgrade.clinic import MOMENT, NEVER_USED, furnish


@pytest.mark.slow
@pytest.mark.django_db
def test_every_table_has_rows_and_every_page_a_place() -> None:
    with time_machine.travel(MOMENT):
        facts = furnish()
    assert {table for table, rows in dumps.every_row().items() if not rows} == NEVER_USED
    assert {row.place for row in MATRIX if row.get and row.place} <= facts["places"].keys()

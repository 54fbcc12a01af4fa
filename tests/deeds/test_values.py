"""Each deed stores what it stored before: every value of every row, the words of the audit log among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.deeds import ledger
from tests.deeds.clinics import beside, clinic
from tests.deeds.deed import Deed
from tests.deeds.stage import Stage, do
from tests.deeds.table import DEEDS
from tests.deeds.values import changes
from tests.kept import assert_as_kept
from tests.reports.release_clinic import kept_for_the_module

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine("what is stored is told from the same rows")]
OPENED = datetime(2028, 7, 4, 9, tzinfo=UTC)  # an ordinary Tuesday: days and hours are the same each time
SUBJECTS = sorted({deed.arrange.__module__.rpartition(".")[2] for deed in DEEDS})


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    with kept_for_the_module(django_db_blocker):
        with time_machine.travel(OPENED):
            ours = clinic("north")
            made = Stage(ours, beside(ours), clinic("south"))
        yield made


@pytest.mark.parametrize("subject", SUBJECTS)
def test_it_stores_the_same(stage: Stage, subject: str, tmp_path: Path) -> None:
    deeds = [deed for deed in DEEDS if deed.arrange.__module__.endswith(f".{subject}")]
    told = "\n".join(line for deed in deeds for line in told_of(stage, deed))
    assert_as_kept(f"deeds/{subject}.txt", told, tmp_path)


def told_of(stage: Stage, deed: Deed) -> Iterator[str]:
    with time_machine.travel(OPENED + timedelta(hours=1)), transaction.atomic():
        arguments = stage.arrange(deed)
        before = ledger.snapshot()
        do(deed, arguments)
        yield f"== {deed}"
        yield from changes(before, ledger.snapshot())
        yield ""
        transaction.set_rollback(True)

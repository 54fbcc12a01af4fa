"""Two at the same moment: of each deed, and of pairs that must not both succeed.

On PostgreSQL a row lock or a condition in the write keeps them apart, on SQLite the one write lock that a
transaction takes when it begins.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.deeds import ledger
from tests.deeds.clinics import clinic
from tests.deeds.deed import Deed, Twice
from tests.deeds.racecourse import race, racecourse
from tests.deeds.stage import do
from tests.deeds.table import DEEDS
from tests.servers import short_folder
from tracking.errors import TrackingError

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of these tests: no transaction stands around a test."""
    with short_folder("tlrace") as folder, django_db_blocker.unblock(), racecourse(Path(folder)):
        yield


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_two_at_once(deed: Deed) -> None:
    arguments = deed.arrange(clinic(f"race{next(NUMBERS)}"))
    before = ledger.snapshot()
    came_to = race(lambda: do(deed, arguments), lambda: do(deed, arguments))
    failed = [each for each in came_to if isinstance(each, Exception)]
    assert all(isinstance(each, TrackingError) for each in failed), failed
    assert len(failed) == (deed.twice == Twice.REFUSED), came_to
    written = ledger.entries(before, ledger.snapshot())
    if deed.twice == Twice.ADDS:
        assert rows(written) == rows(ledger.read(deed.writes)) + rows(ledger.read(deed.again))
    else:
        assert written == ledger.read(deed.writes)


def rows(entries: list[str]) -> Counter[str]:
    """How many rows more and less of each kind. Which columns changed of others is not told twice."""
    parts = [entry.partition("*") for entry in entries if ":" not in entry]
    return Counter({name: int(count or 1) for name, _, count in parts})

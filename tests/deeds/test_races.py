"""Two at the same moment: of each deed, and of pairs that must not both succeed.

On PostgreSQL a row lock or a condition in the write keeps them apart, on SQLite the one write lock that a
transaction takes when it begins.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.deeds import ledger
from tests.deeds.clinics import clinic
from tests.deeds.deed import Arguments, Deed, Twice
from tests.deeds.pair import Act, Pair
from tests.deeds.pairs import PAIRS
from tests.deeds.racecourse import race, racecourse
from tests.deeds.stage import do, perform
from tests.deeds.table import DEEDS
from tests.deeds.test_all_or_nothing import undone
from tests.servers import short_folder
from tracking.errors import TrackingError

NUMBERS = itertools.count(1)
RACES = 20  # on one course


@pytest.fixture(scope="module")
def courses(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[], None]]:
    """Makes way for the next race. What earlier ones have left is looked through again and again, so now and then
    there is a new course."""
    races = itertools.count()
    with django_db_blocker.unblock(), ExitStack() as stack:

        def next_race() -> None:
            if next(races) % RACES == 0:
                stack.close()
                folder = stack.enter_context(short_folder("tlrace"))
                stack.enter_context(racecourse(Path(folder)))

        yield next_race


@pytest.fixture(autouse=True)
def db(courses: Callable[[], None]) -> None:
    """The database of these tests: no transaction stands around a test."""
    courses()


@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_two_at_once(deed: Deed) -> None:
    if deed.others:  # what earlier races left due is not of this one
        do(deed, deed.arrange(clinic(f"race{next(NUMBERS)}")))
    arguments = deed.arrange(clinic(f"race{next(NUMBERS)}"))
    before = ledger.snapshot()
    counted = counted_in_turn(deed, arguments, before)
    came_to = race(lambda: do(deed, arguments), lambda: do(deed, arguments))
    failed = [each for each in came_to if isinstance(each, Exception)]
    assert all(isinstance(each, TrackingError) for each in failed), failed
    assert len(failed) == (deed.twice == Twice.REFUSED), came_to
    after = ledger.snapshot()
    written = ledger.entries(before, after)
    if deed.twice == Twice.ADDS:
        assert rows(written) == rows(ledger.read(deed.writes)) + rows(ledger.read(deed.again))
    else:
        assert written == ledger.read(deed.writes)
    assert ledger.sums(before, after) == counted


def rows(entries: list[str]) -> Counter[str]:
    """How many rows more and less of each kind. Which columns changed of others is not told twice."""
    parts = [entry.partition("*") for entry in entries if ":" not in entry]
    return Counter({name: int(count or 1) for name, _, count in parts})


def counted_in_turn(deed: Deed, arguments: Arguments, before: ledger.Snapshot) -> Counter[str]:
    """What the columns that count come to when it is done twice, one after the other. It is undone."""
    with undone():
        do(deed, arguments)
        with suppress(TrackingError):
            do(deed, arguments)
        return ledger.sums(before, ledger.snapshot())


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_two_different_ones_at_once(pair: Pair) -> None:
    one, other = pair.arrange(clinic(f"race{next(NUMBERS)}"))
    before = ledger.snapshot()
    ends = in_turn(before, one, other), in_turn(before, other, one)
    assert [written for written, _ in ends] == [ledger.read(pair.one_first), ledger.read(pair.other_first)]
    refused = race(lambda: done(*one), lambda: done(*other))
    assert end(before, refused) in ends


def in_turn(before: ledger.Snapshot, first: Act, then: Act) -> tuple[list[str], Counter[str]]:
    """What comes of one after the other. It is undone."""
    with undone():
        return end(before, [done(*first), done(*then)])


def done(action: Callable[..., Any], arguments: Arguments) -> str:
    """Empty, or that it was refused, in the words of the table."""
    try:
        perform(action, arguments)
    except TrackingError:
        return f"!{action.__name__}"
    return ""


def end(before: ledger.Snapshot, refused: list[Any]) -> tuple[list[str], Counter[str]]:
    """What has come of both, and by how much the columns that count. An error that is no refusal fails."""
    broken = [each for each in refused if isinstance(each, Exception)]
    assert broken == []
    after = ledger.snapshot()
    written = ledger.entries(before, after) + [each for each in refused if each]
    return sorted(written), ledger.sums(before, after)

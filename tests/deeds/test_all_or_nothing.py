"""Whatever write of a deed fails, the database is as it was before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.deeds import ledger
from tests.deeds.deed import Arguments, Deed
from tests.deeds.ledger import Interrupted, stopped_at
from tests.deeds.stage import Stage, do
from tests.deeds.table import DEEDS
from tracking import clock

pytestmark = pytest.mark.django_db
ALL = 1_000_000
LEASES_ARE_OVER = timedelta(hours=1)  # nobody takes over what somebody may still be doing
MOST = 40  # of a deed of many writes, so many are made to fail, from the first to the last


@pytest.mark.parametrize("deed", [each for each in DEEDS if not each.in_steps], ids=str)
def test_each_write_fails_in_turn(stage: Stage, deed: Deed) -> None:
    arguments = stage.arrange(deed)
    before = ledger.snapshot()
    for write in chosen(writes_of(deed, arguments)):
        with pytest.raises(Interrupted), stopped_at(write):
            do(deed, arguments)
        connection.set_rollback(False)  # a write outside any transaction of the deed's own marks the test's
        assert ledger.entries(before, ledger.snapshot()) == [], f"after write {write} had failed"


@pytest.mark.parametrize("deed", [each for each in DEEDS if each.in_steps], ids=str)
def test_what_was_cut_short_is_made_whole_by_doing_it_again(
    stage: Stage, deed: Deed, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A failed write outside an ``atomic`` of the deed's own would end the transaction that stands around the test.
    monkeypatch.setattr(transaction, "mark_for_rollback_on_error", lambda using: nullcontext())
    arguments = stage.arrange(deed)
    before = ledger.snapshot()
    for write in chosen(writes_of(deed, arguments)):
        with undone():
            with suppress(Interrupted), stopped_at(write):
                do(deed, arguments)
            connection.set_rollback(False)
            with clock.simulated(clock.now() + (deed.later or LEASES_ARE_OVER)):
                do(deed, later(deed, arguments))
            assert ledger.entries(before, ledger.snapshot()) == ledger.read(deed.writes)


def later(deed: Deed, arguments: Arguments) -> Arguments:
    """The arguments of a try that comes later."""
    return arguments | {"now": arguments["now"] + deed.later} if "now" in arguments else arguments


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is as if it had not been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def writes_of(deed: Deed, arguments: Arguments) -> int:
    """How many writes the whole deed is. It is undone."""
    with undone(), stopped_at(ALL) as seen:
        do(deed, arguments)
    return len(seen)


def chosen(count: int) -> list[int]:
    assert count, "it writes nothing"
    step = max(1, -(-count // MOST))
    return sorted({*range(1, count + 1, step), count})

"""Guessing is slowed by network address, and nobody else with it."""

from datetime import UTC, datetime, timedelta

import pytest

from tracking.actions import tries
from tracking.models import FailedTries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, 3, tzinfo=UTC)


def fail(address: str, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        tries.count_failure(address=address, now=now)


def test_an_address_is_slowed_at_the_limit_and_another_is_not() -> None:
    fail("192.0.2.1", tries.ALLOWED - 1)
    assert not tries.is_slowed(address="192.0.2.1", now=NOW)
    fail("192.0.2.1", 1)
    assert tries.is_slowed(address="192.0.2.1", now=NOW)
    assert not tries.is_slowed(address="192.0.2.2", now=NOW)


def test_it_is_never_for_ever() -> None:
    fail("192.0.2.1", tries.ALLOWED)
    assert not tries.is_slowed(address="192.0.2.1", now=NOW + tries.WINDOW)


def test_past_windows_are_forgotten_and_no_address_is_stored() -> None:
    fail("192.0.2.1", 1)
    fail("192.0.2.9", 1, NOW + timedelta(hours=1))
    (row,) = FailedTries.objects.all()
    assert "192.0.2" not in row.source
    assert row.window == datetime(2026, 6, 1, 13, 0, tzinfo=UTC)

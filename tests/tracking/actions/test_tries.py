"""Guessing is slowed by whom it is counted against, and nobody else with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracking.actions import tries
from tracking.actions.tries import ACCOUNT, ADDRESS, LINK, Source, put_down, sign_in_sources, take_back
from tracking.models import FailedTries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, 3, tzinfo=UTC)
HERE, THERE = Source(LINK, "192.0.2.1"), Source(LINK, "192.0.2.2")


def fail(source: Source, times: int, now: datetime = NOW) -> list[bool]:
    return [put_down(sources=[source], now=now) is not None for _ in range(times)]


def signs_in(name: str, network: str, browser: str = "") -> bool:
    """A wrong password. Whether it was looked at."""
    return put_down(sources=sign_in_sources(name=name, network=network, browser=browser), now=NOW) is not None


def test_an_address_is_slowed_at_the_limit_and_another_is_not() -> None:
    assert fail(HERE, tries.ALLOWED + 1) == [True] * tries.ALLOWED + [False]
    assert fail(THERE, 1) == [True]
    assert fail(Source(ADDRESS, HERE.whom), 1) == [True]  # nor for anything else


def test_it_is_never_for_ever() -> None:
    fail(HERE, tries.ALLOWED)
    assert fail(HERE, 1, NOW + tries.WINDOW) == [True]


def test_what_was_right_is_no_failure() -> None:
    for _ in range(2 * tries.ALLOWED):
        counted = put_down(sources=[HERE, Source(ACCOUNT, "mona@example.org")], now=NOW)
        assert counted
        take_back(tries=counted)
    assert set(FailedTries.objects.values_list("count", flat=True)) == {0}


def test_what_is_refused_counts_against_nobody() -> None:
    fail(THERE, tries.ALLOWED)
    assert put_down(sources=[HERE, THERE], now=NOW) is None
    assert fail(HERE, tries.ALLOWED) == [True] * tries.ALLOWED


def test_past_windows_are_forgotten_and_no_address_is_stored() -> None:
    fail(HERE, 1)
    fail(Source(LINK, "192.0.2.9"), 1, NOW + timedelta(hours=3))
    (row,) = FailedTries.objects.all()
    assert "192.0.2" not in row.source
    assert row.window == datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


def test_a_window_that_still_counts_is_not_forgotten() -> None:
    account = Source(ACCOUNT, "mona@example.org")
    fail(account, tries.ACCOUNT_ALLOWED)
    fail(THERE, 1, NOW + timedelta(minutes=40))
    assert fail(account, 1, NOW + timedelta(minutes=41)) == [False]


def test_one_account_at_one_address_has_few_tries() -> None:
    assert [signs_in("mona", "192.0.2.1") for _ in range(6)] == [True] * 5 + [False]
    assert signs_in("mona", "192.0.2.2")
    assert signs_in("nora", "192.0.2.1")


def test_one_account_has_some_tries_from_everywhere_and_a_known_browser_its_own() -> None:
    assert [signs_in("mona", f"192.0.2.{place}") for place in range(21)] == [True] * 20 + [False]
    assert [signs_in("mona", "192.0.2.1", "a browser") for _ in range(6)] == [True] * 5 + [False]
    assert signs_in("mona", "192.0.2.1", "another browser")


def test_one_address_has_many_tries_and_a_known_browser_behind_it_its_own() -> None:
    names = [signs_in(f"name {number}", "192.0.2.1") for number in range(101)]
    assert names == [True] * 100 + [False]
    assert signs_in("mona", "192.0.2.1", "a browser")
    assert signs_in("mona", "192.0.2.2")

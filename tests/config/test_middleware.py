"""Sessions end, and no cache keeps a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.cast import person
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATE = timedelta(seconds=1)
IDLE = timedelta(minutes=30)
DAY = timedelta(hours=12)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(MORNING, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def desk(client: Client, clock: time_machine.Coordinates) -> Client:
    client.force_login(person("Clara Clinician", Role.CLINICIAN))
    assert is_in(client)
    return client


def is_in(client: Client, **headers: str) -> bool:
    return client.get(reverse("today"), headers=headers).status_code == 200


def test_the_limits_are_half_an_hour_and_twelve_hours() -> None:
    assert timedelta(seconds=settings.SESSION_IDLE_SECONDS) == IDLE
    assert timedelta(seconds=settings.SESSION_COOKIE_AGE) == DAY


def test_whoever_is_away_for_half_an_hour_is_signed_out(
    desk: Client, clock: time_machine.Coordinates
) -> None:
    clock.shift(IDLE)
    assert is_in(desk)
    clock.shift(IDLE + LATE)
    assert not is_in(desk)
    clock.shift(-IDLE)
    assert not is_in(desk), "signed out stays signed out"


def test_whoever_is_busy_stays_until_the_end_of_the_day(
    desk: Client, clock: time_machine.Coordinates
) -> None:
    for _ in range(36):
        clock.shift(timedelta(minutes=20))
        assert is_in(desk)
    clock.shift(LATE)
    assert not is_in(desk)


def test_an_open_page_that_asks_by_itself_is_nobody_who_is_there(
    desk: Client, clock: time_machine.Coordinates
) -> None:
    for _ in range(6):
        clock.shift(timedelta(minutes=5))
        assert is_in(desk, **{"X-Background": "1"})
    clock.shift(LATE)
    assert not is_in(desk, **{"X-Background": "1"})


def test_pages_are_kept_by_no_cache(desk: Client) -> None:
    for address in (reverse("today"), reverse("account_login"), "/nothing/here/"):
        kept = desk.get(address).headers["Cache-Control"]
        assert "no-store" in kept
        assert "private" in kept

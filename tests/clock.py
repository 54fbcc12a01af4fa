"""The one clock of the suite. Every test, and every process that a test starts, lives at one of eight instants.

The days of a test are counted here too: where the people of the tests live, not where the machine stands.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import time_machine
from django.utils import timezone

BERLIN = ZoneInfo("Europe/Berlin")  # where the cast lives
CHILDREN = Path(__file__).parent / "children"
AHEAD = "TESTS_CLOCK_AHEAD"  # seconds; read by ``children/sitecustomize.py``


class Instant(NamedTuple):
    moment: datetime
    awkward: str


# "Before" leaves most of an hour until midnight, so that no run of the suite walks into the next day.
INSTANTS = {
    "leap-night": Instant(
        datetime(2028, 2, 29, 23, 5, tzinfo=UTC), "29 February in UTC, before midnight; 1 March in Berlin"
    ),
    "leap-morning": Instant(
        datetime(2028, 2, 28, 11, 5, tzinfo=UTC), "29 February has just begun, in Auckland alone"
    ),
    "old-year": Instant(
        datetime(2027, 12, 31, 22, 5, tzinfo=UTC), "the last hour of 31 December in Berlin; 2028 in Auckland"
    ),
    "new-year": Instant(
        datetime(2028, 1, 1, 0, 5, tzinfo=UTC), "1 January has just begun in UTC; 31 December in Honolulu"
    ),
    "far-west": Instant(
        datetime(2028, 6, 1, 9, 5, tzinfo=UTC), "the last hour of May in Honolulu; June everywhere else"
    ),
    "one-date": Instant(
        datetime(2028, 11, 15, 10, 5, tzinfo=UTC),
        "the day has just begun in Honolulu and is in its last hour in Auckland",
    ),
    "spring-night": Instant(
        datetime(2028, 3, 26, 1, 5, tzinfo=UTC), "Berlin has just gone from 2:00 to 3:00: a day of 23 hours"
    ),
    "autumn-night": Instant(
        datetime(2028, 10, 29, 1, 5, tzinfo=UTC),
        "it is 2:05 in Berlin for the second time: a day of 25 hours",
    ),
}
USUAL = "leap-night"


def to(name: str) -> time_machine.travel:
    """Starts a clock that goes on from the instant of that name. Monotonic clocks, so time-outs too, are left alone."""
    return time_machine.travel(INSTANTS[name].moment.timestamp())


def for_children() -> dict[str, str]:
    """The environment in which a Python process starts at the moment that it is here."""
    ahead = time.time() - time_machine.escape_hatch.time.time()
    path = os.pathsep.join(filter(None, [str(CHILDREN), os.environ.get("PYTHONPATH")]))
    return {AHEAD: repr(ahead), "PYTHONPATH": path}


def today() -> date:
    """The day that it is in Berlin."""
    return timezone.localdate(timezone=BERLIN)

"""The one clock of everything that is recorded. A simulated clinic sets it; nothing else may. Only the record of who
did what keeps the real time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

_simulated: ContextVar[datetime | None] = ContextVar("simulated moment", default=None)


def now() -> datetime:
    return _simulated.get() or timezone.now()


def real_now() -> datetime:
    """What time it is, also while a clinic is simulated: for the record of who did what, whose past days are sealed."""
    return timezone.now()


def today() -> date:
    """The server's own day, of ``TIME_ZONE``: for accounts, roles and teams. Sites and patients have their own days."""
    return day_of(now())


def day_of(moment: datetime, zone: str | None = None) -> date:
    """The day of a moment in a time zone ("Europe/Berlin"); without one, that of the server. A moment has another day
    elsewhere: nothing else makes a day of it."""
    return timezone.localdate(moment, ZoneInfo(zone) if zone else timezone.get_default_timezone())


def wall(moment: datetime, zone: str) -> datetime:
    """What the clock on the wall shows there at a moment; without a zone, so that no page moves it once more."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@contextmanager
def simulated(moment: datetime) -> Iterator[None]:
    """Inside, it is ``moment``: invented people go through the real actions on their own days."""
    token = _simulated.set(moment)
    try:
        yield
    finally:
        _simulated.reset(token)

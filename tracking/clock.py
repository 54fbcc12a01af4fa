"""The one clock of everything that is recorded. A simulated clinic sets it; nothing else may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_simulated: ContextVar[datetime | None] = ContextVar("simulated moment", default=None)


def now() -> datetime:
    return _simulated.get() or timezone.now()


def today() -> date:
    """The server's own day, of ``TIME_ZONE``: for accounts, roles and teams. Sites and patients have their own days."""
    return timezone.localdate(now())


@contextmanager
def simulated(moment: datetime) -> Iterator[None]:
    """Inside, it is ``moment``: invented people go through the real actions on their own days."""
    token = _simulated.set(moment)
    try:
        yield
    finally:
        _simulated.reset(token)

"""How long what is held about a person is kept after the last treatment: pure. No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

NOTICE = timedelta(days=1)  # after which a shorter time counts


class Rule(Protocol):
    """What a site has said of one kind of what it holds."""

    @property
    def years(self) -> int: ...

    @property
    def set_at(self) -> datetime: ...


R = TypeVar("R", bound=Rule)


def kept_through(ended_on: date, years: int) -> date:
    """The last day on which it is kept: so many years after the end. Of the 29 of February the 28."""
    try:
        return ended_on.replace(year=ended_on.year + years)
    except ValueError:
        return ended_on.replace(year=ended_on.year + years, day=28)


def counting(rules: Iterable[R], now: datetime) -> R | None:
    """Which of the rules of one kind, oldest first, counts now: the latest, but a shorter time than that before it only
    after ``NOTICE``, within which somebody can set the longer one again."""
    found: R | None = None
    for rule in rules:
        if found is None or rule.years >= found.years or rule.set_at + NOTICE <= now:
            found = rule
    return found

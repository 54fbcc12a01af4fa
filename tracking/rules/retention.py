"""How long what is held about a person is kept after the last treatment: pure. No Django, no clock."""

from __future__ import annotations

from datetime import date


def kept_through(ended_on: date, years: int) -> date:
    """The last day on which it is kept: so many years after the end. Of the 29 of February the 28."""
    try:
        return ended_on.replace(year=ended_on.year + years)
    except ValueError:
        return ended_on.replace(year=ended_on.year + years, day=28)

"""What a request asks for on a day: the pure rule. No Django, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Place = Literal["missed", "overdue", "due", "next", "planned"]
ORDER: tuple[Place, ...] = ("overdue", "due", "next", "planned", "missed")


@dataclass(frozen=True, slots=True)
class Window:
    """When an open request can be answered, and the day on which it is due. Whole days, both ends included."""

    opens_on: date
    due_on: date
    closes_on: date


def places(windows: Sequence[Window], today: date) -> list[Place]:
    """Where each of these open requests stands today. *Missed*: its time has passed. *Overdue* can still be answered,
    *next* is whatever opens first of what is to come; the rest is *planned*."""
    to_come = [one.opens_on for one in windows if one.opens_on > today]
    first = min(to_come, default=None)
    return [_place(one, today, first) for one in windows]


def _place(window: Window, today: date, first: date | None) -> Place:
    if window.closes_on < today:
        return "missed"
    if window.opens_on > today:
        return "next" if window.opens_on == first else "planned"
    return "overdue" if window.due_on < today else "due"

"""What a request asks for on a day: the pure rule. No Django, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

Place = Literal["missed", "overdue", "due", "next", "planned"]
ORDER: tuple[Place, ...] = ("overdue", "due", "next", "planned", "missed")


class Asked(Protocol):
    """When an open request can be answered, and the day on which it is due. Whole days, both ends included."""

    @property
    def opens_on(self) -> date: ...
    @property
    def due_on(self) -> date: ...
    @property
    def closes_on(self) -> date: ...


def places(asked: Sequence[Asked], today: date) -> list[Place]:
    """Where each of these open requests stands today. *Missed*: its time has passed. *Overdue* can still be answered,
    *next* is whatever opens first of what is to come; the rest is *planned*."""
    to_come = [one.opens_on for one in asked if one.opens_on > today]
    first = min(to_come, default=None)
    return [_place(one, today, first) for one in asked]


def _place(asked: Asked, today: date, first: date | None) -> Place:
    if asked.closes_on < today:
        return "missed"
    if asked.opens_on > today:
        return "next" if asked.opens_on == first else "planned"
    return "overdue" if asked.due_on < today else "due"

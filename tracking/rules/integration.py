"""Integration: what a protocol plans after each dose, and what became of it. Pure.

A delay is the number of calendar days, where the patient lives, from the day of the dosing session to that of the
integration session. A session that was missed or cancelled uses up its place in the plan; it was not held.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracking.rules.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Meeting:
    """One integration session: its day, and whether it was held."""

    day: date
    held: bool


@dataclass(frozen=True, slots=True)
class Integration:
    """The integration of one dosing session.

    ``planned``: how many the protocol plans, ``None`` where it says nothing of this dosing session. ``first_after``:
    days from the dose to the first that was held, ``None`` while there is none. ``next_due``: the planned day of
    the first that is not recorded yet; ``None`` when all are, or when another dosing session has taken place.
    """

    planned: int | None
    held: int
    missed: int
    first_after: int | None
    next_due: date | None


def planned_delays(protocol: Protocol, arm: str) -> tuple[tuple[int, ...], ...]:
    """Of each dosing session that is planned in an arm: after how many days it is integrated, in rising order.

    An integration session belongs to the last dosing session on or before its day; one before the first dose
    integrates nothing.
    """
    doses, talks = (_days(protocol, arm, kind) for kind in ("dosing", "integration"))
    delays: list[list[int]] = [[] for _ in doses]
    for day in talks:
        number = bisect_right(doses, day)
        if number:
            delays[number - 1].append(day - doses[number - 1])
    return tuple(map(tuple, delays))


def _days(protocol: Protocol, arm: str, kind: str) -> list[int]:
    return sorted(
        day for row in protocol.sessions if row.kind == kind and arm in row.arms for day in row.days
    )


def integration_of(
    dosed_on: date, planned: Sequence[int] | None, meetings: Sequence[Meeting], *, is_latest: bool
) -> Integration:
    """What became of the integration of one dosing session. ``planned``: the delays that the protocol plans, ``None``
    where it plans none for it; ``is_latest``: no dosing session came after it."""
    held = sorted(meeting.day for meeting in meetings if meeting.held)
    open_places = (planned or ())[len(meetings) :] if is_latest else ()
    return Integration(
        planned=None if planned is None else len(planned),
        held=len(held),
        missed=len(meetings) - len(held),
        first_after=(held[0] - dosed_on).days if held else None,
        next_due=dosed_on + timedelta(days=open_places[0]) if open_places else None,
    )

"""A medication as it was planned beside what was really taken, and steps of equal size: pure. No Django, no clock.

A step that was taken within ``TOLERANCE`` days of its planned day was taken on time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

TOLERANCE = 1
FINEST = Decimal("0.001")
Outcome = Literal["done", "other amount", "skipped", "overdue", "due today", "to come"]
WAITING: tuple[Outcome, ...] = ("overdue", "due today", "to come")


@dataclass(frozen=True, slots=True)
class Step:
    """From this day on, this much a day; 0 is the stop."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as it was planned, on the day ``written``: nothing that happened before can have fulfilled it."""

    day: date
    amount: Decimal
    written: date


@dataclass(frozen=True, slots=True)
class StepState:
    """What became of a planned step.

    ``actual``: the step that was taken for it, if any. ``days``: so many days late, negative: early; of one
    that is overdue: so far. 0 where neither can be said.
    """

    planned: PlannedStep
    outcome: Outcome
    days: int = 0
    actual: Step | None = None

    @property
    def on_time(self) -> bool:
        return self.outcome == "done" and abs(self.days) <= TOLERANCE

    @property
    def days_early(self) -> int:
        return max(-self.days, 0)


def step_states(planned: Iterable[PlannedStep], actual: Iterable[Step], today: date) -> tuple[StepState, ...]:
    """What became of each planned step, in the order of their days.

    ``actual``: the standing steps of the medication, its start and its stop among them. A planned step was done
    by the first step to its amount that follows the one that fulfilled the planned step before it. Else another
    amount, begun from its day (less ``TOLERANCE``) until the next planned day, was taken in its place. Else it
    was skipped, if the dose has come down to its amount or below since, by a later step or the stop. Else it is
    overdue, due today or still to come. Each actual step stands for one planned step.
    """
    wanted = sorted(planned, key=lambda row: row.day)
    taken = sorted(actual, key=lambda row: row.day)[1:]  # the start of a medication fulfils no plan
    by_amount = _by_amount(wanted, taken)
    free = [row for row in taken if row not in by_amount.values()]
    states = []
    for number, row in enumerate(wanted):
        until = wanted[number + 1].day if number + 1 < len(wanted) else None
        found = by_amount.get(number)
        if found:
            states.append(StepState(row, "done", (found.day - row.day).days, found))
        elif other := _in_its_place(row, until, free):
            free.remove(other)
            states.append(StepState(row, "other amount", (other.day - row.day).days, other))
        else:
            states.append(_not_taken(row, taken, today))
    return tuple(states)


def _by_amount(wanted: Sequence[PlannedStep], taken: Sequence[Step]) -> dict[int, Step]:
    found: dict[int, Step] = {}
    after = date.min
    for number, row in enumerate(wanted):
        match = next(
            (
                step
                for step in taken
                if step.amount == row.amount and step.day >= row.written and step.day > after
            ),
            None,
        )
        if match:
            found[number], after = match, match.day
    return found


def _in_its_place(row: PlannedStep, until: date | None, free: Sequence[Step]) -> Step | None:
    first = max(row.day - timedelta(days=TOLERANCE), row.written)
    return next((step for step in free if first <= step.day and (until is None or step.day < until)), None)


def _not_taken(row: PlannedStep, taken: Sequence[Step], today: date) -> StepState:
    if any(step.day >= row.written and step.amount <= row.amount for step in taken):
        return StepState(row, "skipped")
    if row.day < today:
        return StepState(row, "overdue", (today - row.day).days)
    return StepState(row, "due today" if row.day == today else "to come")


def equal_steps(start: Decimal, days: Sequence[date], tablets: Sequence[Decimal] = ()) -> tuple[Step, ...]:
    """From ``start`` down to 0 on the last of ``days``, by the same amount each time: arithmetic, and nobody's
    advice. Amounts are rounded to a thousandth, or to the nearest of the amounts that ``tablets`` make up, where there
    are enough of those for every step to be lower. Raises ``ValueError`` without a day or without a dose."""
    if not days or start <= 0:
        raise ValueError("equal steps need a dose and at least one day")
    count = len(days)
    amounts = [
        (start * (count - number) / count).quantize(FINEST, ROUND_HALF_UP) for number in range(1, count + 1)
    ]
    return tuple(map(Step, days, _to_tablets(start, amounts, tablets) or amounts))


def _to_tablets(start: Decimal, amounts: Sequence[Decimal], tablets: Sequence[Decimal]) -> list[Decimal]:
    """Falling amounts that tablets make up, as near as can be to ``amounts``, the last of which is the stop; none where
    there are not enough of them."""
    found: list[Decimal] = []
    before = start
    for number, amount in enumerate(amounts[:-1], start=1):
        rest = len(amounts) - 1 - number  # so many steps are still to come before the stop
        lower = [one for one in tablets if one < before][rest:]
        if not lower:
            return []
        before = min(lower, key=lambda one: (abs(one - amount), one))
        found.append(before)
    return [*found, Decimal(0)]


def spread_days(first: date, last: date, count: int) -> tuple[date, ...]:
    """``count`` days from the first to the last, as far apart as whole days allow. A single one is the last.
    Raises ``ValueError`` when there are not so many days."""
    span = (last - first).days
    if count < 1 or span < count - 1:
        raise ValueError(f"there are not {count} days from the first to the last")
    if count == 1:
        return (last,)
    return tuple(first + timedelta(days=span * number // (count - 1)) for number in range(count))

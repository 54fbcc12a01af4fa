"""The dose a day over time as two lines, planned and taken, on a square of 100 by 100: pure. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracking.rules.tapers import Step


@dataclass(frozen=True, slots=True)
class StepDrawing:
    """The points of both lines, as an SVG polyline takes them; ``planned`` is empty without a plan. From the
    ``first`` to the ``last`` day, from 0 to ``highest`` a day; ``today`` in percent of the width."""

    taken: str
    planned: str
    first: date
    last: date
    highest: Decimal
    today: str


def step_drawing(taken: Sequence[Step], planned: Sequence[Step], today: date) -> StepDrawing | None:
    """Nothing to draw where no dose lasted for a day. ``taken`` and ``planned`` in the order of their days;
    what is taken goes on until today, and the plan begins from the dose taken before it."""
    if not taken:
        return None
    first = taken[0].day
    last = max([today, *(step.day for step in (*taken, *planned))])
    if last == first:
        return None
    highest = max(step.amount for step in taken)

    def line(steps: Sequence[Step], until: date) -> str:
        points: list[str] = []
        for number, step in enumerate(steps):
            end = steps[number + 1].day if number + 1 < len(steps) else until
            points += [f"{x(day)},{100 - 100 * step.amount / highest:.2f}" for day in (step.day, end)]
        return " ".join(points)

    def x(day: date) -> str:
        return f"{100 * (day - first).days / (last - first).days:.2f}"

    before = [step for step in taken if planned and step.day < planned[0].day][-1:]
    start = [Step(max(before[0].day, first), before[0].amount)] if before else []
    return StepDrawing(
        taken=line(taken, max(today, taken[-1].day)),
        planned=line([*start, *planned], last) if planned else "",
        first=first,
        last=last,
        highest=highest,
        today=x(min(max(today, first), last)),
    )

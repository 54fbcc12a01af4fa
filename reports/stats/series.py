"""The scores of one scale in one treatment episode, put in order.

Everything that follows (course, flags, trajectory, charts) reads what ``prepare`` returns and nothing else,
so that the order in which scores arrived can never matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Integral


@dataclass(frozen=True, slots=True)
class Point:
    """One assessment on the time axis of an episode.

    ``day``: whole days from the origin of the axis (the caller's choice; negative is before).
    ``value``: the score; ``None`` when the form was given but too much was left out to score it.
    ``acute``: taken while a drug of the dosing session was still at work; shown, never judged.
    ``estimated``: the score was prorated from an incomplete form.
    ``outcomes``: conclusions drawn on the same form, three-valued (``None``: undecidable).
    ``recorded``: rank in the order of recording, needed only to settle two scores on the same day.
    """

    day: int
    value: float | None
    assessment: str
    acute: bool = False
    estimated: bool = False
    outcomes: Mapping[str, bool | None] = field(default_factory=dict, hash=False)
    recorded: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A point that may be judged: it has a score and was not taken in an acute state."""

    day: int
    value: float
    assessment: str
    estimated: bool = False
    outcomes: Mapping[str, bool | None] = field(default_factory=dict, hash=False)


def prepare(points: Iterable[Point]) -> tuple[Point, ...]:
    """Order a series by day, one point a day.

    Policy for several points on one day: the last recorded score wins (equal ranks: the greater assessment
    id); a form without a score never displaces one with a score; acute-state points and others do not
    displace each other, so such a day may keep one of each, the acute one last.

    Raises ``ValueError`` naming the assessment when a score is not a finite number or a day is not whole.
    """
    kept: dict[tuple[int, bool], Point] = {}
    for point in sorted(map(_checked, points), key=_precedence):
        kept[point.day, point.acute] = point
    return tuple(kept[key] for key in sorted(kept))


def outdone(points: Iterable[Point]) -> dict[str, Point]:
    """Each assessment that ``prepare`` leaves out, and the point of its day that is kept instead."""
    given = list(points)
    kept = {(point.day, point.acute): point for point in prepare(given)}
    instead = {point.assessment: kept[point.day, point.acute] for point in given}
    return {assessment: point for assessment, point in instead.items() if point.assessment != assessment}


def usable(points: Iterable[Point]) -> tuple[Score, ...]:
    """The scores that baseline, response, remission, relapse and slopes are judged on, in order."""
    return tuple(
        Score(point.day, point.value, point.assessment, point.estimated, point.outcomes)
        for point in prepare(points)
        if point.value is not None and not point.acute
    )


def missing(points: Iterable[Point]) -> int:
    """How many assessments outside the acute state could not be scored."""
    return sum(1 for point in prepare(points) if point.value is None and not point.acute)


def _precedence(point: Point) -> tuple[bool, int, str]:
    return point.value is not None, point.recorded, point.assessment


def _checked(point: Point) -> Point:
    if isinstance(point.day, bool) or not isinstance(point.day, Integral):
        raise ValueError(f"assessment {point.assessment}: day {point.day!r} is not a whole number of days")
    if point.value is not None and not math.isfinite(point.value):
        raise ValueError(f"assessment {point.assessment}: score {point.value!r} is not a finite number")
    return point

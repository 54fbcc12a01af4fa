"""The straight-line summary of one episode: how many scores, where they lie, how fast they move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reports.stats.estimates import Estimate, wald
from reports.stats.series import Point, Score, usable

_DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Trajectory:
    """``mean`` and ``time_average`` in points; ``slope`` in points per week.

    ``time_average``: area under the line through the scores divided by its length, so that a burst of
    visits does not outweigh a quiet month. ``None`` means it cannot be had, and ``reason`` says why.
    """

    n: int
    first_day: int | None
    last_day: int | None
    mean: float | None
    time_average: float | None
    slope: Estimate | None
    reason: str


def summarise(points: Iterable[Point]) -> Trajectory:
    """Summarise the usable scores (see ``series.usable``); missing ones are left out, not imputed.

    Slope: ordinary least squares of score on week, with t interval on n - 2 degrees of freedom. It
    describes this person's scores; errors of visits near in time may be alike, which the interval does not
    allow for.
    """
    scores = usable(points)
    weeks = np.array([score.day for score in scores]) / _DAYS_PER_WEEK
    values = np.array([score.value for score in scores])
    return Trajectory(
        n=len(scores),
        first_day=scores[0].day if scores else None,
        last_day=scores[-1].day if scores else None,
        mean=float(values.mean()) if scores else None,
        time_average=_time_average(weeks, values) if len(scores) > 1 else None,
        slope=_slope(weeks, values) if len(scores) > 2 else None,
        reason=_reason(scores),
    )


def _time_average(weeks: np.ndarray, values: np.ndarray) -> float:
    return float(np.trapezoid(values, weeks) / (weeks[-1] - weeks[0]))


def _slope(weeks: np.ndarray, values: np.ndarray) -> Estimate:
    df = len(values) - 2
    t = weeks - weeks.mean()
    slope = t @ values / (t @ t)
    residual = values - values.mean() - slope * t
    return wald(float(slope), float(np.sqrt(residual @ residual / df / (t @ t))), df)


def _reason(scores: tuple[Score, ...]) -> str:
    if len(scores) > 2:
        return ""
    return f"A slope with its error needs at least 3 scores on different days; there are {len(scores)}."

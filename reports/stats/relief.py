"""For how long a treatment response lasted, from ratings that are days or weeks apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.stats.series import Score
from reports.stats.yardstick import Yardstick


@dataclass(frozen=True, slots=True)
class Relief:
    """Days from the zero of the axis. ``ended``: relief was found to be gone on that day, or never found; else it
    still held at the last rating, which was on that day."""

    days: int
    ended: bool


def duration_of_relief(
    scores: Iterable[Score], baseline: Score | None, yardstick: Yardstick, *, index_day: int
) -> Relief | None:
    """From ``index_day`` to the first rating at which treatment response, by the instrument's own rule, no longer
    holds after it had held.

    Somebody who at no rating met it had no relief: 0 days, ended. Relief that still holds is censored at the last
    rating. Relief ends between two ratings; the day is that of the later one, so a duration is never shorter than it
    was, and longer by at most the distance of the ratings. ``scores``: the usable ones, in order. ``None`` without a
    baseline, without a rating after ``index_day``, or where the rule cannot judge one.
    """
    after = [score for score in scores if score.day > index_day]
    if baseline is None or not after:
        return None
    held = [yardstick.responded(baseline, score) for score in after]
    if None in held:
        return None
    if True not in held:
        return Relief(0, ended=True)
    first = held.index(True)
    for score, holds in zip(after[first:], held[first:], strict=True):
        if not holds:
            return Relief(score.day - index_day, ended=True)
    return Relief(after[-1].day - index_day, ended=False)

"""What was gained and is lost again: a score that is worse than an earlier one by more than error.

Definitions (the numbers come from the instrument's rules):

* *Worsened*: worse than the best score before it in the episode, with or without a baseline, by the instrument's
  rule for deterioration, else by reliable change (Jacobson and Truax 1991 turned round). Worse than any earlier score
  is worse than the best of them.
* *Response lost*: treatment response had been met; now it is not, or half of what was gained from baseline to the
  best score is gone; and the loss is reliable. Where nothing says what is reliable, half of the gain must be gone.
  Policy of this platform: no instrument has a published rule for it.
* One stretch of worse scores is one loss. It is over with the first score that shows neither and has come back by half
  of what its first score had lost (policy of this platform: else a score that lies on the threshold would end and
  begin it by turns). Within it there is something new to tell when response is lost, too, and when a score is
  reliably worse than the one that was told last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reports.stats.series import Score
from reports.stats.yardstick import Yardstick

RETURNED = 0.5  # of the first loss
HALF = 0.5  # of the gain

Kind = Literal["deterioration", "response_lost"]


@dataclass(frozen=True, slots=True)
class Stage:
    """What one score shows: worse than ``anchor``, the best before it. ``gain``: points from baseline to that best
    score, ``None`` where no treatment response was lost."""

    kind: Kind
    anchor: Score
    score: Score
    gain: float | None = None
    still_responding: bool | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """One stretch of worse scores: what there was to tell, in order, and the score that ended it."""

    stages: tuple[Stage, ...]
    cleared_by: Score | None = None

    @property
    def first(self) -> Stage:
        return self.stages[0]

    def holds(self, day: int) -> bool:
        """Whether that day lies in it."""
        return self.first.score.day <= day and (self.cleared_by is None or day < self.cleared_by.day)


def losses(
    scores: Sequence[Score], baseline: Score | None, index_day: int, yardstick: Yardstick
) -> tuple[Loss, ...]:
    """Every loss in the series, in order. ``scores``: the usable ones of the whole episode, in order; a score before
    ``index_day`` can be the best one, and treatment response is judged after it.

    Missing data: a score that is not there shows nothing and ends nothing. Without a baseline no response can be
    lost. Where the instrument says neither what is worse nor what responds, there is no loss to be seen.
    """
    found: list[Loss] = []
    for place, score in enumerate(scores):
        before = scores[:place]
        shown = _shown(before, score, baseline, index_day, yardstick)
        running = found[-1] if found and found[-1].cleared_by is None else None
        if running is None:
            found += [Loss((shown,))] if shown else []
        elif shown is not None:
            found[-1] = _told(running, shown, yardstick)
        elif _is_back(running, score, yardstick):
            found[-1] = replace(running, cleared_by=score)
    return tuple(found)


def _told(running: Loss, shown: Stage, yardstick: Yardstick) -> Loss:
    """The loss with one more stage, if there is something new to tell."""
    first_lost = shown.gain is not None and all(each.gain is None for each in running.stages)
    further = yardstick.deteriorated(running.stages[-1].score, shown.score) is True
    return replace(running, stages=(*running.stages, shown)) if first_lost or further else running


def _is_back(running: Loss, score: Score, yardstick: Yardstick) -> bool:
    first = running.first
    return yardstick.worse_by(first.anchor, score) <= RETURNED * yardstick.worse_by(first.anchor, first.score)


def _shown(
    before: Sequence[Score], score: Score, baseline: Score | None, index_day: int, yardstick: Yardstick
) -> Stage | None:
    anchor = _decided(before, score, yardstick)
    worse = anchor is not None and yardstick.deteriorated(anchor, score) is True
    lost = _response_lost(before, score, baseline, index_day, yardstick) if baseline else None
    if lost and baseline and yardstick.deteriorated(baseline, score) is True:
        return replace(lost, kind="deterioration")
    return lost or (Stage("deterioration", anchor, score) if anchor and worse else None)


def _decided(before: Iterable[Score], score: Score, yardstick: Yardstick) -> Score | None:
    """The best score before it from which the rule can say anything: no percentage is taken of 0."""
    ranked = sorted(before, key=lambda each: (yardstick.worse_by(score, each), each.day))
    return next((each for each in ranked if yardstick.deteriorated(each, score) is not None), None)


def _response_lost(
    before: Iterable[Score], score: Score, baseline: Score, index_day: int, yardstick: Yardstick
) -> Stage | None:
    treated = [each for each in before if each.day > index_day]
    if not any(yardstick.responded(baseline, each) is True for each in treated):
        return None
    best = min(treated, key=lambda each: (yardstick.worse_by(score, each), each.day))
    gain, gone = -yardstick.worse_by(baseline, best), yardstick.worse_by(best, score)
    half, responds = gone >= HALF * gain, yardstick.responded(baseline, score)
    reliable = yardstick.deteriorated(best, score)
    lost = half if reliable is None else reliable and (half or responds is False)
    return Stage("response_lost", best, score, gain, responds) if lost else None

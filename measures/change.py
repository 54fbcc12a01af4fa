"""Change between two scores of one scale: pure rules on numbers, thresholds from the instrument's file.

Everywhere: ``pre`` is the earlier score and ``post`` the later one; ``direction`` is the scale's.
Conclusions are three-valued: ``None`` where no rule is published or the rule cannot be applied (half of a
baseline of 0). Missing scores are the caller's: there is no change without two scores. Decisions are made
on exact fractions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from measures.algorithms import both
from measures.exact import exact, plain
from measures.instrument import ChangeRules, Direction, Drop, Number, Reliability, Source

Category = Literal["improved", "no_reliable_change", "deteriorated"]

# The two-sided 5 % point of the normal distribution, as Jacobson & Truax (1991) use it.
RELIABLE_Z = 1.96


@dataclass(frozen=True, slots=True)
class ReliableChange:
    """Whether a change is more than measurement error, and by what rule.

    ``threshold`` is the number of points that must be exceeded (reliable-change index) or, when
    ``inclusive``, reached (a published number of points). ``index``, ``sem`` and ``s_diff`` belong to the
    index alone.
    """

    category: Category
    threshold: float
    inclusive: bool
    source: Source
    index: float | None = None
    sem: float | None = None
    s_diff: float | None = None


def change(pre: Number, post: Number) -> Number:
    """``post - pre``, in points of the scale."""
    return plain(exact(post) - exact(pre))


def percent_reduction(pre: Number, post: Number) -> float | None:
    """``100 (pre - post) / pre``; ``None`` for a baseline of 0. Negative when the score rose."""
    return float(100 * (exact(pre) - exact(post)) / exact(pre)) if pre else None


def improvement(pre: Number, post: Number, direction: Direction) -> Number:
    """Points moved in the good direction; negative when the person got worse."""
    return plain(_gain(pre, post, direction))


def moved(rule: Drop | None, pre: Number, post: Number, direction: Direction) -> bool | None:
    """The score improved by at least what the rule asks.

    ``None``: there is no rule, or it asks for a percentage of a baseline of 0.
    """
    if rule is None:
        return None
    gain = _gain(pre, post, direction)
    if rule.points is not None:
        return gain >= exact(rule.points)
    return 100 * gain >= exact(rule.percent or 0) * exact(pre) if pre else None


def response_met(rules: ChangeRules, pre: Number, post: Number, direction: Direction) -> bool | None:
    """Treatment response: improved from baseline by what the instrument's rule asks, inclusive."""
    return moved(rules.response, pre, post, direction)


def partial_response_met(rules: ChangeRules, pre: Number, post: Number, direction: Direction) -> bool | None:
    """Improved by the lesser amount, and treatment response not met."""
    response = response_met(rules, pre, post, direction)
    partly = moved(rules.partial_response, pre, post, direction)
    return both([partly, None if response is None else not response])


def mcid_met(rules: ChangeRules, pre: Number, post: Number, direction: Direction) -> bool | None:
    """Improved by at least the smallest change that matters to a person."""
    return moved(rules.mcid, pre, post, direction)


def remission_met(
    rules: ChangeRules, value: Number, direction: Direction, outcomes: Mapping[str, bool | None] | None = None
) -> bool | None:
    """The score meets the remission threshold, and the outcome that must be absent is.

    One score only *meets the threshold*; remission is sustained over ``rules.remission.days``.
    ``outcomes`` are those of the same assessment; one that is not given is unknown, never taken as
    absent.
    """
    if rules.remission is None:
        return None
    met = _at_or_better(value, rules.remission.threshold, direction)
    if rules.remission.absent_outcome is None:
        return met
    present = (outcomes or {}).get(rules.remission.absent_outcome)
    return both([met, None if present is None else not present])


def relapse_threshold_met(rules: ChangeRules, value: Number, direction: Direction) -> bool | None:
    """The score is at the relapse threshold or worse."""
    if rules.relapse is None:
        return None
    return _at_or_better(rules.relapse.threshold, value, direction)


def loss_of_outcome(before: bool | None, after: bool | None) -> bool | None:
    """An outcome (a diagnosis) held before and no longer does.

    ``None``: either is unknown, or none was there to lose.
    """
    return None if not before or after is None else not after


def reliable_change(
    rules: ChangeRules | Reliability, pre: Number, post: Number, direction: Direction
) -> ReliableChange | None:
    """Is the change more than measurement error?

    With a standard deviation and a reliability (of the *same* population): Jacobson & Truax (1991),
    ``SEM = SD sqrt(1 - r)``, ``S_diff = SEM sqrt(2)``, ``RCI = (post - pre) / S_diff``, reliable beyond 1.96.
    Otherwise by the published number of points, inclusive. ``None`` when the instrument gives neither.
    """
    if isinstance(rules, Reliability):
        return _by_index(rules, pre, post, direction)
    if rules.reliability is not None:
        return _by_index(rules.reliability, pre, post, direction)
    if rules.reliable_points is not None:
        return _by_points(rules.reliable_points, pre, post, direction)
    return None


def clinically_significant(
    rules: ChangeRules, pre: Number, post: Number, direction: Direction
) -> bool | None:
    """Reliable improvement that also crosses the cut-off into the healthy range (Jacobson & Truax 1991)."""
    reliable = reliable_change(rules, pre, post, direction)
    if rules.cutoff is None or reliable is None:
        return None
    crossed = not _at_or_better(pre, rules.cutoff.threshold, direction) and _at_or_better(
        post, rules.cutoff.threshold, direction
    )
    return crossed and reliable.category == "improved"


def deteriorated(rules: ChangeRules, pre: Number, post: Number, direction: Direction) -> bool | None:
    """Worse by what the instrument's rule asks, else worse reliably. ``None`` when it has neither rule."""
    if rules.deterioration is not None:
        return moved(rules.deterioration, pre, post, _opposite(direction))
    reliable = reliable_change(rules, pre, post, direction)
    return None if reliable is None else reliable.category == "deteriorated"


def _by_index(reliability: Reliability, pre: Number, post: Number, direction: Direction) -> ReliableChange:
    sd, coefficient = exact(reliability.sd), exact(reliability.reliability)
    s_diff_squared = 2 * sd**2 * (1 - coefficient)
    s_diff = math.sqrt(s_diff_squared)
    gain = _gain(pre, post, direction)
    return ReliableChange(
        category=_category(gain, beyond=gain**2 > exact(RELIABLE_Z) ** 2 * s_diff_squared),
        threshold=RELIABLE_Z * s_diff,
        inclusive=False,
        source=reliability.source,
        index=float(exact(post) - exact(pre)) / s_diff,
        sem=math.sqrt(s_diff_squared / 2),
        s_diff=s_diff,
    )


def _by_points(rule: Drop, pre: Number, post: Number, direction: Direction) -> ReliableChange:
    gain, points = _gain(pre, post, direction), exact(rule.points or 0)
    return ReliableChange(_category(gain, abs(gain) >= points), float(points), True, rule.source)


def _category(gain: Fraction, beyond: bool) -> Category:
    if not beyond:
        return "no_reliable_change"
    return "improved" if gain > 0 else "deteriorated"


def _gain(pre: Number, post: Number, direction: Direction) -> Fraction:
    if direction == "neutral":
        raise ValueError("a scale without a better end has change, but no improvement")
    fall = exact(pre) - exact(post)
    return fall if direction == "higher_is_worse" else -fall


def _at_or_better(value: Number, threshold: Number, direction: Direction) -> bool:
    return _gain(threshold, value, direction) >= 0


def _opposite(direction: Direction) -> Direction:
    return "higher_is_better" if direction == "higher_is_worse" else "higher_is_worse"

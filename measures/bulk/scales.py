"""The scales of many people: from checked columns to scores. The twin of ``measures.scales``, same definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from measures.bulk.answers import Column
from measures.bulk.numbers import Array, Bools, Counts, Floats, Grid, Ratio, count
from measures.bulk.skips import LeftOut
from measures.exact import exact
from measures.instrument import Instrument, Item, Scale
from measures.scales import NO_MEAN

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ScalePlan:
    """What is the same for every row of a scale."""

    scale: Scale
    items: tuple[Item, ...]
    grid: Grid
    highest: Fraction  # the sum of the highest answers

    @classmethod
    def of(cls, instrument: Instrument, scale: Scale) -> ScalePlan:
        items = instrument.items_of(scale)
        skips = [skip for skip in instrument.skips if set(skip.items) & set(scale.items)]
        grid = Grid.of(items, [skip.counts_as for skip in skips if skip.counts_as is not None])
        return cls(scale, items, grid, sum((exact(item.maximum) for item in items), Fraction(0)))


@dataclass(frozen=True, slots=True)
class Sums:
    """What the answers come to: the ``partial`` sum in steps, how many count, were answered, are missing."""

    partial: Array
    counts: Counts
    answered: Counts
    missing: Counts
    missing_critical: Bools


@dataclass(frozen=True, slots=True)
class ScaleColumns:
    """One scale of every row.

    ``points``: the score, else the estimate, rounded half up, which means something only where ``scored``;
    ``results``: the fields of a ``ScaleResult`` as columns, of the band its place among the bands or -1.
    """

    plan: ScalePlan
    partial: Array
    points: Array
    scored: Bools
    results: dict[str, Array]


@dataclass(frozen=True, slots=True)
class _Part:
    """One item of the scale: its points in steps, and in which rows they count, were answered, are missing."""

    steps: Array
    counts: Bools
    answered: Bools
    missing: Bools


def add_up(plan: ScalePlan, columns: Mapping[str, Column], left_out: Mapping[str, LeftOut]) -> Sums:
    """A scale that does not honour skips takes a skipped item as missing."""
    parts = {item.code: _part(plan, item, columns[item.code], left_out.get(item.code)) for item in plan.items}
    critical = [parts[item.code].missing for item in plan.items if item.critical]
    answered = count([part.answered for part in parts.values()])
    return Sums(
        partial=_partial(plan, parts),
        counts=count([part.counts for part in parts.values()]) if left_out else answered,
        answered=answered,
        missing=count([part.missing for part in parts.values()]),
        missing_critical=np.logical_or.reduce(critical) if critical else np.zeros(len(answered), np.bool_),
    )


def strict_score(plan: ScalePlan, sums: Sums) -> Floats:
    """The score where no answer is missing, else NaN."""
    return _only(sums.missing == 0, _apply(plan, plan.grid.points(sums.partial)))


def score_columns(plan: ScalePlan, sums: Sums) -> ScaleColumns:
    """The scores of one scale with their estimates and bands."""
    complete, total = sums.missing == 0, plan.grid.points(sums.partial)
    points, scored = _apply(plan, total).half_up(), complete.copy()
    places = _where_estimated(plan.scale, sums)
    estimate = _estimate(plan, total, places, sums.counts)
    points[places], scored[places] = estimate.half_up(), True
    prorated = np.full(len(points), np.nan)
    prorated[places] = estimate.floats()
    has_mean = complete & (plan.scale.rule not in NO_MEAN)
    results = {
        "": strict_score(plan, sums),
        "prorated": prorated,
        "partial": total.floats(),
        "items_answered": sums.answered,
        "items_missing": sums.missing,
        "band": _bands(plan.scale, points, scored),
        "sum": _only(complete, total),
        "mean": _only(has_mean, _mean(plan, total)),
        "percent": _only(has_mean, _percent(plan, total)),
    }
    return ScaleColumns(plan, sums.partial, points, scored, results)


def _part(plan: ScalePlan, item: Item, column: Column, left: LeftOut | None) -> _Part:
    steps = plan.grid.steps(column.values)
    if item.reverse:
        steps = plan.grid.step(exact(item.minimum) + exact(item.maximum)) - steps
    if left is None:
        return _Part(steps, column.given, column.given, ~column.given)
    answered = column.given & ~left.where
    if not plan.scale.skips:
        return _Part(steps, answered, answered, ~answered)
    steps = np.where(left.counts, plan.grid.steps(left.values), steps)
    return _Part(steps, answered | left.counts, answered, ~(answered | left.where))


def _partial(plan: ScalePlan, parts: Mapping[str, _Part]) -> Array:
    """The sum of what counts, or what stands in its place under a rule that is no sum."""
    total = np.zeros(len(parts[plan.items[0].code].counts), plan.grid.dtype)
    if plan.scale.rule == "max_of_groups":
        for group in plan.scale.groups:
            total += _highest([parts[code] for code in group])
    elif plan.scale.rule == "highest_yes":
        for place, code in enumerate(plan.scale.items, start=1):
            total[parts[code].counts & (parts[code].steps != 0)] = place
    else:
        for part in parts.values():
            total += _counting(part)
    return total


def _counting(part: _Part) -> Array:
    """The points where they count, else 0. Bytes are multiplied by bytes: much faster than by booleans."""
    return part.steps * (part.counts if part.steps.dtype == object else part.counts.view(np.int8))


def _highest(group: list[_Part]) -> Array:
    """The highest that counts in each row, 0 where nothing does."""
    best, seen = _counting(group[0]), group[0].counts
    for part in group[1:]:
        best = np.where(part.counts & (~seen | (part.steps > best)), part.steps, best)
        seen = seen | part.counts
    return best


def _apply(plan: ScalePlan, total: Ratio) -> Ratio:
    rule = plan.scale.rule
    if rule == "mean":
        return _mean(plan, total)
    if rule == "percent_of_max":
        return _percent(plan, total)
    return Ratio(total.over + len(plan.items) * total.under, total.under) if rule == "sum_from_one" else total


def _mean(plan: ScalePlan, total: Ratio) -> Ratio:
    return Ratio(total.over, total.under * len(plan.items))


def _percent(plan: ScalePlan, total: Ratio) -> Ratio:
    highest = plan.highest
    return Ratio(100 * highest.denominator * total.over, total.under * highest.numerator)


def _where_estimated(scale: Scale, sums: Sums) -> Places:
    if scale.missing.policy == "strict":
        return np.empty(0, np.intp)
    may = (sums.missing > 0) & (sums.missing <= scale.missing.up_to)
    if scale.missing.policy == "prorate_unless_critical":
        may &= ~sums.missing_critical
    return np.flatnonzero(may)


def _estimate(plan: ScalePlan, total: Ratio, places: Places, counts: Counts) -> Ratio:
    """By the mean of what counts times the number of items."""
    filled = Ratio(
        total.over[places] * len(plan.items), total.under * counts[places].astype(total.over.dtype)
    )
    return _apply(plan, filled)


def _only(where: Bools, score: Ratio) -> Floats:
    floats = score.floats()
    return floats if where.all() else np.where(where, floats, np.nan)


def _bands(scale: Scale, points: Array, scored: Bools) -> npt.NDArray[np.int8]:
    codes = np.full(len(points), -1, np.int8)
    for place, band in enumerate(scale.bands, start=1):
        inside = scored & (points >= band.low) & (points <= band.high)
        codes += inside.view(np.int8) * np.int8(place)  # bands do not overlap
    return codes

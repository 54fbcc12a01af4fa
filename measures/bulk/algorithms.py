"""The named rules of ``measures.algorithms`` for many people at once, each the twin of the rule of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measures.bulk.answers import Column
from measures.bulk.numbers import Bools, Counts, count
from measures.bulk.scales import ScaleColumns
from measures.exact import exact
from measures.instrument import Number


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One conclusion in every row: ``yes``, ``no``, or neither while it hangs on missing answers."""

    yes: Bools
    no: Bools


@dataclass(frozen=True, slots=True)
class Cases:
    """What a rule may look at: ``algorithms.Case``, column by column."""

    answers: Mapping[str, Column]
    scales: Mapping[str, ScaleColumns]
    outcomes: Mapping[str, Verdicts]


Decide = Callable[..., Verdicts]
TWINS: dict[str, Decide] = {}


def _twin(decide: Decide) -> Decide:
    TWINS[decide.__name__] = decide
    return decide


def _known(where: Bools, answer: Bools) -> Verdicts:
    return Verdicts(where & answer, where & ~answer)


def _count_present(
    cases: Cases, items: Sequence[str], cut: Number, cuts: Mapping[str, Number]
) -> tuple[Counts, Counts]:
    """How many items are at or above their cut, and how many are unanswered, in every row."""
    columns = {item: cases.answers[item] for item in items}
    present = count([one.given & (one.values >= cuts.get(item, cut)) for item, one in columns.items()])
    return present, count([~one.given for one in columns.values()])


@_twin
def is_true(cases: Cases, *, item: str) -> Verdicts:
    column = cases.answers[item]
    return _known(column.given, column.values == 1)


@_twin
def item_at_least(cases: Cases, *, item: str, cut: Number) -> Verdicts:
    column = cases.answers[item]
    return _known(column.given, column.values >= cut)


@_twin
def item_at_most(cases: Cases, *, item: str, cut: Number) -> Verdicts:
    column = cases.answers[item]
    return _known(column.given, column.values <= cut)


@_twin
def longer_than(cases: Cases, *, item: str, than: Number, at_boundary: str) -> Verdicts:
    column, rater = cases.answers[item], is_true(cases, item=at_boundary)
    beside, on = _known(column.given, column.values > than), column.given & (column.values == than)
    return Verdicts(np.where(on, rater.yes, beside.yes), np.where(on, rater.no, beside.no))


@_twin
def count_at_least(cases: Cases, *, items: list[str], cut: Number, count: int) -> Verdicts:
    present, unanswered = _count_present(cases, items, cut, {})
    return Verdicts(present >= count, present + unanswered < count)


@_twin
def syndrome(
    cases: Cases,
    *,
    core: list[str],
    others: list[str],
    cut: Number,
    cuts: Mapping[str, Number],
    at_least: int,
    at_most: int,
) -> Verdicts:
    """Instead of trying every filling of the gaps: which numbers of symptoms they can still lead to.

    These are all the numbers from the fewest to the most; with a core symptom among them from
    ``fewest_with_core`` on.
    """
    core_present, core_open = _count_present(cases, core, cut, cuts)
    others_present, others_open = _count_present(cases, others, cut, cuts)
    fewest = core_present + others_present
    most = fewest + core_open + others_open
    without_core = core_present == 0
    fewest_with_core = fewest + without_core
    can_be = (
        (core_present + core_open >= 1)
        & (fewest_with_core <= at_most)
        & (most >= at_least)
        & (at_least <= at_most)
    )
    can_fail = without_core | (fewest < at_least) | (most > at_most)
    return Verdicts(~can_fail, ~can_be)


@_twin
def score_at_least(cases: Cases, *, scale: str, cut: Number) -> Verdicts:
    columns = cases.scales[scale]
    return _known(columns.scored, columns.points >= cut)


@_twin
def score_at_most(cases: Cases, *, scale: str, cut: Number) -> Verdicts:
    columns = cases.scales[scale]
    return _known(columns.scored, columns.points <= cut)


@_twin
def score_below(cases: Cases, *, scale: str, cut: Number) -> Verdicts:
    columns = cases.scales[scale]
    return _known(columns.scored, columns.points < cut)


@_twin
def percent_at_least(cases: Cases, *, scale: str, percent: Number) -> Verdicts:
    columns = cases.scales[scale]
    grid, needed = columns.plan.grid, exact(percent) * columns.plan.highest / 100
    lowest = highest = columns.partial.astype(object if not grid.per else np.int64)
    for item in columns.plan.items:
        unanswered = ~cases.answers[item.code].given
        lowest = lowest + unanswered * grid.step(exact(item.minimum))
        highest = highest + unanswered * grid.step(exact(item.maximum))
    return Verdicts(grid.at_least(lowest, needed), ~grid.at_least(highest, needed))


@_twin
def all_of(cases: Cases, *, outcomes: list[str]) -> Verdicts:
    named = [cases.outcomes[key] for key in outcomes]
    return Verdicts(
        np.logical_and.reduce([one.yes for one in named]), np.logical_or.reduce([one.no for one in named])
    )


@_twin
def any_of(cases: Cases, *, outcomes: list[str]) -> Verdicts:
    named = [cases.outcomes[key] for key in outcomes]
    return Verdicts(
        np.logical_or.reduce([one.yes for one in named]), np.logical_and.reduce([one.no for one in named])
    )

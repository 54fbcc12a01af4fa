"""Named rules for yes/no conclusions. Which items, cuts and counts they use stands in the instrument's file.

Each rule is three-valued: ``True`` or ``False`` only when no way of filling the missing answers could
change it, otherwise ``None``. The parameters of a rule are declared with it, so that the loader can check
a file without running it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

from measures.exact import exact, round_half_up
from measures.instrument import Instrument, Number
from measures.result import Reply, ScaleResult

Decide = Callable[..., bool | None]
ParameterKind = Literal["item", "yes_no", "items", "scale", "sum", "outcomes", "number", "count", "cuts"]


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may look at: the answers, the scales, and the outcomes that stand above it in the file.

    The answers are as they were given (reversed items are not turned round), with a skipped item at the
    value that it counts as. Free text is not among them.
    """

    instrument: Instrument
    answers: Mapping[str, Reply]
    scales: Mapping[str, ScaleResult]
    outcomes: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A rule and the kinds of the parameters that it takes, all of them required."""

    decide: Decide
    parameters: Mapping[str, ParameterKind]


ALGORITHMS: dict[str, Algorithm] = {}


def _algorithm(**parameters: ParameterKind) -> Callable[[Decide], Decide]:
    def register(decide: Decide) -> Decide:
        ALGORITHMS[decide.__name__] = Algorithm(decide, parameters)
        return decide

    return register


def count_present(
    answers: Mapping[str, Reply], items: Iterable[str], cut: Number, cuts: Mapping[str, Number]
) -> tuple[int, int]:
    """How many items are present (answered at or above their cut), and how many are still unanswered.

    ``cuts`` gives the items that have a cut of their own.
    """
    given = [(answers[item], cuts.get(item, cut)) for item in items]
    present = sum(answer is not None and answer >= own_cut for answer, own_cut in given)
    return present, sum(answer is None for answer, _ in given)


def both(verdicts: Iterable[bool | None]) -> bool | None:
    """Three-valued "and": one ``False`` decides, else one ``None`` leaves it open."""
    seen = set(verdicts)
    if False in seen:
        return False
    return None if None in seen else True


def either(verdicts: Iterable[bool | None]) -> bool | None:
    """Three-valued "or": one ``True`` decides, else one ``None`` leaves it open."""
    seen = set(verdicts)
    if True in seen:
        return True
    return None if None in seen else False


@_algorithm(item="yes_no")
def is_true(case: Case, *, item: str) -> bool | None:
    """The yes/no item was answered yes."""
    answer = case.answers[item]
    return None if answer is None else bool(answer)


@_algorithm(item="item", cut="number")
def item_at_least(case: Case, *, item: str, cut: Number) -> bool | None:
    """The answer to one item is at or above the cut."""
    answer = case.answers[item]
    return None if answer is None else answer >= cut


@_algorithm(item="item", cut="number")
def item_at_most(case: Case, *, item: str, cut: Number) -> bool | None:
    """The answer to one item is at or below the cut."""
    answer = case.answers[item]
    return None if answer is None else answer <= cut


@_algorithm(item="item", than="number", at_boundary="yes_no")
def longer_than(case: Case, *, item: str, than: Number, at_boundary: str) -> bool | None:
    """The number is above a boundary; exactly on it, the rater's own yes or no decides."""
    answer = case.answers[item]
    if answer is None:
        return None
    return is_true(case, item=at_boundary) if answer == than else answer > than


@_algorithm(items="items", cut="number", count="count")
def count_at_least(case: Case, *, items: list[str], cut: Number, count: int) -> bool | None:
    """At least ``count`` of the items are at or above the cut."""
    present, unanswered = count_present(case.answers, items, cut, {})
    if present >= count:
        return True
    return False if present + unanswered < count else None


@_algorithm(core="items", others="items", cut="number", cuts="cuts", at_least="count", at_most="count")
def syndrome(
    case: Case,
    *,
    core: list[str],
    others: list[str],
    cut: Number,
    cuts: Mapping[str, Number],
    at_least: int,
    at_most: int,
) -> bool | None:
    """At least one core symptom, and from ``at_least`` to ``at_most`` symptoms in all.

    The two conditions share items, so they are not decided one by one: every possible number of further
    core and other symptoms among the missing answers is tried, and the conclusion stands only if all
    agree.
    """
    core_present, core_open = count_present(case.answers, core, cut, cuts)
    others_present, others_open = count_present(case.answers, others, cut, cuts)
    verdicts = {
        core_present + more_core >= 1
        and at_least <= core_present + more_core + others_present + more_others <= at_most
        for more_core, more_others in product(range(core_open + 1), range(others_open + 1))
    }
    return verdicts.pop() if len(verdicts) == 1 else None


@_algorithm(scale="scale", cut="number")
def score_at_least(case: Case, *, scale: str, cut: Number) -> bool | None:
    """The score, else its estimate rounded half up, is at or above the cut. Without either: open.

    A published cut speaks of a score; the sum of half the answers is not one, even where it is above the
    cut.
    """
    best = case.scales[scale].best
    return None if best is None else round_half_up(exact(best)) >= cut


@_algorithm(scale="scale", cut="number")
def score_at_most(case: Case, *, scale: str, cut: Number) -> bool | None:
    """The score, else its estimate rounded half up, is at or below the cut. Without either: open."""
    best = case.scales[scale].best
    return None if best is None else round_half_up(exact(best)) <= cut


@_algorithm(scale="scale", cut="number")
def score_below(case: Case, *, scale: str, cut: Number) -> bool | None:
    """The score, else its estimate rounded half up, is below the cut. Without either: open."""
    reached = score_at_least(case, scale=scale, cut=cut)
    return None if reached is None else not reached


@_algorithm(scale="sum", percent="number")
def percent_at_least(case: Case, *, scale: str, percent: Number) -> bool | None:
    """The answers reach a percentage of the highest possible sum, whichever way the gaps are filled."""
    items = case.instrument.items_of(case.instrument.scale(scale))
    needed = exact(percent) * sum(exact(item.maximum) for item in items) / 100
    partial = exact(case.scales[scale].partial)
    missing = [item for item in items if case.answers[item.code] is None]
    if partial + sum(exact(item.minimum) for item in missing) >= needed:
        return True
    return False if partial + sum(exact(item.maximum) for item in missing) < needed else None


@_algorithm(outcomes="outcomes")
def any_of(case: Case, *, outcomes: list[str]) -> bool | None:
    """At least one of the outcomes named holds. Exact as long as they share no item."""
    return either(case.outcomes[key] for key in outcomes)


@_algorithm(outcomes="outcomes")
def all_of(case: Case, *, outcomes: list[str]) -> bool | None:
    """Every one of the outcomes named holds. Exact as long as they share no item."""
    return both(case.outcomes[key] for key in outcomes)

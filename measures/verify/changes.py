"""The vector files about change: two totals, or two scores with their standard deviation, and what follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from measures import change, registry
from measures.errors import UnknownInstrument
from measures.exact import is_finite_number
from measures.instrument import ChangeRules, Direction, Number, Reliability, Source
from measures.verify.cases import UnreadableCases
from measures.verify.terms import Term, Vocabulary


@dataclass(frozen=True, slots=True)
class _Course:
    """Two totals of one instrument, and whether the diagnosis holds at the second (``None``: not known)."""

    rules: ChangeRules
    direction: Direction
    pre: Number
    post: Number
    diagnosis: bool | None


def _number(case: Mapping[str, Any], key: str) -> Number:
    value: Number | None = case["answers"].get(key)
    if not is_finite_number(value):
        raise UnreadableCases(f"case {case['id']}: has no number {key!r} among its answers")
    return cast(Number, value)


def _yes_no(case: Mapping[str, Any], key: str) -> bool:
    value = case["answers"].get(key)
    if not isinstance(value, bool):
        raise UnreadableCases(f"case {case['id']}: has no true or false {key!r} among its answers")
    return value


def _course(case: Mapping[str, Any]) -> _Course:
    given = case["answers"]
    instrument = registry.get(given.get("instrument"))
    if instrument.change is None:
        raise UnknownInstrument(f"{instrument.key} has no change rules")
    direction = instrument.primary_scale.direction
    pre, post = _number(case, "baseline_total"), _number(case, "followup_total")
    return _Course(instrument.change, direction, pre, post, given.get("dx_followup"))


def _judged(rule: Callable[[ChangeRules, Number, Number, Direction], object]) -> Term:
    return lambda course: rule(course.rules, course.pre, course.post, course.direction)


def _remitted(course: _Course) -> bool | None:
    outcomes = {"ptsd_diagnosis": course.diagnosis}
    return change.remission_met(course.rules, course.post, course.direction, outcomes)


def _reliably_improved(course: _Course) -> bool | None:
    found = change.reliable_change(course.rules, course.pre, course.post, course.direction)
    return None if found is None else found.category == "improved"


def _reliable_change_index(case: Mapping[str, Any]) -> change.ReliableChange | None:
    sd, reliability, pre, post = (_number(case, key) for key in ("sd", "reliability", "pre", "post"))
    rule = Reliability(sd, reliability, "of the case", Source("the case"))
    direction: Direction = "higher_is_worse" if _yes_no(case, "higher_worse") else "higher_is_better"
    return change.reliable_change(rule, pre, post, direction)


COURSE: dict[str, Term] = {
    "change": lambda course: change.change(course.pre, course.post),
    "percent_reduction": lambda course: change.percent_reduction(course.pre, course.post),
}
DEPRESSION = COURSE | {
    "response_50": _judged(change.response_met),
    "partial_response_25_49": _judged(change.partial_response_met),
    "remission": _remitted,
    "mcid5": _judged(change.mcid_met),
}
PTSD = COURSE | {
    "response_ge10": _judged(change.response_met),
    "loss_of_diagnosis": lambda course: change.loss_of_outcome(True, course.diagnosis),
    "remission_mapp": _remitted,
    "reliable_13_marx2022": _reliably_improved,
    "reliable_15_marx2022": _reliably_improved,
    "csc_le28_marx2022": _judged(change.clinically_significant),
}
RCI: dict[str, Term] = {
    "sem": lambda found: found.sem,
    "s_diff": lambda found: found.s_diff,
    "threshold_points": lambda found: found.threshold,
    "rci": lambda found: found.index,
    "category": lambda found: found.category,
}

CHANGE_VOCABULARIES = {
    "outcome_depression": Vocabulary(_course, DEPRESSION),
    "outcome_ptsd": Vocabulary(_course, PTSD),
    "rci": Vocabulary(_reliable_change_index, RCI),
}

"""What one case came to, as yes-or-no outcomes over patients, and what each asks in words."""

from __future__ import annotations

from collections.abc import Callable

from measures.instrument import Remission
from reports.analyses.sample import Case, Sample
from reports.models import RETURNS
from reports.stats.course import flags
from reports.stats.remission import follow
from reports.stats.series import Score, usable
from reports.stats.yardstick import Yardstick

Standing = dict[str, bool | None]

IN_REMISSION_ONLY = ("relapse", "confirmed_relapse")  # their denominator: patients who had been in remission


def standings(sample: Sample) -> list[Standing]:
    """Per case, in the order of ``sample.episodes``; ``None`` where a score or a rule that it hangs on is
    missing."""
    yardstick = Yardstick(sample.rules, sample.scale.direction)
    return [
        _at_endpoint(case, yardstick) | _over_time(case, sample, yardstick) for case in sample.cases.values()
    ]


def definitions(sample: Sample) -> dict[str, str]:
    """The outcomes that the instrument has a rule for, and what each asks. Numbers come from its file."""
    rules, end = sample.rules, sample.endpoint
    yardstick = Yardstick(rules, sample.scale.direction)
    side = "at or below" if sample.scale.direction == "higher_is_worse" else "at or above"
    found = {}
    if rules.response:
        amount = (
            f"{rules.response.percent:g} %" if rules.response.percent else f"{rules.response.points:g} points"
        )
        found["response"] = f"Treatment response: at least {amount} better at {end} than at baseline"
    if rules.remission:
        threshold = f"{side} {rules.remission.threshold:g}"
        found["remission"] = f"Remission threshold met: {threshold} at {end}"
        found["sustained_remission"] = f"Sustained remission: {threshold}, {_lasting(rules.remission)}"
    if rules.remission and rules.relapse:
        found["relapse"] = (
            "Relapse or recurrence suspected or confirmed, of patients once in sustained remission"
        )
        found["confirmed_relapse"] = (
            "Relapse or recurrence confirmed, of patients once in sustained remission"
        )
    if rules.reliability or rules.reliable_points:
        found["reliable_improvement"] = f"Improved by more than measurement error from baseline to {end}"
    if yardstick.knows_deterioration:
        found["deterioration"] = f"Worse at {end} than at baseline, by the rule for deterioration"
    return found


def _at_endpoint(case: Case, yardstick: Yardstick) -> Standing:
    def judged(question: Callable[[Score, Score], bool | None]) -> bool | None:
        return question(case.baseline, case.end) if case.baseline and case.end else None

    category = yardstick.reliable_change(case.baseline, case.end) if case.baseline and case.end else None
    return {
        "response": judged(yardstick.responded),
        "remission": yardstick.remission_met(case.end) if case.end else None,
        "reliable_improvement": None if category is None else category == "improved",
        "deterioration": judged(yardstick.deteriorated),
    }


def _over_time(case: Case, sample: Sample, yardstick: Yardstick) -> Standing:
    later = [score for score in usable(case.series) if score.day > 0]
    if not later or not yardstick.knows_remission:
        return dict.fromkeys(("sustained_remission", *IN_REMISSION_ONLY))
    state = follow(later, yardstick)
    remitted = bool(state.spells or (state.run and state.run.sustained_by))
    raised = {
        flag.kind
        for flag in flags(case.series, sample.rules, sample.scale.direction, index_day=0)
        if flag.open and flag.kind in RETURNS
    }
    return {
        "sustained_remission": remitted,
        "relapse": bool(raised) if remitted else None,
        "confirmed_relapse": any(kind.endswith("confirmed") for kind in raised) if remitted else None,
    }


def _lasting(remission: Remission) -> str:
    """For how long the threshold must hold, in words. Some rules ask for one assessment at any time."""
    if remission.assessments == 1:
        return "at one assessment or more"
    return f"held over {remission.assessments} scores and {remission.days} days"

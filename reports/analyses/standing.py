"""What one case came to, as yes-or-no outcomes over patients, and what each asks in words."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from measures.instrument import Drop, Remission
from measures.language import figure
from reports.analyses.sample import Case, Sample
from reports.models import RETURNS
from reports.stats.course import flags
from reports.stats.remission import follow
from reports.stats.series import Score, usable
from reports.stats.yardstick import Yardstick
from tracking.vocabulary.time_points import time_point_in_words

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
    """The outcomes that the instrument has a rule for, and what each asks, in the language of the moment. Numbers come
    from its file."""
    rules, end = sample.rules, time_point_in_words(sample.endpoint)
    found = {}
    if rules.response:
        found["response"] = _response(rules.response, end)
    if rules.remission:
        low = sample.scale.direction == "higher_is_worse"
        found["remission"] = (
            _("Remission threshold met: at or below {threshold} at {endpoint}")
            if low
            else _("Remission threshold met: at or above {threshold} at {endpoint}")
        ).format(threshold=figure(rules.remission.threshold), endpoint=end)
        found["sustained_remission"] = _sustained(rules.remission, low=low)
    if rules.remission and rules.relapse:
        found["relapse"] = _(
            "Relapse or recurrence suspected or confirmed, of patients once in sustained remission"
        )
        found["confirmed_relapse"] = _(
            "Relapse or recurrence confirmed, of patients once in sustained remission"
        )
    if rules.reliability or rules.reliable_points:
        found["reliable_improvement"] = _(
            "Improved by more than measurement error from baseline to {endpoint}"
        ).format(endpoint=end)
    if Yardstick(rules, sample.scale.direction).knows_deterioration:
        found["deterioration"] = _(
            "Worse at {endpoint} than at baseline, by the rule for deterioration"
        ).format(endpoint=end)
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


def _response(rule: Drop, end: str) -> str:
    if rule.percent:
        return _("Treatment response: at least {amount} % better at {endpoint} than at baseline").format(
            amount=figure(rule.percent), endpoint=end
        )
    return _("Treatment response: at least {amount} points better at {endpoint} than at baseline").format(
        amount=figure(rule.points or 0), endpoint=end
    )


def _sustained(rule: Remission, *, low: bool) -> str:
    """For how long the threshold must hold. Some rules ask for one assessment at any time."""
    if rule.assessments == 1:
        said = (
            _("Sustained remission: at or below {threshold}, at one assessment or more")
            if low
            else _("Sustained remission: at or above {threshold}, at one assessment or more")
        )
    else:
        said = (
            _("Sustained remission: at or below {threshold}, held over {scores} scores and {days} days")
            if low
            else _("Sustained remission: at or above {threshold}, held over {scores} scores and {days} days")
        )
    return said.format(threshold=figure(rule.threshold), scores=rule.assessments, days=rule.days)

"""The one door to the stored figures of a study: what comes through it may be shown to the reader it was opened for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from reports.actions.publishing import standing
from reports.models import StudyPublication, StudyResult
from reports.pages.study.reader import rule_for, sees_all_but_a_few
from reports.pages.study.withholding import withhold
from reports.plain import rounded
from reports.stats.counts import SAFE, CountRule
from tracking.models import Study, TreatmentEpisode, User


@dataclass(frozen=True, slots=True)
class Stored:
    """One analysis of one scale, and when it was computed."""

    analysis: str
    instrument: str
    scale: str
    result: Mapping[str, Any]
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader may see of a study: its figures, and how many patients are in them.

    ``rule``: by which counts are told; ``None`` for a reader who may see single patients, who is told all of it as it
    is now. ``patients`` is ``None`` where so few are not told.
    """

    figures: Sequence[Stored]
    patients: int | None
    rule: CountRule | None

    @property
    def withheld_below(self) -> int | None:
        return self.rule.smallest if self.rule else None

    @property
    def rounded_to(self) -> int | None:
        return self.rule.step if self.rule and self.rule.step > 1 else None


def stored_figures(user: User, study: Study) -> Told:
    """The figures as they are now, for whoever may see each of the patients; else as they were published, for as many
    people at a time that none can be told, and withheld and rounded by the reader's rule.

    Nothing is told where the reader sees all but a few of them: these would be left by subtraction.
    """
    rule = rule_for(user, study)
    if rule is None:
        rows = StudyResult.objects.filter(study=study)
        patients = TreatmentEpisode.objects.filter(study=study).values("patient").distinct().count()
        return Told([Stored(*_place(row), row.result, row.computed_at) for row in rows], patients, None)
    published = StudyPublication.objects.filter(study=study).last()
    if published is None:
        return Told([], 0, rule)
    figures = [Stored(computed_at=published.published_at, **each) for each in published.results]
    if sees_all_but_a_few(user, study, set(published.people), rule):
        return Told([replace(each, result=_all_but_a_few(rule)) for each in figures], None, rule)
    return Told(_withheld(figures, study.endpoint, rule), rule.told(len(published.people)), rule)


def published_course(study: Study) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The course of the outcome that is published, and what those are told of it who may not see rows: to say by name
    what is withheld, never to show the first. Nothing where no figure was published."""
    published = StudyPublication.objects.filter(study=study).last()
    own = ("course", study.outcome_instrument, study.outcome_scale)
    for each in published.results if published else ():
        if (each["analysis"], each["instrument"], each["scale"]) == own:
            return each["result"], withhold({"course": each["result"]}, study.endpoint, SAFE)["course"]
    return {}, {}


def stands_as_published(study: Study) -> bool:
    """Whether what was recorded is what the published figures rest on: then counts of it are told in the same steps."""
    published = StudyPublication.objects.filter(study=study).last()
    return standing(study) == (published.people if published else {})


def _withheld(figures: Sequence[Stored], endpoint: str, rule: CountRule) -> list[Stored]:
    by_scale: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    for each in figures:
        by_scale[each.instrument, each.scale].append(each)
    return [
        replace(each, result=safe[each.analysis])
        for rows in by_scale.values()
        for safe in [rounded(withhold({row.analysis: row.result for row in rows}, endpoint, rule))]
        for each in rows
    ]


def _all_but_a_few(rule: CountRule) -> Mapping[str, str]:
    return {
        "refused": _(
            "Withheld: you have the rows of all but fewer than {n} of these patients, by treating them or in a release."
        ).format(n=rule.smallest)
    }


def _place(row: StudyResult) -> tuple[str, str, str]:
    return row.analysis, row.instrument, row.scale

"""What patients report themselves beside a medication: how they take it, and symptoms after a step down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from measures import registry
from measures.language import marked
from tracking.models import Assessment, TreatmentEpisode
from tracking.rules.policies.instruments import instrument_of

ADHERENCE = "mars5"
DISCONTINUATION = "discontinuation_check"
READINGS = {
    "higher_is_better": marked("{low}–{high}, higher is better"),
    "higher_is_worse": marked("{low}–{high}, higher is worse"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One answered form; ``value`` is missing where an answer is."""

    assessment: Assessment
    day: date
    value: float | None


@dataclass(frozen=True, slots=True)
class SelfReports:
    """The reports by one instrument, the latest first, with what is needed to read a number of it: its short
    title, the range and the direction in words."""

    title: str
    reading: str
    reports: tuple[Report, ...]

    @property
    def latest(self) -> Report | None:
        return self.reports[0] if self.reports else None


def reports_of(episode: TreatmentEpisode, instrument: str) -> SelfReports:
    """The reports of an episode by one of the instruments above."""
    rows = Assessment.objects.current().filter(episode=episode, instrument=instrument)
    return reports_among(instrument, rows.prefetch_related("scores"))


def reports_among(instrument: str, assessments: Iterable[Assessment]) -> SelfReports:
    """The same from assessments that are loaded already, with their scores."""
    newest = registry.get(instrument)
    scale = newest.primary_scale
    own = [row for row in assessments if row.instrument == instrument]
    return SelfReports(
        title=newest.short_title,
        reading=_(READINGS[scale.direction]).format(low=scale.minimum, high=scale.maximum),
        reports=tuple(
            _report(row) for row in sorted(own, key=lambda row: (row.assessed_on, row.pk), reverse=True)
        ),
    )


def _report(row: Assessment) -> Report:
    scale = instrument_of(row.instrument, row.version).primary_scale
    found = {score.scale: score for score in row.scores.all()}.get(scale.key)
    return Report(row, row.assessed_on, found.best if found else None)

"""How a medication is taken, by the patient's own report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from measures import registry
from tracking.instruments import instrument_of
from tracking.models import Assessment, TreatmentEpisode

ADHERENCE = "mars5"
DIRECTIONS = {"higher_is_better": "higher is better", "higher_is_worse": "higher is worse"}


@dataclass(frozen=True, slots=True)
class AdherenceReport:
    """One answered form; ``value`` is missing where an answer is."""

    assessment: Assessment
    day: date
    value: float | None


@dataclass(frozen=True, slots=True)
class Adherence:
    """Every report of an episode, the latest first, with what is needed to read its number: the scale's title,
    its range and its direction in words."""

    title: str
    reading: str
    reports: tuple[AdherenceReport, ...]

    @property
    def latest(self) -> AdherenceReport | None:
        return self.reports[0] if self.reports else None


def adherence_of(episode: TreatmentEpisode) -> Adherence:
    """The self-reported adherence of an episode."""
    rows = Assessment.objects.current().filter(episode=episode, instrument=ADHERENCE)
    ordered = rows.prefetch_related("scores").order_by("-assessed_on", "-pk")
    newest = registry.get(ADHERENCE)
    scale = newest.primary_scale
    return Adherence(
        title=newest.short_title,
        reading=f"{scale.minimum}–{scale.maximum}, {DIRECTIONS[scale.direction]}",
        reports=tuple(_report(row) for row in ordered),
    )


def _report(row: Assessment) -> AdherenceReport:
    scale = instrument_of(row.instrument, row.version).primary_scale
    found = {score.scale: score for score in row.scores.all()}.get(scale.key)
    return AdherenceReport(row, row.assessed_on, found.best if found else None)

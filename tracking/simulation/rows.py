"""Rows that wait to be stored in bulk, and the cohort that they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models

from tracking.models import (
    AlertEvent,
    Assessment,
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    Dose,
    DoseChange,
    EpisodeEnd,
    EpisodeMark,
    MedicationCourse,
    OutcomeResult,
    Patient,
    Presence,
    ResearchConsent,
    SafetyAlert,
    ScaleScore,
    Study,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.rules.protocol import Protocol
from tracking.vocabulary import (
    SessionKind,
)

# Parents before children; dosing sessions before the sessions that refer to them.
ORDER: tuple[type[models.Model], ...] = (
    Patient,
    ResearchConsent,
    TreatmentEpisode,
    EpisodeEnd,
    TreatmentSession,
    Presence,
    Dose,
    MedicationCourse,
    DoseChange,
    AssessmentRequest,
    Assessment,
    ScaleScore,
    OutcomeResult,
    SafetyAlert,
    AlertEvent,
    AuditEvent,
    EpisodeMark,
)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Where simulated people are treated, by whom, in which study and how."""

    team: CareTeam
    lead: User
    second: User
    rater: User
    study: Study
    protocol: Protocol

    def moment(self, on: date, hour: float) -> datetime:
        """An hour of a day, by the clock on the clinic's wall."""
        return datetime.combine(on, time(0), ZoneInfo(self.team.site.timezone)) + timedelta(hours=hour)


@dataclass
class Rows:
    """Rows by table, not yet stored."""

    waiting: dict[type[models.Model], list[models.Model]] = field(default_factory=lambda: defaultdict(list))

    def add(self, *rows: models.Model) -> None:
        for row in rows:
            self.waiting[type(row)].append(row)

    def write(self) -> None:
        """Stores what waits. Call it inside a transaction."""
        for model in ORDER:
            for rows in self._parts(model):
                model._default_manager.bulk_create(rows)
        self.waiting.clear()

    def _parts(self, model: type[models.Model]) -> Iterable[list[models.Model]]:
        rows = self.waiting[model]
        if model is not TreatmentSession:
            return [rows]
        return [[row for row in rows if _is_dosing(row) is first] for first in (True, False)]


def _is_dosing(row: models.Model) -> bool:
    return isinstance(row, TreatmentSession) and row.kind == SessionKind.DOSING

"""A simulated course through the real actions, one by one: what the fast path must come to, row for row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.db import models

from tracking import clock
from tracking.actions.assessments import submit_assessment
from tracking.actions.care import start_episode
from tracking.actions.endings import end_episode
from tracking.actions.people import enrol_patient, record_consent
from tracking.actions.rating import assign_rater
from tracking.actions.safety import acknowledge_alert, close_alert
from tracking.actions.scheduling import schedule_episode
from tracking.actions.treatment import (
    change_dose,
    record_dose,
    record_session,
    start_medication,
    stop_medication,
)
from tracking.models import (
    AlertEvent,
    Assessment,
    AssessmentRequest,
    AuditEvent,
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
    TreatmentEpisode,
    TreatmentSession,
)
from tracking.rules.policies.wordings import can_be_asked
from tracking.simulation.people.course import (
    ENROLLED,
    Course,
    Ended,
    Held,
    Medicated,
    Replied,
    Scheduled,
    Step,
)
from tracking.simulation.rows import Cohort
from tracking.simulation.writer import HANDLED, who_answers
from tracking.vocabulary import AnswerSource, ConsentKind, EndReason, PresenceRole

UNLIKE = {"id", "public_id", "submission_id", "study_code"}  # drawn at random, or the place in a table


class Replay:
    """One person, by the same calls that pages make."""

    def __init__(self, cohort: Cohort, course: Course) -> None:
        self.cohort, self.course = cohort, course
        self.sessions: list[TreatmentSession] = []
        self.requests: list[AssessmentRequest] = []

    def run(self) -> TreatmentEpisode:
        self.begin()
        for step in self.course.steps:
            self.take(step)
        return self.episode

    def begin(self) -> None:
        with clock.simulated(self.cohort.moment(self.course.starts_on, ENROLLED)):
            self._enrol()

    def take(self, step: Step) -> None:
        with clock.simulated(self.cohort.moment(step.on, step.hour)):
            if isinstance(step.what, Ended):  # whatever happened, nothing was forgotten
                assert schedule_episode(by=None, episode=self.episode, as_of=step.on) == ()
            self._steps[type(step.what)](self, step.on, step.what)

    def _enrol(self) -> None:
        lead, course = self.cohort.lead, self.course
        patient = enrol_patient(
            by=lead,
            team=self.cohort.team,
            identity=None,
            sex=course.sex,
            enrolled_on=course.starts_on,
            timezone=self.cohort.team.site.timezone,
            is_simulated=True,
        )
        record_consent(by=lead, patient=patient, kind=ConsentKind.GIVEN, stated_on=course.starts_on)
        self.episode = start_episode(
            by=lead,
            patient=patient,
            diagnosis=self.cohort.protocol.diagnosis,
            protocol=self.cohort.protocol.key,
            arm=course.arm,
            starts_on=course.starts_on,
            study=self.cohort.study,
            age_at_start=course.age,
        )

    def _session(self, on: date, held: Held) -> None:
        lead, second = self.cohort.lead, self.cohort.second
        starts_at = self.cohort.moment(on, held.hour)
        present = [(lead, PresenceRole.LEAD), (second, PresenceRole.SECOND)]
        session = record_session(
            by=lead,
            episode=self.episode,
            kind=held.kind,
            starts_at=starts_at,
            minutes=held.minutes if held.attended else None,
            attendance="attended" if held.attended else "missed",
            integrates=None if held.integrates is None else self.sessions[held.integrates],
            people_present=present if held.attended else (),
        )
        self.sessions.append(session)
        for given in held.doses:
            record_dose(
                by=lead,
                session=session,
                substance=given.substance,
                amount=given.amount,
                unit=given.unit,
                route=given.route,
                given_at=starts_at + timedelta(minutes=given.minute),
                part=given.part,
            )

    def _medication(self, on: date, step: Medicated) -> None:
        lead = self.cohort.lead
        if step.step == "start":
            start_medication(
                by=lead, episode=self.episode, substance=step.substance, started_on=on,
                amount_per_day=step.amount, unit=step.unit, route=step.route, is_study_drug=True,
            )  # fmt: skip
            return
        course = self.episode.medications.get(substance=step.substance)
        if step.step == "stop":
            stop_medication(by=lead, course=course, stopped_on=on, reason="recovered")
        else:
            change_dose(
                by=lead, course=course, changed_on=on, amount_per_day=step.amount, step=step.step
            )  # fmt: skip

    def _schedule(self, on: date, what: Scheduled) -> None:
        new = schedule_episode(by=self.cohort.lead, episode=self.episode, as_of=on)
        asked = [(row.time_point, row.instrument, row.opens_on, row.due_on, row.closes_on) for row in new]
        assert asked == [
            (row.time_point, row.instrument, row.opens_on, row.due_on, row.closes_on) for row in what.new
        ]
        self.requests += new

    def _answer(self, on: date, what: Replied) -> None:
        request = self.requests[what.request]
        if request.blinded:
            assign_rater(by=None, request=request, rater=self.cohort.rater)
        by, source = who_answers(self.cohort, request, on_screen=can_be_asked(request))
        submitted = submit_assessment(
            by=by, request=request, answers=what.answers, source=AnswerSource(source), assessed_on=on
        )
        for alert in submitted.alerts:
            acknowledge_alert(by=self.cohort.lead, alert=alert)
            close_alert(by=self.cohort.lead, alert=alert, note=HANDLED)

    def _end(self, on: date, what: Ended) -> None:
        reason = EndReason.COMPLETED if what.completed else EndReason.PATIENT
        lead = self.cohort.lead
        end_episode(by=lead, episode=self.episode, reason=reason, ends_on=on, cancel_due=False)

    _steps: dict[type, Callable[..., None]] = {
        Held: _session,
        Medicated: _medication,
        Scheduled: _schedule,
        Replied: _answer,
        Ended: _end,
    }


def rows_of(patient: Patient) -> dict[str, list[dict[str, Any]]]:
    """Everything stored about a patient, table by table, without ids; a reference is the place of its target."""
    found = {model: _stored(model, path, patient, order) for model, path, order in TABLES}
    place = {
        (model, row.pk): f"{model._meta.model_name} {number}"
        for model, rows in found.items()
        for number, row in enumerate(rows)
    }
    ids = {
        row.public_id: place[model, row.pk]
        for model, rows in found.items()
        for row in rows
        if hasattr(row, "public_id")
    }
    return {
        model._meta.model_name: [_plain(row, place, ids) for row in rows] for model, rows in found.items()
    }


def _stored(model: type[models.Model], path: str, patient: Patient, order: Iterable[str]) -> list[Any]:
    value = patient.public_id if model is AuditEvent else patient.pk
    return list(model._default_manager.filter(**{path: value}).order_by(*order))


def _plain(row: models.Model, place: dict[Any, str], ids: dict[Any, str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if column.name in UNLIKE or (isinstance(row, AuditEvent) and column.name == "at"):
            continue  # the log keeps the real time
        if column.is_relation and value is not None:
            value = place.get((column.related_model, value), value)
        told[column.name] = ids.get(value, value) if column.name in ("object_id", "patient") else value
    return told


TABLES = (
    (Patient, "pk", ["pk"]),
    (ResearchConsent, "patient", ["pk"]),
    (TreatmentEpisode, "patient", ["pk"]),
    (EpisodeEnd, "episode__patient", ["pk"]),
    (TreatmentSession, "episode__patient", ["starts_at", "kind"]),
    (Presence, "session__episode__patient", ["session__starts_at", "session__kind", "role"]),
    (Dose, "session__episode__patient", ["given_at"]),
    (MedicationCourse, "episode__patient", ["pk"]),
    (DoseChange, "course__episode__patient", ["pk"]),
    (AssessmentRequest, "episode__patient", ["pk"]),
    (Assessment, "episode__patient", ["pk"]),
    (ScaleScore, "assessment__episode__patient", ["pk"]),
    (OutcomeResult, "assessment__episode__patient", ["pk"]),
    (SafetyAlert, "episode__patient", ["pk"]),
    (AlertEvent, "alert__episode__patient", ["pk"]),
    (AuditEvent, "patient", ["pk"]),
    (EpisodeMark, "episode__patient", ["pk"]),
)

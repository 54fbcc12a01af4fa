"""The rows of an import, built for writing in bulk. Nothing here decides: see ``imports``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from tracking.actions.people import new_study_codes
from tracking.actions.scores import score_rows
from tracking.imports.planning.plan import Mismatch, PlannedAssessment, PlannedPatient
from tracking.imports.reading.spec import Spec
from tracking.models import (
    Assessment,
    AuditEvent,
    CareTeam,
    EpisodeSource,
    ImportBatch,
    OutcomeResult,
    Patient,
    ScaleScore,
    Study,
    TreatmentEpisode,
    User,
)
from tracking.vocabulary import AnswerSource, AuditAction, EpisodeStatus, Sex, Wording

CHUNK = 500


def assessed_on(planned: PlannedAssessment, starts_on: date | None) -> date:
    """The day of an assessment: its date, else so many days after the start of the episode."""
    if planned.when.on:
        return planned.when.on
    if starts_on is None or planned.when.day is None:
        raise ValueError("a plan without dates has days and a start: the spec is checked for that")
    return starts_on + timedelta(days=planned.when.day)


def external_key(episode: TreatmentEpisode, planned: PlannedAssessment) -> str:
    """Finds an imported assessment again. Holds nothing that the file calls the patient."""
    return f"{episode.public_id}:{planned.key}"


def create_episodes(
    *,
    spec: Spec,
    study: Study,
    team: CareTeam,
    patients: Sequence[PlannedPatient],
    days: dict[str, list[date]],
) -> dict[str, TreatmentEpisode]:
    """New patients under random study codes, without identity, each with one episode."""
    codes = new_study_codes(len(patients))
    episodes = {}
    for planned, code in zip(patients, codes, strict=True):
        own_days = sorted(days.get(planned.source_id, []))
        starts_on = spec.times.start or own_days[0]
        patient = Patient(
            study_code=code,
            team=team,
            sex=planned.sex or Sex.UNKNOWN,
            timezone=team.site.timezone,
            enrolled_on=min([starts_on, *own_days]),
            is_simulated=study.is_simulated,
        )
        episodes[planned.source_id] = _episode(spec, study, patient, planned, starts_on, own_days)
    Patient.objects.bulk_create([episode.patient for episode in episodes.values()], batch_size=CHUNK)
    for episode in episodes.values():
        episode.patient = episode.patient  # takes over the key that the database gave
    TreatmentEpisode.objects.bulk_create(episodes.values(), batch_size=CHUNK)
    sources = [EpisodeSource(episode=episode, source_id=key) for key, episode in episodes.items()]
    EpisodeSource.objects.bulk_create(sources, batch_size=CHUNK)
    return episodes


def _episode(
    spec: Spec,
    study: Study,
    patient: Patient,
    planned: PlannedPatient,
    starts_on: date,
    own_days: list[date],
) -> TreatmentEpisode:
    if spec.episode is None:
        raise ValueError("a spec that brings new patients says what their episodes are")
    running = spec.episode.status == EpisodeStatus.ACTIVE.value
    return TreatmentEpisode(
        patient=patient,
        study=study,
        diagnosis=spec.episode.diagnosis,
        protocol=spec.episode.protocol,
        arm=planned.arm or "",
        status=spec.episode.status,
        starts_on=starts_on,
        ends_on=None if running else max([starts_on, *own_days]),
        dates_are_nominal=spec.times.start is not None,
        age_at_start=planned.age,
        covariates=planned.covariates,
    )


def create_assessments(
    *, by: User | None, batch: ImportBatch, rows: Sequence[tuple[TreatmentEpisode, PlannedAssessment]]
) -> None:
    """One chunk of assessments with their scores and conclusions."""
    assessments = [_assessment(by, batch, episode, planned) for episode, planned in rows]
    Assessment.objects.bulk_create(assessments)
    pairs = [(stored, planned.scored) for stored, (_, planned) in zip(assessments, rows, strict=True)]
    ScaleScore.objects.bulk_create([row for stored, scored in pairs for row in score_rows(stored, scored)])
    OutcomeResult.objects.bulk_create(
        OutcomeResult(assessment=stored, outcome=key, met=met)
        for stored, scored in pairs
        for key, met in scored.outcomes.items()
    )


def _assessment(
    by: User | None, batch: ImportBatch, episode: TreatmentEpisode, planned: PlannedAssessment
) -> Assessment:
    return Assessment(
        episode=episode,
        instrument=planned.instrument.key,
        version=planned.instrument.version,
        wording=Wording.IMPORTED if planned.answers else Wording.SCORE_ONLY,
        answers=dict(planned.answers),
        entered_totals=dict(planned.entered_totals),
        source=AnswerSource.IMPORTED,
        assessed_on=assessed_on(planned, episode.starts_on),
        time_point=planned.when.name,
        recorded_by=by,
        batch=batch,
        external_key=external_key(episode, planned),
    )


def mismatch_rows(
    mismatches: Sequence[Mismatch], episodes: dict[str, TreatmentEpisode]
) -> list[dict[str, object]]:
    """As the batch keeps them: by study code, never by what the file calls the patient."""
    return [
        {
            "line": found.assessment.line,
            "study_code": episodes[found.assessment.source_id].patient.study_code,
            "time_point": found.assessment.when.key,
            "instrument": found.assessment.instrument.key,
            "scale": found.scale,
            "item_score": found.score,
            "entered": found.entered,
        }
        for found in mismatches
    ]


def audit_rows(
    by: User | None, batch: ImportBatch, counts: dict[TreatmentEpisode, int], consented: set[int]
) -> list[AuditEvent]:
    """One event per patient, so that each patient's history tells of the import."""
    return [
        AuditEvent(
            actor=by.public_id if by else None,
            action=AuditAction.IMPORT_SCORES,
            object_type="treatmentepisode",
            object_id=episode.public_id,
            patient=episode.patient.public_id,
            details={
                "batch": str(batch.public_id),
                "assessments": count,
                "consent_recorded": episode.patient_id in consented,
            },
        )
        for episode, count in counts.items()
    ]

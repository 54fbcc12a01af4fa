"""The run-sheet of a dosing session as it stands: its plan and its record, for the rules of ``tracking.run_sheet``."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Prefetch, Q, QuerySet

from measures import registry
from measures.instrument import Instrument
from tracking.instruments import Shelf
from tracking.models import (
    Assessment,
    Dose,
    RunSheetEntry,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.queries.events import protocol_of
from tracking.run_sheet import Check, Given, Plan, Reading, Record, plan_of
from tracking.vocabulary import Attendance, DosePart, RunSheetKind, SessionKind

VITAL_SIGNS, SUICIDALITY, ADVERSE_EVENT = "vital_signs", "cssrs_screener", "adverse_event"


def dosing_number(session: TreatmentSession) -> int:
    """Which dosing session of its episode this is, counted from 1 by those that took place."""
    held = session.episode.sessions.standing().filter(
        kind=SessionKind.DOSING, attendance=Attendance.ATTENDED, starts_at__lt=session.starts_at
    )
    return held.exclude(pk=session.pk).count() + 1


def plan_for(session: TreatmentSession) -> Plan:
    """What the protocol of the episode plans for this session."""
    episode = session.episode
    return plan_of(protocol_of(episode), episode.arm, dosing_number(session))


def forms_of(plan: Plan) -> tuple[Instrument, ...]:
    """What is filled in as a form of its own in a session: what the protocol watches, and adverse events."""
    watched = dict.fromkeys(watch.instrument for watch in plan.watches if watch.instrument)
    keys = dict.fromkeys([VITAL_SIGNS, *watched, ADVERSE_EVENT])
    return tuple(registry.get(key) for key in keys)


def assessments_of(session: TreatmentSession) -> QuerySet[Assessment]:
    """Every version of what was recorded in the session, in the order of their moments."""
    rows = Assessment.objects.filter(session=session).select_related("recorded_by", "superseded_by")
    return rows.prefetch_related("scores", "outcomes").order_by("assessed_at", "pk")


def record_of(session: TreatmentSession) -> Record:
    """What stands on the run-sheet. A correction counts in place of what it corrects."""
    return as_record(
        session,
        session.doses.standing(),
        session.entries.standing(),
        (row for row in assessments_of(session) if not hasattr(row, "superseded_by")),
    )


def as_record(
    session: TreatmentSession,
    doses: Iterable[Dose],
    entries: Iterable[RunSheetEntry],
    assessments: Iterable[Assessment],
) -> Record:
    """Rows that stand, as the plain record that the rules read."""
    lines = list(entries)
    return Record(
        begun_at=session.starts_at,
        ended_at=next((line.happened_at for line in lines if line.kind == RunSheetKind.END), None),
        doses=tuple(as_given(dose) for dose in doses),
        readings=tuple(reading for row in assessments for reading in readings_of(row)),
        checks=tuple(
            Check(line.topic, line.happened_at, bool(line.met), line.text)
            for line in lines
            if line.kind == RunSheetKind.CHECK
        ),
        withheld_at=next((line.happened_at for line in lines if line.kind == RunSheetKind.WITHHELD), None),
    )


def as_given(dose: Dose) -> Given:
    return Given(
        dose.substance,
        dose.amount,
        dose.unit,
        dose.given_at,
        dose.part == DosePart.SUPPLEMENT,
        dose.weight_kg,
    )


def readings_of(assessment: Assessment) -> list[Reading]:
    """The scales of one assessment. An estimate is no measurement: it has no value here."""
    if assessment.assessed_at is None:
        return []
    instrument = Shelf().get(assessment.instrument, assessment.version)
    units = {scale.key: scale.unit for scale in instrument.scales}
    return [
        Reading(assessment.instrument, row.scale, assessment.assessed_at, row.value, units.get(row.scale, ""))
        for row in assessment.scores.all()
    ]


def is_on_sheet(session: TreatmentSession) -> bool:
    """Whether the session was kept on a run-sheet, rather than recorded afterwards."""
    return session.entries.exists()


def ended_on_sheet(episode: TreatmentEpisode) -> dict[int, bool]:
    """The sessions of an episode that were kept on a run-sheet, by key, and whether each has ended."""
    rows = RunSheetEntry.objects.filter(session__episode=episode, session__voided_at__isnull=True)
    is_end = Q(kind=RunSheetKind.END, voided_at__isnull=True)
    counted = rows.order_by().values_list("session").annotate(ends=Count("pk", filter=is_end))
    return {session: ends > 0 for session, ends in counted}


def running_session(episode: TreatmentEpisode) -> TreatmentSession | None:
    """The dosing session of an episode that was begun on a run-sheet and has not ended."""
    running = [pk for pk, ended in ended_on_sheet(episode).items() if not ended]
    return episode.sessions.filter(pk__in=running).order_by("starts_at").last()


def with_sheet(rows: QuerySet[TreatmentSession], user: User) -> QuerySet[TreatmentSession]:
    """The visible sessions with all that their run-sheet shows."""
    entries = RunSheetEntry.objects.visible_to(user).select_related("recorded_by", "voided_by")
    doses = Dose.objects.visible_to(user).select_related("recorded_by", "voided_by")
    return rows.select_related("episode__patient__identity", "episode__patient__team").prefetch_related(
        Prefetch("entries", queryset=entries),
        Prefetch("doses", queryset=doses),
        "people_present__user",
        "signatures__signed_by",
    )

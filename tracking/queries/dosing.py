"""The run-sheet of a dosing session as it stands: its plan and its record, for ``rules.run_sheet``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext as _

from measures import registry
from measures.instrument import Instrument
from measures.language import written
from tracking.models import (
    Assessment,
    Dose,
    RunSheetEntry,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.queries.events import protocol_of
from tracking.rules.plausible import in_words
from tracking.rules.policies.instruments import Shelf
from tracking.rules.run_sheet import Check, Given, Plan, Reading, Record, plan_of
from tracking.vocabulary import Attendance, CheckTopic, DosePart, RunSheetKind, SessionKind

VITAL_SIGNS, ADVERSE_EVENT = "vital_signs", "adverse_event"


def dosing_number(session: TreatmentSession) -> int:
    """Which dosing session of its episode this is, counted from 1 by those that took place."""
    held = session.episode.sessions.standing().filter(
        kind=SessionKind.DOSING, attendance=Attendance.ATTENDED, starts_at__lt=session.starts_at
    )
    return held.count() + 1


def plan_for(session: TreatmentSession) -> Plan:
    """What the protocol of the episode plans for this session."""
    episode = session.episode
    return plan_of(protocol_of(episode), episode.arm, dosing_number(session))


def forms_of(plan: Plan) -> tuple[Instrument, ...]:
    """What is filled in as a form of its own in a session: what the protocol watches, and adverse events."""
    watched = dict.fromkeys(watch.instrument for watch in plan.watches if watch.instrument)
    keys = dict.fromkeys([VITAL_SIGNS, *watched, ADVERSE_EVENT])
    return tuple(registry.get(key) for key in keys)


def forms_on_sheet(session: TreatmentSession, plan: Plan) -> QuerySet[Assessment]:
    """Every version of what was filled in on the run-sheet, in the order of their moments. Set and setting, and
    what is asked about the session afterwards, have pages of their own."""
    rows = Assessment.objects.filter(session=session, instrument__in=[one.key for one in forms_of(plan)])
    rows = rows.select_related("recorded_by", "supersedes", "superseded_by")
    return rows.prefetch_related("scores", "outcomes").order_by("assessed_at", "pk")


def record_of(session: TreatmentSession, plan: Plan) -> Record:
    """What stands on the run-sheet. A correction counts in place of what it corrects."""
    return as_record(
        session,
        session.doses.standing(),
        session.entries.standing(),
        (row for row in forms_on_sheet(session, plan) if not hasattr(row, "superseded_by")),
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
    """Whether the session was kept on a run-sheet, rather than recorded afterwards: who was there is its first
    line. A session that was recorded afterwards may hold a line, too: why a washout was passed."""
    return session.entries.filter(topic=CheckTopic.TWO_PRESENT).exists()


class Marks(TypedDict):
    """What ``marked`` says of a session."""

    on_sheet: bool
    has_ended: bool


if TYPE_CHECKING:  # the types are a tool of development
    from django_stubs_ext import WithAnnotations

    MarkedSession = WithAnnotations[TreatmentSession, Marks]


@dataclass(frozen=True, slots=True)
class GivenHere:
    """What was given of a substance in the sessions of a protocol that somebody may see."""

    low: Decimal
    high: Decimal
    unit: str
    sessions: int

    @property
    def words(self) -> str:
        """ "20 to 30 mg" """
        most = in_words(self.high, self.unit)
        if self.low == self.high:
            return most
        return _("{low} to {high}").format(low=written(f"{self.low.normalize():f}"), high=most)


def given_here(session: TreatmentSession, user: User, substance: str, unit: str) -> GivenHere | None:
    """The least and the most that was given at a time, in other sessions of the same protocol, to patients whom the
    user may see; ``None``: never in this unit. What was asked about is left out: a slip makes no custom."""
    odd = RunSheetEntry.objects.standing().filter(session=OuterRef("session"), topic=CheckTopic.AMOUNT)
    rows = Dose.objects.visible_to(user).standing().exclude(session=session).exclude(Exists(odd))
    found = rows.filter(
        session__episode__protocol=session.episode.protocol,
        part=DosePart.MAIN,
        substance__iexact=substance,
        unit=unit,
    ).aggregate(low=Min("amount"), high=Max("amount"), sessions=Count("session", distinct=True))
    return GivenHere(unit=unit, **found) if found["sessions"] else None


def marked(rows: QuerySet[TreatmentSession]) -> QuerySet[MarkedSession]:
    """The sessions, each saying whether it was kept on a run-sheet (``on_sheet``) and whether that has its end
    (``has_ended``)."""
    lines = RunSheetEntry.objects.filter(session=OuterRef("pk"))
    ends = lines.filter(kind=RunSheetKind.END, voided_at__isnull=True)
    begun = lines.filter(topic=CheckTopic.TWO_PRESENT)
    return rows.annotate(on_sheet=Exists(begun), has_ended=Exists(ends))


def running_session(episode: TreatmentEpisode) -> TreatmentSession | None:
    """The dosing session of an episode that was begun on a run-sheet and has not ended."""
    rows = marked(episode.sessions.standing()).filter(on_sheet=True, has_ended=False)
    return rows.order_by("starts_at").last()


def with_sheet(rows: QuerySet[TreatmentSession], user: User) -> QuerySet[TreatmentSession]:
    """The visible sessions with all that their run-sheet shows."""
    entries = RunSheetEntry.objects.visible_to(user).select_related("recorded_by", "voided_by")
    doses = Dose.objects.visible_to(user).select_related("recorded_by", "voided_by")
    sessions = rows.select_related("episode__patient__identity", "episode__patient__team").prefetch_related(
        Prefetch("entries", queryset=entries), "people_present__user", "signatures__signed_by"
    )
    return sessions.prefetch_related(Prefetch("doses", queryset=doses))

"""What has happened in a treatment episode that the time points of its protocol can hang on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tracking import protocol as protocols
from tracking.due_dates import Answered, DosingDay, Events, SessionDay
from tracking.models import Assessment, Dose, MedicationCourse, TreatmentEpisode
from tracking.policies import local_day
from tracking.protocol import Protocol
from tracking.vocabulary import Attendance, DoseStep, SessionKind

DAY = timedelta(days=1)


def protocol_of(episode: TreatmentEpisode) -> Protocol | None:
    """The protocol that an episode follows, in the version that it began with; nothing where it has none."""
    return protocols.find(episode.protocol, episode.protocol_version)


def events_of(episode: TreatmentEpisode) -> Events:
    """What stands in this episode, by the patient's own days. What was taken back has not happened."""
    protocol = protocol_of(episode)
    courses = list(_study_drugs(episode, protocol))
    return Events(
        starts_on=episode.starts_on,
        dosings=tuple(_dosings(episode)),
        sessions=tuple(_sessions(episode)),
        tapers=tuple(_days(courses, DoseStep.TAPER)),
        last_dose=_last_dose(courses),
        answered=tuple(_answered(episode)) if protocol and protocol.has_conditions else (),
    )


def _dosings(episode: TreatmentEpisode) -> Iterator[DosingDay]:
    """The day of the first dose in each dosing session."""
    days: dict[int, date] = {}
    doses = Dose.objects.standing().filter(session__episode=episode, session__voided_at__isnull=True)
    for session, given_at in doses.values_list("session", "given_at"):
        days.setdefault(session, local_day(episode.patient, given_at))
    yield from (DosingDay(session, day) for session, day in days.items())


def _sessions(episode: TreatmentEpisode) -> Iterator[SessionDay]:
    """Sessions that took place; a dosing session counts by its dose alone."""
    held = episode.sessions.standing().filter(attendance=Attendance.ATTENDED)
    for row in held.exclude(kind=SessionKind.DOSING):
        yield SessionDay(row.pk, local_day(episode.patient, row.starts_at), row.kind)


def _study_drugs(episode: TreatmentEpisode, protocol: Protocol | None) -> Iterator[MedicationCourse]:
    """The medications that are part of the treatment: marked as such, or named by the protocol. One that is
    stopped beforehand is not."""
    planned = {row.substance.casefold() for row in protocol.medications} if protocol else set()
    for course in episode.medications.standing().prefetch_related("dose_changes"):
        if course.is_study_drug or course.substance.casefold() in planned:
            yield course


def _days(courses: list[MedicationCourse], step: DoseStep) -> Iterator[date]:
    for course in courses:
        yield from (
            row.changed_on
            for row in course.dose_changes.all()
            if row.voided_at is None and row.step == step
        )  # fmt: skip


def _last_dose(courses: list[MedicationCourse]) -> date | None:
    """The day before the first day without any of them; nothing while one is still taken."""
    stops = [list(_days([course], DoseStep.STOP)) for course in courses]
    if not stops or not all(stops):
        return None
    return max(day for days in stops for day in days) - DAY


def _answered(episode: TreatmentEpisode) -> Iterator[Answered]:
    rows = Assessment.objects.counted().filter(episode=episode).exclude(time_point="")
    for row in rows.prefetch_related("outcomes"):
        met = frozenset(found.outcome for found in row.outcomes.all() if found.met)
        yield Answered(row.time_point, row.instrument, met)

"""What has happened in a treatment episode that the time points of its protocol can hang on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from measures.language import within
from measures.words.phrases import listed
from tracking.models import Assessment, Dose, MedicationCourse, TreatmentEpisode
from tracking.rules import protocol as protocols
from tracking.rules.due_dates import Answered, DosingDay, Events, SessionDay
from tracking.rules.medication_classes import classes_of
from tracking.rules.policies.days import local_day
from tracking.rules.protocol import Protocol, StandingMedication
from tracking.vocabulary import Attendance, DoseStep, SessionKind

DAY = timedelta(days=1)


def protocol_of(episode: TreatmentEpisode) -> Protocol | None:
    """The protocol that an episode follows, in the version that it began with; nothing where it has none."""
    return protocols.find(episode.protocol, episode.protocol_version)


def standing_medications(episode: TreatmentEpisode) -> tuple[StandingMedication, ...]:
    """What the protocol plans to be taken every day in the arm of an episode."""
    protocol = protocol_of(episode)
    return tuple(drug for drug in protocol.medications if episode.arm in drug.arms) if protocol else ()


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
    for course in episode.medications.standing().prefetch_related("dose_changes"):
        if is_treatment(course, episode, protocol):
            yield course


def is_treatment(course: MedicationCourse, episode: TreatmentEpisode, protocol: Protocol | None) -> bool:
    """Whether a standing medication is part of the treatment: marked as such, or begun within the episode and
    planned by the protocol for this arm, by its name or by its class. One from before is not."""
    if course.is_study_drug or protocol is None:
        return course.is_study_drug
    first = min(row.changed_on for row in course.dose_changes.all() if row.voided_at is None)
    known = classes_of(course.substance)
    return first >= episode.starts_on and any(
        course.substance.casefold() == drug.substance.casefold() or known & set(drug.classes)
        for drug in protocol.medications
        if episode.arm in drug.arms
    )


def _days(courses: list[MedicationCourse], step: DoseStep | None = None) -> Iterator[date]:
    """The days of their standing steps, or of those of one kind."""
    for course in courses:
        yield from (
            row.changed_on
            for row in course.dose_changes.all()
            if row.voided_at is None and step in (None, row.step)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LastStop:
    """The last day on which the medication of the treatment was taken, what it was, and why it was stopped."""

    last_dose: date
    substances: tuple[str, ...]
    why: str

    @property
    def substance(self) -> str:
        """All of them, as one reads them."""
        return listed(self.substances)


@dataclass(frozen=True, slots=True)
class DrugFree:
    """The first stretch without the medication of the treatment: from the day after ``last_dose`` to the day on
    which one was begun again, ``None`` where none was."""

    last_dose: date
    again_on: date | None


def drug_free(episode: TreatmentEpisode) -> DrugFree | None:
    """The first stretch without any medication of the treatment, which may be over; nothing where there was
    none."""
    spans = sorted(
        ((min(_days([course])), min(_days([course], DoseStep.STOP), default=date.max)))
        for course in _study_drugs(episode, protocol_of(episode))
    )
    free_from = spans[0][1] if spans else date.max
    for first, stopped in spans:
        if first > free_from:
            return DrugFree(free_from - DAY, first)
        free_from = max(free_from, stopped)
    return DrugFree(free_from - DAY, None) if free_from != date.max else None


def last_stop(episode: TreatmentEpisode, courses: Iterable[MedicationCourse]) -> LastStop | None:
    """The stop that left the episode without the medication of its treatment; nothing while one is taken.
    ``courses``: those of the episode that stand."""
    protocol = protocol_of(episode)
    return _stop_of([course for course in courses if is_treatment(course, episode, protocol)])


def last_stops(episodes: Collection[TreatmentEpisode]) -> dict[int, LastStop]:
    """``last_stop`` of many episodes at once, by their keys."""
    courses: dict[int, list[MedicationCourse]] = {}
    rows = MedicationCourse.objects.standing().filter(episode__in=episodes).order_by("pk")
    for course in rows.prefetch_related("dose_changes"):
        courses.setdefault(course.episode_id, []).append(course)
    found = {row.pk: last_stop(row, courses.get(row.pk, ())) for row in episodes}
    return {key: stop for key, stop in found.items() if stop}


def _stop_of(courses: list[MedicationCourse]) -> LastStop | None:
    last_dose = _last_dose(courses)
    if last_dose is None:
        return None
    stops = [
        (course.substance, within(row.get_stop_reason_display()))
        for course in courses
        for row in course.dose_changes.all()
        if row.voided_at is None and row.step == DoseStep.STOP and row.changed_on == last_dose + DAY
    ]
    substances, reasons = (tuple(dict.fromkeys(names)) for names in zip(*stops, strict=True))
    return LastStop(last_dose, substances, listed(reasons))


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

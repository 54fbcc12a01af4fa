"""Both arms of a treatment as they happen: medication by its steps, sessions, and doses given in them.

Nothing recorded is overwritten. A mistake is taken back with ``void`` and recorded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from tracking import checks
from tracking.actions import audit
from tracking.actions.marks import want_episode
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AssessmentRequest,
    Dose,
    DoseChange,
    MedicationCourse,
    Presence,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.models.treatment import OfEpisodeQuerySet
from tracking.policies import local_day, local_today
from tracking.vocabulary import (
    Attendance,
    DosePart,
    DoseStep,
    DoseUnit,
    PresenceRole,
    RequestStatus,
    Route,
    SessionKind,
    StopReason,
)

LONGEST_SESSION = timedelta(hours=24)
LONGEST_NOTE = 10_000
Record = TreatmentSession | Dose | MedicationCourse | DoseChange


@transaction.atomic
def start_medication(
    *,
    by: User,
    episode: TreatmentEpisode,
    substance: str,
    started_on: date,
    amount_per_day: Decimal,
    unit: str,
    route: str,
    is_study_drug: bool = False,
) -> MedicationCourse:
    """Begins a medication; it may have begun before the episode. Raises ``Conflict`` while the same
    substance is running."""
    _lock(episode)
    substance = checks.clean_line("substance", substance, longest=60)
    checks.check_past_day("started_on", started_on, local_today(episode.patient))
    for course in episode.medications.standing().filter(substance__iexact=substance):
        if not course.dose_changes.standing().filter(step=DoseStep.STOP).exists():
            raise Conflict(f"{course.substance} is already running; change its dose instead")
    course = MedicationCourse.objects.create(
        episode=episode, substance=substance, is_study_drug=is_study_drug, recorded_by=by
    )
    DoseChange.objects.create(
        course=course,
        step=DoseStep.START,
        changed_on=started_on,
        amount_per_day=checks.clean_amount("amount_per_day", amount_per_day),
        unit=checks.clean_choice("unit", unit, DoseUnit.values),
        route=checks.clean_choice("route", route, Route.values),
        recorded_by=by,
    )
    _done(by, "start_medication", course, episode)
    return course


@transaction.atomic
def change_dose(
    *, by: User, course: MedicationCourse, changed_on: date, amount_per_day: Decimal, step: str = "change"
) -> DoseChange:
    """From this day on, another amount a day, in the unit and by the route of the start. A taper step must
    be lower than what was taken until then. Late entries are taken; one after a stop is refused."""
    _lock(course.episode)
    checks.clean_choice("step", step, [DoseStep.CHANGE, DoseStep.TAPER])
    amount = checks.clean_amount("amount_per_day", amount_per_day)
    steps = _steps(course, "changed_on", changed_on)
    stop = next((row for row in steps if row.step == DoseStep.STOP), None)
    if stop and changed_on >= stop.changed_on:
        raise InvalidInput("changed_on", f"{course.substance} was stopped on {stop.changed_on:%-d %B %Y}")
    if any(row.changed_on == changed_on for row in steps):
        raise InvalidInput("changed_on", "the dose was already set on this day; take that back first")
    before = [row for row in steps if row.changed_on < changed_on][-1]
    if step == DoseStep.TAPER and amount >= before.amount_per_day:
        raise InvalidInput("amount_per_day", "a taper step must be lower than the dose before it")
    return _add_step(by, course, step, changed_on, amount)


@transaction.atomic
def stop_medication(*, by: User, course: MedicationCourse, stopped_on: date, reason: str) -> DoseChange:
    """The first day without the medication, and why. Raises ``Conflict`` when it was stopped before,
    ``InvalidInput`` for a day before its last step."""
    _lock(course.episode)
    checks.clean_choice("reason", reason, StopReason.values)
    steps = _steps(course, "stopped_on", stopped_on)
    if steps[-1].step == DoseStep.STOP:
        raise Conflict(f"{course.substance} was already stopped on {steps[-1].changed_on:%-d %B %Y}")
    checks.check_order("stopped_on", steps[-1].changed_on, stopped_on, of="the last change of its dose")
    return _add_step(by, course, DoseStep.STOP, stopped_on, Decimal(0), stop_reason=reason)


@transaction.atomic
def record_session(
    *,
    by: User,
    episode: TreatmentEpisode,
    kind: str,
    starts_at: datetime,
    minutes: int | None = None,
    attendance: str = "attended",
    integrates: TreatmentSession | None = None,
    note: str = "",
    people_present: Sequence[tuple[User, str]] = (),
) -> TreatmentSession:
    """One session that took place, was missed or was cancelled. ``minutes`` is ``None`` when not known.

    Raises ``InvalidInput`` for a day outside the episode or a linked dosing session that is not an earlier,
    attended one of the same episode; ``Conflict`` when the same session is already recorded.
    """
    _lock(episode)
    checks.clean_choice("kind", kind, SessionKind.values)
    checks.clean_choice("attendance", attendance, Attendance.values)
    _check_moment(episode, "starts_at", starts_at)
    _check_session_parts(kind, attendance, minutes, note, people_present)
    _check_integrates(episode, kind, starts_at, integrates)
    if episode.sessions.standing().filter(kind=kind, starts_at=starts_at).exists():
        raise Conflict("this session is already recorded")
    session = TreatmentSession.objects.create(
        episode=episode,
        kind=kind,
        starts_at=starts_at,
        minutes=minutes,
        attendance=attendance,
        integrates=integrates,
        note=note.strip(),
        recorded_by=by,
    )
    for user, role in people_present:
        Presence.objects.create(session=session, user=user, role=role)
    _done(by, "record_session", session, episode)
    return session


@transaction.atomic
def record_dose(
    *,
    by: User,
    session: TreatmentSession,
    substance: str,
    amount: Decimal,
    unit: str,
    route: str,
    given_at: datetime,
    part: str = "main",
) -> Dose:
    """What was given in an attended dosing session, and when. A supplement needs a dose before it."""
    _lock(session.episode)
    session.refresh_from_db()
    _check_takes_doses(session)
    checks.clean_choice("part", part, DosePart.values)
    substance = checks.clean_line("substance", substance, longest=60)
    _check_given_at(session, given_at)
    doses = session.doses.standing()
    if part == DosePart.SUPPLEMENT and not doses.filter(part=DosePart.MAIN, given_at__lte=given_at).exists():
        raise InvalidInput("part", "a supplemental dose needs a dose before it in this session")
    if doses.filter(substance__iexact=substance, given_at=given_at).exists():
        raise Conflict("this dose is already recorded")
    dose = Dose.objects.create(
        session=session,
        part=part,
        substance=substance,
        amount=checks.clean_amount("amount", amount),
        unit=checks.clean_choice("unit", unit, DoseUnit.values),
        route=checks.clean_choice("route", route, Route.values),
        given_at=given_at,
        recorded_by=by,
    )
    _done(by, "record_dose", dose, session.episode)
    return dose


@transaction.atomic
def void(*, by: User, record: Record, reason: str) -> None:
    """Takes a record back: it stays readable, crossed out, with who, when and why, and counts no more.

    A session takes its doses with it, and the open requests that hang on it; so does its last dose. The
    first step of a medication is taken back with the whole medication. Raises ``Conflict`` when it was taken
    back before or another record still rests on it.
    """
    if not reason.strip():
        raise InvalidInput("reason", "say why this is taken back")
    episode = episode_of(record)
    _lock(episode)
    _check_nothing_rests_on(record)
    _void_rows(by, type(record).objects.filter(pk=record.pk), reason, needed=True)
    if isinstance(record, TreatmentSession):
        _void_rows(by, record.doses.all(), reason)
        _cancel_requests_of(record)
    if isinstance(record, MedicationCourse):
        _void_rows(by, record.dose_changes.all(), reason)
    if isinstance(record, Dose) and not record.session.doses.standing().exists():
        _cancel_requests_of(record.session)
    record.refresh_from_db()
    _done(by, f"void_{record._meta.model_name}", record, episode)


def episode_of(record: Record) -> TreatmentEpisode:
    """The episode that a record belongs to."""
    if isinstance(record, Dose):
        return record.session.episode
    return record.course.episode if isinstance(record, DoseChange) else record.episode


def _lock(episode: TreatmentEpisode) -> None:
    """One writer at a time in an episode: each rule reads what is there before it writes."""
    TreatmentEpisode.objects.select_for_update().get(pk=episode.pk)


def _done(by: User, action: str, target: Record, episode: TreatmentEpisode) -> None:
    audit.record(by=by, action=action, target=target, patient=episode.patient)
    want_episode(episode=episode)


def _steps(course: MedicationCourse, field: str, day: date) -> list[DoseChange]:
    """The standing steps of a course, checked to be one that a step on ``day`` may be added to."""
    course.refresh_from_db()
    if course.voided_at:
        raise Conflict("this medication was taken back")
    checks.check_past_day(field, day, local_today(course.episode.patient))
    steps = list(course.dose_changes.standing())
    checks.check_order(field, steps[0].changed_on, day, of="the start of the medication")
    return steps


def _add_step(
    by: User,
    course: MedicationCourse,
    step: str,
    changed_on: date,
    amount_per_day: Decimal,
    stop_reason: str = "",
) -> DoseChange:
    start = course.dose_changes.standing().get(step=DoseStep.START)
    change = DoseChange.objects.create(
        course=course,
        step=step,
        changed_on=changed_on,
        amount_per_day=amount_per_day,
        unit=start.unit,
        route=start.route,
        stop_reason=stop_reason,
        recorded_by=by,
    )
    _done(by, f"medication_{step}", change, course.episode)
    return change


def _check_moment(episode: TreatmentEpisode, field: str, moment: datetime) -> None:
    """Not in the future, and within the episode by the days of the patient's time zone."""
    if moment > timezone.now():
        raise InvalidInput(field, "lies in the future")
    day = local_day(episode.patient, moment)
    first = min(episode.starts_on, episode.patient.enrolled_on)
    checks.check_order(field, first, day, of="the first day of the episode")
    if episode.ends_on and day > episode.ends_on:
        raise InvalidInput(field, f"is after the last day of the episode ({episode.ends_on:%-d %B %Y})")


def _check_session_parts(
    kind: str,
    attendance: str,
    minutes: int | None,
    note: str,
    people_present: Sequence[tuple[User, str]],
) -> None:
    longest = LONGEST_SESSION // timedelta(minutes=1)
    if minutes is not None and not 1 <= minutes <= longest:
        raise InvalidInput("minutes", f"must lie between 1 and {longest}")
    if len(note) > LONGEST_NOTE:
        raise InvalidInput("note", f"must not be longer than {LONGEST_NOTE} characters")
    if people_present and attendance != Attendance.ATTENDED:
        raise InvalidInput("people_present", "nobody was present at a session that did not take place")
    users = [user.pk for user, _ in people_present]
    if len(set(users)) < len(users):
        raise InvalidInput("people_present", "names the same person twice")
    for _, role in people_present:
        checks.clean_choice("people_present", role, PresenceRole.values)


def _check_integrates(
    episode: TreatmentEpisode, kind: str, starts_at: datetime, dosing: TreatmentSession | None
) -> None:
    if dosing is None:
        return
    if kind != SessionKind.INTEGRATION:
        raise InvalidInput("integrates", "only an integration session refers to a dosing session")
    fits = (
        dosing.episode_id == episode.pk
        and dosing.kind == SessionKind.DOSING
        and dosing.attendance == Attendance.ATTENDED
        and dosing.voided_at is None
    )
    if not fits:
        raise InvalidInput("integrates", "must be a dosing session of this episode that took place")
    if dosing.starts_at >= starts_at:
        raise InvalidInput("integrates", "must have taken place before this session")


def _check_takes_doses(session: TreatmentSession) -> None:
    if session.kind != SessionKind.DOSING:
        raise InvalidInput("session", "a dose is given in a dosing session only")
    if session.attendance != Attendance.ATTENDED:
        raise InvalidInput("session", "this dosing session did not take place")
    if session.voided_at:
        raise Conflict("this session was taken back")


def _check_given_at(session: TreatmentSession, given_at: datetime) -> None:
    if given_at > timezone.now():
        raise InvalidInput("given_at", "lies in the future")
    if not session.starts_at <= given_at <= session.starts_at + LONGEST_SESSION:
        raise InvalidInput("given_at", "must lie within 24 hours of the start of the session")


def _check_nothing_rests_on(record: Record) -> None:
    if isinstance(record, DoseChange) and record.step == DoseStep.START:
        raise Conflict("the start goes with its medication; take back the medication")
    if isinstance(record, TreatmentSession) and record.integration_sessions.standing().exists():
        raise Conflict("an integration session refers to this session; take that back first")
    if isinstance(record, Dose) and record.part == DosePart.MAIN:
        doses = record.session.doses.standing().exclude(pk=record.pk)
        alone = not doses.filter(part=DosePart.MAIN).exists()
        if alone and doses.filter(part=DosePart.SUPPLEMENT).exists():
            raise Conflict("a supplemental dose rests on this dose; take that back first")


def _void_rows(by: User, rows: OfEpisodeQuerySet, reason: str, *, needed: bool = False) -> None:
    changed = rows.standing().update(voided_at=timezone.now(), voided_by=by, void_reason=reason.strip())
    if needed and not changed:
        raise Conflict("this was already taken back")


def _cancel_requests_of(session: TreatmentSession) -> None:
    """What was asked because of a dose is not asked when there was none."""
    AssessmentRequest.objects.filter(anchor_session=session, status=RequestStatus.OPEN).update(
        status=RequestStatus.CANCELLED
    )

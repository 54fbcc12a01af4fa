"""Both arms of a treatment as they happen: medication by its steps, sessions, and doses given in them.

Nothing recorded is overwritten. A mistake is taken back with ``void`` and recorded again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.marks import want_episode
from tracking.actions.moves import ANY_STATE, move, moved
from tracking.actions.scheduling import withdraw_lost
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AssessmentRequest,
    Dose,
    DoseChange,
    MedicationCourse,
    PlannedDoseStep,
    Presence,
    RunSheetEntry,
    TreatmentEpisode,
    TreatmentSession,
    User,
)
from tracking.models.treatment import STANDING, OfEpisodeQuerySet, Voidable
from tracking.queries.dosing import as_given, plan_for
from tracking.queries.events import standing_medications
from tracking.queries.washout import washouts_before
from tracking.rules import checks
from tracking.rules.plausible import question_of_day, question_of_dose
from tracking.rules.policies.days import local_day, local_today
from tracking.rules.policies.dosing import LONGEST_TEXT
from tracking.rules.policies.plausible import check_confirmed, check_tablets
from tracking.rules.policies.rating import check_none_rates_blind
from tracking.rules.policies.treatment import (
    Record,
    check_given_at,
    check_integrates,
    check_moment,
    check_nothing_rests_on,
    check_session_parts,
    check_takes_doses,
    check_washout,
)
from tracking.vocabulary import (
    Attendance,
    AuditAction,
    CheckTopic,
    DosePart,
    DoseStep,
    DoseUnit,
    RequestStatus,
    Route,
    RunSheetKind,
    SessionKind,
    StopReason,
)


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
    amount_again: Decimal | None = None,
    amount_reason: str = "",
) -> MedicationCourse:
    """Begins a medication; it may have begun before the episode. Raises ``Conflict`` while the same substance is
    running, and ``Implausible`` for a name, unit or amount that is odd, unless ``amount_reason`` says why it is right
    and ``amount_again`` is the same amount once more."""
    _lock(episode)
    substance = checks.clean_line("substance", substance, longest=60)
    checks.check_past_day("started_on", started_on, local_today(episode.patient))
    for course in episode.medications.standing().filter(substance__iexact=substance):
        if not course.dose_changes.standing().filter(step=DoseStep.STOP).exists():
            running = _("{substance} is already running; change its dose instead")
            raise Conflict(running.format(substance=course.substance))
    course = MedicationCourse(
        episode=episode, substance=substance, is_study_drug=is_study_drug, recorded_by=by
    )
    start = DoseChange(
        course=course,
        step=DoseStep.START,
        changed_on=started_on,
        amount_per_day=checks.clean_amount("amount_per_day", amount_per_day),
        unit=checks.clean_choice("unit", unit, DoseUnit.values),
        route=checks.clean_choice("route", route, Route.values),
        recorded_by=by,
    )
    start.amount_reason = _confirmed(start, amount_again, amount_reason)
    course.save(force_insert=True)
    start.save(force_insert=True)
    _done(by, AuditAction.START_MEDICATION, course, episode)
    return course


@transaction.atomic
def change_dose(
    *,
    by: User,
    course: MedicationCourse,
    changed_on: date,
    amount_per_day: Decimal,
    step: str = "change",
    is_liquid: bool = False,
    amount_again: Decimal | None = None,
    amount_reason: str = "",
) -> DoseChange:
    """From this day on, another amount a day, in the unit and by the route of the start. A taper step must
    be lower than what was taken until then. Late entries are taken; one after a stop is refused, and so is an amount
    that no tablets make up, unless it is taken as a liquid. An odd amount: as in ``start_medication``."""
    _lock(course.episode)
    checks.clean_choice("step", step, [DoseStep.CHANGE, DoseStep.TAPER])
    amount = checks.clean_amount("amount_per_day", amount_per_day)
    steps = _steps(course, "changed_on", changed_on)
    stop = next((row for row in steps if row.step == DoseStep.STOP), None)
    if stop and changed_on >= stop.changed_on:
        name, day = course.substance, date_format(stop.changed_on)
        said = _("{substance} was stopped on {day}").format(substance=name, day=day)
        raise InvalidInput("changed_on", said)
    if any(row.changed_on == changed_on for row in steps):
        raise InvalidInput("changed_on", _("the dose was already set on this day; take that back first"))
    before = [row for row in steps if row.changed_on < changed_on][-1]
    if step == DoseStep.TAPER and amount >= before.amount_per_day:
        raise InvalidInput("amount_per_day", _("a taper step must be lower than the dose before it"))
    change = _next_step(by, course, step, changed_on, amount)
    change.is_liquid = is_liquid
    check_tablets("amount_per_day", course.substance, amount, change.unit, is_liquid=is_liquid)
    change.amount_reason = _confirmed(change, amount_again, amount_reason)
    return _add_step(change)


@transaction.atomic
def stop_medication(*, by: User, course: MedicationCourse, stopped_on: date, reason: str) -> DoseChange:
    """The first day without the medication, and why. Raises ``Conflict`` when it was stopped before,
    ``InvalidInput`` for a day before its last step."""
    _lock(course.episode)
    checks.clean_choice("reason", reason, StopReason.values)
    steps = _steps(course, "stopped_on", stopped_on)
    if steps[-1].step == DoseStep.STOP:
        words = _("{substance} was already stopped on {day}")
        raise Conflict(words.format(substance=course.substance, day=date_format(steps[-1].changed_on)))
    checks.check_order("stopped_on", steps[-1].changed_on, stopped_on, of="the last change of its dose")
    stop = _next_step(by, course, DoseStep.STOP, stopped_on, Decimal(0))
    stop.stop_reason = reason
    return _add_step(stop)


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
    submission_id: uuid.UUID | None = None,
) -> TreatmentSession:
    """One session that took place, was missed or was cancelled. ``minutes`` is ``None`` when not known.
    ``submission_id``: chosen by the client where a session may be sent twice; it becomes the public id.

    Raises ``InvalidInput`` for a day outside the episode or a linked dosing session that is not an earlier,
    attended one of the same episode; ``Conflict`` when the same session is already recorded.
    """
    _lock(episode)
    checks.clean_choice("kind", kind, SessionKind.values)
    checks.clean_choice("attendance", attendance, Attendance.values)
    check_moment(episode, "starts_at", starts_at)
    check_session_parts(attendance, minutes, note, people_present)
    if integrates:
        integrates.refresh_from_db()
    check_integrates(episode, kind, starts_at, integrates)
    check_none_rates_blind(episode, [user for user, _ in people_present])
    if episode.sessions.standing().filter(kind=kind, starts_at=starts_at).exists():
        raise Conflict(_("this session is already recorded"))
    session = TreatmentSession.objects.create(
        public_id=submission_id or uuid.uuid4(),
        episode=episode,
        kind=kind,
        starts_at=starts_at,
        minutes=minutes,
        attendance=attendance,
        integrates=integrates,
        note=note.strip(),
        recorded_by=by,
    )
    Presence.objects.bulk_create(
        Presence(session=session, user=user, role=role) for user, role in people_present
    )
    _done(by, AuditAction.RECORD_SESSION, session, episode)
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
    weight_kg: Decimal | None = None,
    submission_id: uuid.UUID | None = None,
    washout_reason: str = "",
    amount_again: Decimal | None = None,
    amount_reason: str = "",
) -> Dose:
    """What was given in an attended dosing session, and when. A supplement needs a dose before it.

    ``weight_kg``: the body weight of that day, where it was taken. ``washout_reason``: why it is given although
    a washout is not satisfied or cannot be judged; it becomes an entry of the run-sheet. Raises
    ``InvalidInput`` without it, unless the run-sheet has such an entry. A name, unit or amount that is not plausible
    (``rules.plausible``) raises ``Implausible``, unless ``amount_reason`` says why it is right and ``amount_again`` is
    the same amount once more; they become an entry of the run-sheet, too.
    """
    _lock(session.episode)
    session.refresh_from_db()
    check_takes_doses(session)
    checks.clean_choice("part", part, DosePart.values)
    substance = checks.clean_line("substance", substance, longest=60)
    check_given_at(session, given_at)
    doses = session.doses.standing()
    if part == DosePart.SUPPLEMENT and not doses.filter(part=DosePart.MAIN, given_at__lte=given_at).exists():
        raise InvalidInput("part", _("a supplemental dose needs a dose before it in this session"))
    if doses.filter(substance__iexact=substance, given_at=given_at).exists():
        raise Conflict(_("this dose is already recorded"))
    dose = Dose(
        submission_id=submission_id,
        session=session,
        part=part,
        substance=substance,
        amount=checks.clean_amount("amount", amount),
        unit=checks.clean_choice("unit", unit, DoseUnit.values),
        route=checks.clean_choice("route", route, Route.values),
        weight_kg=None if weight_kg is None else checks.clean_weight("weight_kg", weight_kg),
        given_at=given_at,
        recorded_by=by,
    )
    question = question_of_dose(plan_for(session), as_given(dose), [as_given(other) for other in doses])
    odd = check_confirmed(question, amount=dose.amount, again=amount_again, reason=amount_reason)
    states = washouts_before(session.episode, local_day(session.episode.patient, given_at))
    if check_washout(session, states, washout_reason):
        checks.check_length("washout_reason", washout_reason, LONGEST_TEXT)
        _against_a_check(by, dose, CheckTopic.WASHOUT, washout_reason, AuditAction.OVERRIDE_WASHOUT)
    if odd:
        _against_a_check(by, dose, CheckTopic.AMOUNT, odd, AuditAction.CONFIRM_AMOUNT)
    dose.save(force_insert=True)
    _done(by, AuditAction.RECORD_DOSE, dose, session.episode)
    return dose


@transaction.atomic
def void(*, by: User, record: Record, reason: str) -> None:
    """Takes a record back: it stays readable, crossed out, with who, when and why, and counts no more.

    A session takes its doses and the lines of its run-sheet with it, the first step of a medication the whole
    medication; without its end a session is under way again. An open request that hangs on what did not happen
    is cancelled, and asked again when that is recorded again. Raises ``Conflict`` when the record was taken back
    before or another record still rests on it.
    """
    if not reason.strip():
        raise InvalidInput("reason", _("say why this is taken back"))
    episode = episode_of(record)
    _lock(episode)
    check_nothing_rests_on(record)
    move(record, STANDING, **_taken_back(by, reason), otherwise=_("this was already taken back"))
    if isinstance(record, TreatmentSession):
        _void_with(record.doses.all(), by, reason)
        _void_with(record.entries.all(), by, reason)
        _cancel_requests_of(record)
    if isinstance(record, RunSheetEntry) and record.kind == RunSheetKind.END:
        moved(record.session, ANY_STATE, minutes=None)
    if isinstance(record, MedicationCourse):
        _void_with(record.dose_changes.all(), by, reason)
        _void_with(record.planned_steps.all(), by, reason)
    if isinstance(record, Dose) and not record.session.doses.standing().exists():
        _cancel_requests_of(record.session)
    withdraw_lost(by=by, episode=episode, as_of=local_today(episode.patient))
    record.refresh_from_db()
    _done(by, AuditAction(f"void_{record._meta.model_name}"), record, episode)


def _against_a_check(by: User, dose: Dose, topic: CheckTopic, text: str, action: AuditAction) -> None:
    """Why a dose is given all the same, as a line of the run-sheet."""
    entry = RunSheetEntry.objects.create(
        session=dose.session,
        kind=RunSheetKind.CHECK,
        topic=topic,
        met=False,
        text=text.strip(),
        happened_at=dose.given_at,
        recorded_by=by,
    )
    audit.record(by=by, action=action, target=entry, patient=dose.session.episode.patient)


def episode_of(record: Record) -> TreatmentEpisode:
    """The episode that a record belongs to."""
    if isinstance(record, Dose | RunSheetEntry):
        return record.session.episode
    if isinstance(record, DoseChange | PlannedDoseStep):
        return record.course.episode
    return record.episode


def _lock(episode: TreatmentEpisode) -> None:
    """One writer at a time in an episode: each rule reads what is there before it writes."""
    TreatmentEpisode.objects.held().get(pk=episode.pk)


def _done(by: User, action: AuditAction, target: Record, episode: TreatmentEpisode) -> None:
    audit.record(by=by, action=action, target=target, patient=episode.patient)
    want_episode(episode=episode)


def _steps(course: MedicationCourse, field: str, day: date) -> list[DoseChange]:
    """The standing steps of a course, checked to be one that a step on ``day`` may be added to."""
    course.refresh_from_db()
    if course.voided_at:
        raise Conflict(_("this medication was taken back"))
    checks.check_past_day(field, day, local_today(course.episode.patient))
    steps = list(course.dose_changes.standing())
    checks.check_order(field, steps[0].changed_on, day, of="the start of the medication")
    return steps


def _next_step(
    by: User, course: MedicationCourse, step: str, changed_on: date, amount_per_day: Decimal
) -> DoseChange:
    start = course.dose_changes.standing().get(step=DoseStep.START)
    return DoseChange(
        course=course,
        step=step,
        changed_on=changed_on,
        amount_per_day=amount_per_day,
        unit=start.unit,
        route=start.route,
        recorded_by=by,
    )


def _add_step(change: DoseChange) -> DoseChange:
    change.save(force_insert=True)
    action = AuditAction(f"medication_{change.step}")
    _done(change.recorded_by, action, change, change.course.episode)
    return change


def _confirmed(change: DoseChange, again: Decimal | None, reason: str) -> str:
    """Why an odd amount a day is right; "" where it is not odd. The name was asked about when it was begun."""
    question = question_of_day(
        change.course.substance,
        change.amount_per_day,
        change.unit,
        standing_medications(change.course.episode),
        may_be_less=change.is_liquid or change.step == DoseStep.TAPER,
    )
    if question and change.step != DoseStep.START and not question.amount_is_odd:
        return ""
    amount = change.amount_per_day
    return check_confirmed(question, amount=amount, again=again, reason=reason, field="amount_per_day")


def _taken_back(by: User, reason: str) -> dict[str, object]:
    return {"voided_at": clock.now(), "voided_by": by, "void_reason": reason.strip()}


def _void_with(rows: OfEpisodeQuerySet[Voidable], by: User, reason: str) -> None:
    """What stands of ``rows`` goes with the record that it belongs to."""
    rows.standing().update(**_taken_back(by, reason))


def _cancel_requests_of(session: TreatmentSession) -> None:
    """What was asked because of a dose is not asked when there was none."""
    AssessmentRequest.objects.filter(anchor_session=session, status=RequestStatus.OPEN).update(
        status=RequestStatus.CANCELLED, anchor_lost=True
    )

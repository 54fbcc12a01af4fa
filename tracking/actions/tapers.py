"""The plan of a medication: its steps as they are meant to be, replaced as a whole and never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit, treatment
from tracking.errors import Conflict, InvalidInput
from tracking.models import DoseChange, MedicationCourse, PlannedDoseStep, TreatmentEpisode, User
from tracking.queries.tapers import states_of
from tracking.rules import checks
from tracking.rules.plausible import no_tablets_for
from tracking.rules.policies.days import local_today
from tracking.rules.policies.plausible import check_tablets
from tracking.rules.tapers import WAITING
from tracking.vocabulary import AuditAction, DoseStep

LONGEST_PLAN = 60
FURTHEST = timedelta(days=3 * 366)


@transaction.atomic
def plan_taper(
    *, by: User, course: MedicationCourse, steps: Sequence[tuple[date, Decimal]], is_liquid: bool = False
) -> list[PlannedDoseStep]:
    """The whole way down of a running medication: from each day on so much a day, 0 for the planned stop.

    Days rise from today on and amounts fall from what is taken now. An amount that no tablets make up is refused, or
    with ``is_liquid`` planned as a liquid. What stands of an earlier plan and has not been done is taken back, with
    this as its reason; what was done or skipped stays. Raises ``InvalidInput`` with the field ``day_3`` or ``amount_3``
    for the third step, ``Conflict`` for a medication that was stopped or taken back.
    """
    TreatmentEpisode.objects.held().get(pk=course.episode_id)
    course.refresh_from_db()
    today = local_today(course.episode.patient)
    current = _current(course)
    _check_plan(steps, current, today)
    liquid = [bool(no_tablets_for(course.substance, amount, current.unit)) for _day, amount in steps]
    if not is_liquid:
        for number, (_day, amount) in enumerate(steps, start=1):
            check_tablets(f"amount_{number}", course.substance, amount, current.unit, is_liquid=False)
    waiting = [planned.pk for planned, state in states_of(course, today) if state.outcome in WAITING]
    PlannedDoseStep.objects.standing().filter(pk__in=waiting).update(
        voided_at=clock.now(), voided_by=by, void_reason=f"Replaced by the plan of {today:%-d %B %Y}"
    )
    days = [day for day, _amount in steps]
    if taken := course.planned_steps.standing().filter(planned_on__in=days).first():
        raise InvalidInput(
            f"day_{days.index(taken.planned_on) + 1}", _("already has a planned step that was carried out")
        )
    planned = PlannedDoseStep.objects.bulk_create(
        PlannedDoseStep(
            course=course, planned_on=day, amount_per_day=amount, is_liquid=as_liquid, recorded_by=by
        )
        for (day, amount), as_liquid in zip(steps, liquid, strict=True)
    )
    audit.record(by=by, action=AuditAction.PLAN_TAPER, target=course, patient=course.episode.patient)
    return planned


@transaction.atomic
def take_planned_step(*, by: User, planned: PlannedDoseStep, reason: str = "") -> DoseChange:
    """Records today what was planned: the lower dose, or the stop with its ``reason``. Raises ``Conflict`` when
    it was taken back or is no longer to be done."""
    TreatmentEpisode.objects.held().get(pk=planned.course.episode_id)
    planned.refresh_from_db()
    course = planned.course
    today = local_today(course.episode.patient)
    waiting = {row.pk for row, state in states_of(course, today) if state.outcome in WAITING}
    if planned.pk not in waiting:
        raise Conflict(_("this planned step is no longer to be done"))
    if not planned.amount_per_day:
        return treatment.stop_medication(by=by, course=course, stopped_on=today, reason=reason)
    return treatment.change_dose(
        by=by,
        course=course,
        changed_on=today,
        amount_per_day=planned.amount_per_day,
        step=DoseStep.TAPER,
        is_liquid=planned.is_liquid,
    )


def _current(course: MedicationCourse) -> DoseChange:
    if course.voided_at:
        raise Conflict(_("this medication was taken back"))
    last = list(course.dose_changes.standing())[-1]
    if last.step == DoseStep.STOP:
        words = _("{substance} was already stopped on {day}")
        day = date_format(last.changed_on, "DATE_FORMAT")
        raise Conflict(words.format(substance=course.substance, day=day))
    return last


def _check_plan(steps: Sequence[tuple[date, Decimal]], current: DoseChange, today: date) -> None:
    if not 1 <= len(steps) <= LONGEST_PLAN:
        raise InvalidInput("steps", _("must be at least one and at most {n}").format(n=LONGEST_PLAN))
    day_before, amount_before = today - timedelta(days=1), current.amount_per_day
    for number, (day, amount) in enumerate(steps, start=1):
        if number == 1 and day < today:
            raise InvalidInput("day_1", _("lies in the past; record what was taken instead"))
        if day <= day_before:
            raise InvalidInput(f"day_{number}", _("must come after the step before it"))
        if day > today + FURTHEST:
            raise InvalidInput(f"day_{number}", _("lies more than three years ahead"))
        if amount:
            checks.clean_amount(f"amount_{number}", amount)
        if amount >= amount_before:
            raise InvalidInput(f"amount_{number}", _("must be lower than the dose before it"))
        day_before, amount_before = day, amount

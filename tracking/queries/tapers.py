"""A medication as planned beside what was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from tracking.models import DoseChange, MedicationCourse, PlannedDoseStep
from tracking.queries.events import is_treatment, protocol_of
from tracking.rules.plausible import amounts_of_tablets
from tracking.rules.policies.days import local_day
from tracking.rules.tapers import PlannedStep, Step, StepState, equal_steps, step_states
from tracking.vocabulary import DoseStep

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of the medication page: a step that was taken, one that was planned, or both."""

    day: date
    actual: DoseChange | None
    planned: PlannedDoseStep | None
    state: StepState | None


def states_of(course: MedicationCourse, today: date) -> Sequence[tuple[PlannedDoseStep, StepState]]:
    """Each standing planned step with what became of it, in the order of their days."""
    rows = list(course.planned_steps.standing().order_by("planned_on"))
    patient = course.episode.patient
    planned = [
        PlannedStep(row.planned_on, row.amount_per_day, local_day(patient, row.recorded_at)) for row in rows
    ]
    return list(zip(rows, step_states(planned, _taken(course), today), strict=True))


def step_rows(course: MedicationCourse, today: date) -> list[StepRow]:
    """What was taken and what was planned, on one list by day; what was taken back stands where it was."""
    states = states_of(course, today)
    fulfilled = {state.actual: (row, state) for row, state in states if state.actual}
    rows = []
    for change in course.dose_changes.select_related("voided_by"):
        taken = None if change.voided_at else Step(change.changed_on, change.amount_per_day)
        planned, state = fulfilled.get(taken, (None, None)) if taken else (None, None)
        rows.append(StepRow(change.changed_on, change, planned, state))
    rows += [StepRow(row.planned_on, None, row, state) for row, state in states if not state.actual]
    return sorted(rows, key=lambda row: (row.day, row.actual is None))


def dropped_steps(course: MedicationCourse) -> QuerySet[PlannedDoseStep]:
    """Planned steps that were taken back, the latest first."""
    rows = course.planned_steps.filter(voided_at__isnull=False).select_related("voided_by")
    return rows.order_by("-voided_at", "planned_on", "pk")


def proposed_taper(course: MedicationCourse, today: date) -> tuple[Step, ...]:
    """The days of the protocol that still lie ahead, with equal steps down from the dose that is taken now;
    nothing where the protocol does not plan the stop of one medication, or this one has a plan already."""
    episode, protocol = course.episode, protocol_of(course.episode)
    steps = list(course.dose_changes.standing())
    if protocol is None or course.planned_steps.standing().exists() or steps[-1].step == DoseStep.STOP:
        return ()
    own = (drug for drug in protocol.medications if episode.arm in drug.arms)
    planned = [(*drug.taper, drug.stop) for drug in own if drug.stop is not None]
    if len(planned) != 1 or not is_treatment(course, episode, protocol):
        return ()
    days = [episode.starts_on + number * DAY for number in planned[0]]
    ahead = [day for day in days if day >= today]
    return equal_steps(steps[-1].amount_per_day, ahead, tablets_of(steps[-1])) if ahead else ()


def tablets_of(change: DoseChange) -> tuple[Decimal, ...]:
    """The amounts below this one that tablets make up; empty where nothing is known of them."""
    return amounts_of_tablets(change.course.substance, change.amount_per_day, change.unit)


def _taken(course: MedicationCourse) -> list[Step]:
    return [Step(row.changed_on, row.amount_per_day) for row in course.dose_changes.standing()]

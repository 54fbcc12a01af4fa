"""Plans of a medication: made as a whole, replaced with a reason, carried out, taken back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.cast import days_ago
from tests.tracking.scheduled import start
from tests.tracking.treated import medicated
from tracking import clock
from tracking.actions import tapers, treatment
from tracking.errors import Conflict, InvalidInput
from tracking.models import AuditEvent, MedicationCourse, Patient, PlannedDoseStep, TreatmentEpisode, User
from tracking.queries.tapers import dropped_steps, proposed_taper, states_of, step_rows
from tracking.rules.policies.days import local_today

pytestmark = pytest.mark.django_db


def ahead(days: int) -> date:
    return days_ago(-days)


@pytest.fixture
def course(episode: TreatmentEpisode, clinician: User) -> MedicationCourse:
    return medicated(clinician, episode, began=60)


def plan(
    by: User, course: MedicationCourse, *steps: tuple[int, object], **more: object
) -> list[PlannedDoseStep]:
    days = [(ahead(day), Decimal(amount)) for day, amount in steps]
    return tapers.plan_taper(by=by, course=course, steps=days, **more)


def outcomes(course: MedicationCourse) -> list[str]:
    return [state.outcome for _, state in states_of(course, local_today(course.episode.patient))]


def test_a_whole_plan_at_once(course: MedicationCourse, clinician: User) -> None:
    plan(clinician, course, (0, 75), (7, 50), (14, 0))
    assert outcomes(course) == ["due today", "to come", "to come"]
    assert AuditEvent.objects.filter(action="plan_taper", actor=clinician.public_id).count() == 1


def test_a_new_plan_takes_the_one_before_it_back(course: MedicationCourse, clinician: User) -> None:
    first = plan(clinician, course, (0, 75), (7, 50), (14, 0))
    tapers.take_planned_step(by=clinician, planned=first[0])
    plan(clinician, course, (7, 62), (21, 0), is_liquid=True)
    assert outcomes(course) == ["done", "to come", "to come"]
    dropped = dropped_steps(course)
    assert [(row.planned_on, row.amount_per_day) for row in dropped] == [(ahead(7), 50), (ahead(14), 0)]
    assert {row.voided_by for row in dropped} == {clinician}
    assert all(row.void_reason.startswith("Replaced by the plan of ") for row in dropped)


def test_what_is_overdue_is_replaced_too(course: MedicationCourse, clinician: User) -> None:
    with clock.simulated(clock.now() - timedelta(days=5)):
        plan(clinician, course, (-3, 75))
    assert outcomes(course) == ["overdue"]
    plan(clinician, course, (1, 75))
    assert outcomes(course) == ["to come"]


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([], "steps"),
        ([(-1, 50)], "day_1"),
        ([(7, 50), (7, 25)], "day_2"),
        ([(7, 50), (3, 25)], "day_2"),
        ([(2000, 50)], "day_1"),
        ([(7, 100)], "amount_1"),
        ([(7, 50), (14, 50)], "amount_2"),
        ([(7, 0), (14, 0)], "amount_2"),
        ([(7, -1)], "amount_1"),
        ([(7, "0.0001")], "amount_1"),
        ([(7, "NaN")], "amount_1"),
    ],
)
def test_a_plan_that_goes_nowhere_is_refused_whole(
    course: MedicationCourse, clinician: User, steps: list, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        plan(clinician, course, *steps)
    assert refusal.value.field == field
    assert not course.planned_steps.exists()


def test_a_day_whose_step_was_carried_out_is_not_planned_again(
    course: MedicationCourse, clinician: User
) -> None:
    (first,) = plan(clinician, course, (0, 75))
    tapers.take_planned_step(by=clinician, planned=first)
    with pytest.raises(InvalidInput) as refusal:
        plan(clinician, course, (0, 50))
    assert refusal.value.field == "day_1"


def test_a_medication_that_is_over_is_not_planned(course: MedicationCourse, clinician: User) -> None:
    treatment.stop_medication(by=clinician, course=course, stopped_on=days_ago(1), reason="other")
    with pytest.raises(Conflict, match="already stopped"):
        plan(clinician, course, (7, 50))


def test_the_planned_step_is_taken_in_one_go(course: MedicationCourse, clinician: User) -> None:
    lower, stop = plan(clinician, course, (0, 50), (7, 0))
    change = tapers.take_planned_step(by=clinician, planned=lower)
    today = local_today(course.episode.patient)
    assert (change.step, change.amount_per_day, change.changed_on) == ("taper", 50, today)
    with pytest.raises(Conflict, match="no longer to be done"):
        tapers.take_planned_step(by=clinician, planned=lower)
    assert outcomes(course) == ["done", "to come"]
    with pytest.raises(InvalidInput) as refusal:
        tapers.take_planned_step(by=clinician, planned=stop)
    assert refusal.value.field == "reason"


def test_a_planned_stop_keeps_its_reason(course: MedicationCourse, clinician: User) -> None:
    (stop,) = plan(clinician, course, (0, 0))
    change = tapers.take_planned_step(by=clinician, planned=stop, reason="recovered")
    assert (change.step, change.stop_reason) == ("stop", "recovered")


def test_one_step_is_taken_back(course: MedicationCourse, clinician: User) -> None:
    first, _ = plan(clinician, course, (3, 50), (7, 0))
    treatment.void(by=clinician, record=first, reason="two weeks more at 100 mg")
    assert outcomes(course) == ["to come"]
    with pytest.raises(Conflict, match="no longer"):
        tapers.take_planned_step(by=clinician, planned=first)


def test_a_medication_takes_its_plan_with_it(course: MedicationCourse, clinician: User) -> None:
    plan(clinician, course, (3, 50))
    treatment.void(by=clinician, record=course, reason="another patient")
    assert not course.planned_steps.standing().exists()
    with pytest.raises(Conflict, match="taken back"):
        plan(clinician, course, (7, 50))


def test_planned_and_taken_stand_on_one_list(course: MedicationCourse, clinician: User) -> None:
    first, _ = plan(clinician, course, (0, 75), (7, 50))
    change = tapers.take_planned_step(by=clinician, planned=first)
    rows = step_rows(course, local_today(course.episode.patient))
    assert [(row.actual, row.planned and row.planned.amount_per_day) for row in rows] == [
        (course.dose_changes.get(step="start"), None),
        (change, 75),
        (None, 50),
    ]


def test_a_step_that_no_tablets_make_up_is_refused_or_said_to_be_liquid(
    course: MedicationCourse, clinician: User
) -> None:
    with pytest.raises(InvalidInput, match="no tablets of sertraline make up 33.3 mg") as refusal:
        plan(clinician, course, (0, 75), (7, "33.3"), (14, 0))
    assert refusal.value.field == "amount_2"
    assert not course.planned_steps.exists()
    planned = plan(clinician, course, (0, "66.6"), (7, "37.5"), (14, 0), is_liquid=True)
    assert [row.is_liquid for row in planned] == [True, False, False]
    assert tapers.take_planned_step(by=clinician, planned=planned[0]).is_liquid


@pytest.fixture
def panic(patient: Patient, clinician: User) -> TreatmentEpisode:
    return start(patient, clinician, "cbt-anxiolytic-panic", "combined", days=90)


def test_a_protocol_proposes_its_days_in_equal_steps(panic: TreatmentEpisode, clinician: User) -> None:
    """Taper steps on days 84, 91, 98 and 105, stop on day 113: after 90 days four of them lie ahead."""
    course = medicated(clinician, panic, "alprazolam", began=90)
    proposed = proposed_taper(course, days_ago(0))
    days = [days_ago(90 - day) for day in (91, 98, 105, 113)]
    assert [(step.day, step.amount) for step in proposed] == list(
        zip(days, [Decimal(3), Decimal(2), Decimal(1), Decimal(0)], strict=True)
    )
    plan(clinician, course, (7, 2))
    assert proposed_taper(course, days_ago(0)) == ()


def test_nothing_is_proposed_for_a_drug_from_before_or_of_another_kind(
    panic: TreatmentEpisode, clinician: User
) -> None:
    before = medicated(clinician, panic, "lorazepam", began=100)
    other = medicated(clinician, panic, "propranolol", began=80)
    assert proposed_taper(before, days_ago(0)) == proposed_taper(other, days_ago(0)) == ()

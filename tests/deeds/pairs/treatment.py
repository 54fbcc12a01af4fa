"""Two who write into the same treatment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.deeds.scenes import dosed, given, held, medication
from tests.deeds.table.dosing import form, given_now, tap, under_way, with_two
from tests.deeds.table.scheduling import scheduled
from tests.deeds.table.tapers import planned
from tests.deeds.table.voiding import taken_back
from tests.tracking.dosing import CALM
from tracking.actions import dosing, scheduling, tapers, treatment
from tracking.models import MedicationCourse

LEAVES = {"text": "Steady; with her sister."}
MARK = "~EpisodeMark:wanted_rev"
BACK = ":void_reason,voided_at,voided_by"
SESSION_BACK = f"~TreatmentSession{BACK} {MARK} +AuditEvent"
BEGUN = f"+TreatmentSession +Presence*2 +RunSheetEntry {MARK} +AuditEvent*2 !begin_session"


@pair(one_first=BEGUN, other_first=BEGUN)
def two_who_begin_the_same_session(clinic: Clinic) -> tuple[Act, Act]:
    mine = with_two(clinic)
    yours = mine | {
        "by": clinic.colleague,
        "submission_id": uuid4(),
        "starts_at": timezone.now() - timedelta(minutes=50),
    }
    return (dosing.begin_session, mine), (dosing.begin_session, yours)


@pair(
    one_first=f"+RunSheetEntry ~TreatmentSession:minutes {MARK} +AuditEvent !give_dose",
    other_first=f"+RunSheetEntry +Dose {MARK} +AuditEvent*2 !end_session",
)
def the_end_and_a_dose_after_it(clinic: Clinic) -> tuple[Act, Act]:
    session = under_way(clinic)
    dose = given_now(session) | {"override_reason": "the checks were made on paper"}
    return (dosing.end_session, tap(session, at=20) | LEAVES), (dosing.give_dose, dose)


@pair(
    one_first=f"+RunSheetEntry ~TreatmentSession:minutes {MARK} +AuditEvent !end_session",
    other_first=f"+RunSheetEntry ~TreatmentSession:minutes {MARK} +AuditEvent !end_session",
)
def two_who_end_a_session(clinic: Clinic) -> tuple[Act, Act]:
    session = under_way(clinic)
    return (dosing.end_session, tap(session, at=60) | LEAVES), (
        dosing.end_session,
        tap(session, at=61) | LEAVES,
    )


@pair(
    one_first="+RunSheetEntry +AuditEvent !record_event",
    other_first="+RunSheetEntry +AuditEvent !record_event",
)
def one_submission_id_for_two_events(clinic: Clinic) -> tuple[Act, Act]:
    bathroom = tap(under_way(clinic)) | {"topic": "bathroom"}
    return (dosing.record_event, bathroom), (dosing.record_event, bathroom | {"topic": "distress"})


@pair(
    one_first=f"+Dose +RunSheetEntry {MARK} +AuditEvent*2 !give_dose",
    other_first=f"+Dose +RunSheetEntry {MARK} +AuditEvent*2 !give_dose",
)
def one_submission_id_for_two_doses(clinic: Clinic) -> tuple[Act, Act]:
    dose = given_now(under_way(clinic)) | {"override_reason": "the checks were made on paper"}
    return (dosing.give_dose, dose), (dosing.give_dose, dose | {"amount": Decimal(30)})


@pair(
    one_first=f"{SESSION_BACK} ~RunSheetEntry{BACK} !record_event",
    other_first=f"{SESSION_BACK} ~RunSheetEntry{BACK} +RunSheetEntry +AuditEvent",
)
def a_session_that_is_taken_back_and_an_event(clinic: Clinic) -> tuple[Act, Act]:
    session = under_way(clinic)
    event = tap(session) | {"topic": "bathroom"}
    return (treatment.void, taken_back(clinic, session)), (dosing.record_event, event)


@pair(
    one_first=f"{SESSION_BACK} !record_dose",
    other_first=f"{SESSION_BACK} +Dose +AuditEvent",
)
def a_session_that_is_taken_back_and_a_dose(clinic: Clinic) -> tuple[Act, Act]:
    session = held(clinic, 2)
    return (treatment.void, taken_back(clinic, session)), (treatment.record_dose, given(session))


@pair(
    one_first=f"{SESSION_BACK} !record_session",
    other_first=f"+TreatmentSession {MARK} +AuditEvent !void",
)
def a_session_that_is_taken_back_and_its_integration(clinic: Clinic) -> tuple[Act, Act]:
    session = held(clinic, 4)
    integration = {
        "by": clinic.colleague,
        "episode": clinic.episode,
        "kind": "integration",
        "starts_at": timezone.now() - timedelta(days=2),
        "integrates": session,
    }
    return (treatment.void, taken_back(clinic, session)), (treatment.record_session, integration)


@pair(
    one_first=f"{SESSION_BACK} ~RunSheetEntry{BACK} !record_in_session",
    other_first=f"{SESSION_BACK} ~RunSheetEntry{BACK} +Assessment +ScaleScore*4 +AuditEvent",
)
def a_session_that_is_taken_back_and_vital_signs(clinic: Clinic) -> tuple[Act, Act]:
    session = under_way(clinic)
    signs = form(session, "vital_signs", CALM)
    return (treatment.void, taken_back(clinic, session)), (dosing.record_in_session, signs)


@pair(
    one_first=f"{SESSION_BACK} ~Dose{BACK}",
    other_first=f"{SESSION_BACK} ~Dose{BACK} +AssessmentRequest*2 +AuditEvent*2",
)
def a_session_that_is_taken_back_and_the_schedule(clinic: Clinic) -> tuple[Act, Act]:
    session = dosed(clinic, 3).session
    return (treatment.void, taken_back(clinic, session)), (scheduling.schedule_episode, scheduled(clinic))


@pair(
    one_first=f"~Dose{BACK} {MARK} +AuditEvent !record_dose",
    other_first=f"+Dose {MARK} +AuditEvent !void",
)
def a_dose_that_is_taken_back_and_its_supplement(clinic: Clinic) -> tuple[Act, Act]:
    dose = dosed(clinic, 2)
    supplement = given(dose.session, 60, part="supplement")
    return (treatment.void, taken_back(clinic, dose)), (treatment.record_dose, supplement)


def lower(clinic: Clinic, course: MedicationCourse, days: int = 3, amount: int = 20) -> Act:
    change = {"course": course, "changed_on": days_ago(days), "amount_per_day": Decimal(amount)}
    return treatment.change_dose, {"by": clinic.colleague, **change}


@pair(
    one_first=f"~MedicationCourse{BACK} ~DoseChange{BACK} {MARK} +AuditEvent !change_dose",
    other_first=f"~MedicationCourse{BACK} ~DoseChange{BACK} +DoseChange {MARK} +AuditEvent*2",
)
def a_medication_that_is_taken_back_and_another_dose(clinic: Clinic) -> tuple[Act, Act]:
    course = medication(clinic)
    return (treatment.void, taken_back(clinic, course)), lower(clinic, course)


@pair(
    one_first=f"+DoseChange {MARK} +AuditEvent !change_dose",
    other_first=f"+DoseChange {MARK} +AuditEvent !stop_medication",
)
def a_stop_and_another_dose_after_it(clinic: Clinic) -> tuple[Act, Act]:
    course = medication(clinic)
    stop = {"by": clinic.lead, "course": course, "stopped_on": days_ago(9), "reason": "recovered"}
    return (treatment.stop_medication, stop), lower(clinic, course)


@pair(
    one_first=f"~PlannedDoseStep*2{BACK} +PlannedDoseStep +AuditEvent !take_planned_step",
    other_first=f"+DoseChange ~PlannedDoseStep{BACK} +PlannedDoseStep {MARK} +AuditEvent*2",
)
def a_new_plan_and_a_step_of_the_old_one(clinic: Clinic) -> tuple[Act, Act]:
    steps = planned(clinic)
    plan = {"course": steps[0].course, "steps": [(days_ago(-1), Decimal(5))]}
    return (
        (tapers.plan_taper, {"by": clinic.lead, **plan}),
        (tapers.take_planned_step, {"by": clinic.colleague, "planned": steps[0]}),
    )


@pair(
    one_first=f"~MedicationCourse{BACK} ~DoseChange{BACK} {MARK} +AuditEvent !plan_taper",
    other_first=f"~MedicationCourse{BACK} ~DoseChange{BACK} +PlannedDoseStep {MARK} +AuditEvent*2",
)
def a_medication_that_is_taken_back_and_its_plan(clinic: Clinic) -> tuple[Act, Act]:
    course = medication(clinic)
    plan = {"by": clinic.lead, "course": course, "steps": [(days_ago(-1), Decimal(5))]}
    return (treatment.void, taken_back(clinic, course)), (tapers.plan_taper, plan)

"""What is taken back, and what goes with it. What had been taken back before, and what was answered, stays."""

from __future__ import annotations

import uuid
from decimal import Decimal

from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.scenes import asked, dosed, given, medication, treated_next
from tests.tracking.answers import PHQ9
from tests.tracking.dosing import begun, ended, minute
from tracking.actions import assessments, dosing, scheduling, tapers, treatment
from tracking.models import AssessmentRequest, Dose, MedicationCourse, RunSheetEntry, TreatmentSession
from tracking.vocabulary import AnswerSource, AuditAction

BACK = ":void_reason,voided_at,voided_by"
REST = "~EpisodeMark:wanted_rev +AuditEvent"


def taken_back(clinic: Clinic, record: treatment.Record) -> Arguments:
    return {"by": clinic.lead, "record": record, "reason": "entered for the wrong patient"}


@deed(
    treatment.void,
    Note(AuditAction.VOID_MEDICATIONCOURSE, of="record", patient="record.episode.patient"),
    writes=f"~MedicationCourse{BACK} ~DoseChange*2{BACK} ~PlannedDoseStep*2{BACK} {REST}",
    twice=Twice.REFUSED,
)
def a_medication(clinic: Clinic) -> Arguments:
    medication(clinic, "zolpidem")
    course = medication(clinic)
    for days, amount in ((30, 35), (20, 30)):
        change = treatment.change_dose(
            by=clinic.lead, course=course, changed_on=days_ago(days), amount_per_day=Decimal(amount)
        )
    treatment.void(**taken_back(clinic, change))
    plan = [(days_ago(-7), Decimal(20)), (days_ago(-14), Decimal(10)), (days_ago(-21), Decimal(0))]
    steps = tapers.plan_taper(by=clinic.lead, course=course, steps=plan)
    treatment.void(**taken_back(clinic, steps[1]))
    return taken_back(clinic, course)


@deed(
    treatment.void,
    Note(
        AuditAction.LOSE_REQUEST,
        of=lambda known: known["record"].episode.requests.filter(anchor_lost=True),
        patient="record.episode.patient",
    ),
    Note(AuditAction.VOID_MEDICATIONCOURSE, of="record", patient="record.episode.patient"),
    writes=f"~MedicationCourse{BACK} ~DoseChange*2{BACK} ~AssessmentRequest:anchor_lost,status {REST} +AuditEvent",
    twice=Twice.REFUSED,
)
def a_medication_whose_stop_is_followed_up(clinic: Clinic) -> Arguments:
    return taken_back(clinic, stopped(clinic))


def stopped(clinic: Clinic) -> MedicationCourse:
    """The medication of an episode of its own, with the last question that follows its stop, and one asked by
    hand."""
    next_one = treated_next(clinic, "ssri-psychotherapy", "combined", days=60)
    course = medication(next_one, "sertraline")
    treatment.stop_medication(by=clinic.lead, course=course, stopped_on=days_ago(3), reason="recovered")
    scheduling.schedule_episode(by=clinic.lead, episode=next_one.episode, as_of=days_ago(-340))
    asked(next_one)
    return course


@deed(
    treatment.void,
    Note(AuditAction.VOID_DOSECHANGE, of="record", patient="record.course.episode.patient"),
    writes=f"~DoseChange{BACK} {REST}",
    twice=Twice.REFUSED,
)
def a_step_of_a_medication(clinic: Clinic) -> Arguments:
    course = medication(clinic)
    change = treatment.change_dose(
        by=clinic.lead, course=course, changed_on=days_ago(30), amount_per_day=Decimal(30)
    )
    return taken_back(clinic, change)


@deed(
    treatment.void,
    Note(AuditAction.VOID_PLANNEDDOSESTEP, of="record", patient="record.course.episode.patient"),
    writes=f"~PlannedDoseStep{BACK} {REST}",
    twice=Twice.REFUSED,
)
def a_step_of_a_plan(clinic: Clinic) -> Arguments:
    plan = [(days_ago(-7), Decimal(20)), (days_ago(-14), Decimal(0))]
    steps = tapers.plan_taper(by=clinic.lead, course=medication(clinic), steps=plan)
    return taken_back(clinic, steps[0])


@deed(
    treatment.void,
    Note(AuditAction.VOID_TREATMENTSESSION, of="record", patient="record.episode.patient"),
    writes=f"~TreatmentSession{BACK} ~Dose{BACK} ~RunSheetEntry{BACK} ~AssessmentRequest:anchor_lost,status {REST}",
    twice=Twice.REFUSED,
)
def a_session_with_all_that_hangs_on_it(clinic: Clinic) -> Arguments:
    follow_up(clinic, dosed(clinic, 9).session, still="pcl5")
    session = dosed(clinic, 2).session
    treatment.void(**taken_back(clinic, treatment.record_dose(**given(session, 30))))
    lines = [line(clinic, session) for _ in range(2)]
    treatment.void(**taken_back(clinic, lines[0]))
    follow_up(clinic, session)
    return taken_back(clinic, session)


def line(clinic: Clinic, session: TreatmentSession) -> RunSheetEntry:
    return dosing.record_event(
        by=clinic.lead,
        session=session,
        submission_id=uuid.uuid4(),
        topic="bathroom",
        happened_at=minute(session, 40),
    )


def follow_up(clinic: Clinic, session: TreatmentSession, still: str = "core10") -> AssessmentRequest:
    """Of three things that were asked because of a session one is open."""
    answered, cancelled, still_open = (
        asked(clinic, key, anchor_session=session) for key in ("phq9", "gad7", still)
    )
    assessments.submit_assessment(
        by=clinic.lead,
        request=answered,
        answers=PHQ9,
        source=AnswerSource.CLINICIAN_ENTERED,
        assessed_on=days_ago(1),
        two_sheets=True,  # of another session, the same day
    )
    scheduling.cancel_request(by=clinic.lead, request=cancelled, reason="not_needed")
    return still_open


@deed(
    treatment.void,
    Note(AuditAction.VOID_DOSE, of="record", patient="record.session.episode.patient"),
    writes=f"~Dose{BACK} ~AssessmentRequest:anchor_lost,status {REST}",
    twice=Twice.REFUSED,
)
def the_only_dose(clinic: Clinic) -> Arguments:
    follow_up(clinic, dosed(clinic, 9).session, still="pcl5")
    dose = dosed(clinic, 2)
    follow_up(clinic, dose.session)
    return taken_back(clinic, dose)


@deed(
    treatment.void,
    Note(AuditAction.VOID_DOSE, of="record", patient="record.session.episode.patient"),
    writes=f"~Dose{BACK} {REST}",
    twice=Twice.REFUSED,
)
def one_of_two_doses(clinic: Clinic) -> Arguments:
    return taken_back(clinic, two_doses(clinic)[0])


def two_doses(clinic: Clinic) -> tuple[Dose, Dose]:
    """In one session, which is followed up."""
    first = dosed(clinic, 2)
    asked(clinic, anchor_session=first.session)
    return first, treatment.record_dose(**given(first.session, 30))


@deed(
    treatment.void,
    Note(AuditAction.VOID_RUNSHEETENTRY, of="record", patient="record.session.episode.patient"),
    writes=f"~RunSheetEntry{BACK} {REST}",
    twice=Twice.REFUSED,
)
def a_line_of_a_run_sheet(clinic: Clinic) -> Arguments:
    session = begun(clinic.lead, clinic.episode, clinic.colleague)
    return taken_back(clinic, line(clinic, session))


@deed(
    treatment.void,
    Note(AuditAction.VOID_RUNSHEETENTRY, of="record", patient="record.session.episode.patient"),
    writes=f"~RunSheetEntry{BACK} ~TreatmentSession:minutes {REST}",
    twice=Twice.REFUSED,
)
def the_end_of_a_session(clinic: Clinic) -> Arguments:
    session = begun(clinic.lead, clinic.episode, clinic.colleague)
    end = ended(clinic.lead, session, 60)
    return taken_back(clinic, end)

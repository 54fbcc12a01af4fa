"""Medication by its steps, sessions, and doses recorded afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.scenes import dosed, given, held, medication
from tracking.actions import treatment
from tracking.vocabulary import AuditAction

STEP = "+DoseChange ~EpisodeMark:wanted_rev +AuditEvent"


@deed(
    treatment.start_medication,
    Note(AuditAction.START_MEDICATION, patient="episode.patient"),
    writes="+MedicationCourse +DoseChange ~EpisodeMark:wanted_rev +AuditEvent",
    twice=Twice.REFUSED,
)
def a_new_medication(clinic: Clinic) -> Arguments:
    medication(clinic, "zolpidem")
    return {
        "by": clinic.lead,
        "episode": clinic.episode,
        "substance": "sertraline",
        "started_on": days_ago(20),
        "amount_per_day": Decimal(50),
        "unit": "mg",
        "route": "oral",
    }


@deed(
    treatment.start_medication,
    Note(AuditAction.START_MEDICATION, patient="episode.patient"),
    writes="+MedicationCourse +DoseChange ~EpisodeMark:wanted_rev +AuditEvent",
    twice=Twice.REFUSED,
)
def an_odd_medication(clinic: Clinic) -> Arguments:
    odd = {"amount_per_day": Decimal(300), "amount_again": Decimal(300), "amount_reason": "the level was low"}
    return a_new_medication(clinic) | odd


@deed(
    treatment.change_dose,
    Note(AuditAction.MEDICATION_CHANGE, patient="course.episode.patient"),
    writes=STEP,
    twice=Twice.REFUSED,
)
def another_dose(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "course": medication(clinic),
        "changed_on": days_ago(20),
        "amount_per_day": Decimal(60),
    }


@deed(
    treatment.change_dose,
    Note(AuditAction.MEDICATION_TAPER, patient="course.episode.patient"),
    writes=STEP,
    twice=Twice.REFUSED,
)
def a_step_of_a_taper(clinic: Clinic) -> Arguments:
    return another_dose(clinic) | {"amount_per_day": Decimal(30), "step": "taper"}


@deed(
    treatment.stop_medication,
    Note(AuditAction.MEDICATION_STOP, patient="course.episode.patient"),
    writes=STEP,
    twice=Twice.REFUSED,
)
def a_stop(clinic: Clinic) -> Arguments:
    course = medication(clinic)
    return {"by": clinic.lead, "course": course, "stopped_on": days_ago(3), "reason": "recovered"}


@deed(
    treatment.record_session,
    Note(AuditAction.RECORD_SESSION, patient="episode.patient"),
    writes="+TreatmentSession +Presence*2 ~EpisodeMark:wanted_rev +AuditEvent",
    twice=Twice.REFUSED,
)
def an_integration_of_two(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "episode": clinic.episode,
        "kind": "integration",
        "starts_at": timezone.now() - timedelta(days=2),
        "minutes": 50,
        "integrates": held(clinic, 4),
        "people_present": [(clinic.lead, "lead"), (clinic.colleague, "second")],
    }


@deed(
    treatment.record_session,
    Note(AuditAction.RECORD_SESSION, patient="episode.patient"),
    writes="+TreatmentSession ~EpisodeMark:wanted_rev +AuditEvent",
    twice=Twice.REFUSED,
)
def a_missed_one(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "episode": clinic.episode,
        "kind": "preparation",
        "starts_at": timezone.now() - timedelta(days=2),
        "attendance": "missed",
    }


@deed(
    treatment.record_dose,
    Note(AuditAction.RECORD_DOSE, patient="session.episode.patient"),
    writes="+Dose ~EpisodeMark:wanted_rev +AuditEvent",
    twice=Twice.REFUSED,
)
def a_dose(clinic: Clinic) -> Arguments:
    dosed(clinic, 9)
    return given(held(clinic, 2))


@deed(
    treatment.record_dose,
    Note(
        AuditAction.CONFIRM_AMOUNT,
        of=lambda known: known["session"].entries.get(),
        patient="session.episode.patient",
    ),
    Note(AuditAction.RECORD_DOSE, patient="session.episode.patient"),
    writes="+Dose +RunSheetEntry ~EpisodeMark:wanted_rev +AuditEvent*2",
    twice=Twice.REFUSED,
)
def an_odd_dose(clinic: Clinic) -> Arguments:
    odd = {
        "amount": Decimal(250),
        "amount_again": Decimal(250),
        "amount_reason": "ten capsules were swallowed",
    }
    return given(held(clinic, 2)) | odd


@deed(
    treatment.record_dose,
    Note(
        AuditAction.OVERRIDE_WASHOUT,
        of=lambda known: known["session"].entries.get(),
        patient="session.episode.patient",
    ),
    Note(AuditAction.RECORD_DOSE, patient="session.episode.patient"),
    writes="+Dose +RunSheetEntry ~EpisodeMark:wanted_rev +AuditEvent*2",
    twice=Twice.REFUSED,
)
def a_dose_over_a_washout(clinic: Clinic) -> Arguments:
    medication(clinic, "sertraline")
    return given(held(clinic, 2)) | {"washout_reason": "the level in the blood was nil"}

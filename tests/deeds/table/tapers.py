"""The plan of a medication, and its steps as they are taken."""

from __future__ import annotations

from decimal import Decimal

from tests.cast import days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.scenes import medication
from tracking.actions import tapers
from tracking.models import PlannedDoseStep
from tracking.vocabulary import AuditAction

BACK = ":void_reason,voided_at,voided_by"
STEP = "+DoseChange ~EpisodeMark:wanted_rev +AuditEvent"
PLANNED = Note(AuditAction.PLAN_TAPER, of="course", patient="course.episode.patient")
REPLACED = f"~PlannedDoseStep*2{BACK} +PlannedDoseStep*2 +AuditEvent"


@deed(
    tapers.plan_taper,
    PLANNED,
    writes="+PlannedDoseStep*2 +AuditEvent",
    twice=Twice.ADDS,
    again=REPLACED,
)
def a_first_plan(clinic: Clinic) -> Arguments:
    planned(clinic, "zolpidem")
    steps = [(days_ago(-7), Decimal(20)), (days_ago(-14), Decimal(0))]
    return {"by": clinic.lead, "course": medication(clinic), "steps": steps}


@deed(tapers.plan_taper, PLANNED, writes="+PlannedDoseStep*2 +AuditEvent", twice=Twice.ADDS, again=REPLACED)
def a_plan_of_a_liquid(clinic: Clinic) -> Arguments:
    """The second step is one that tablets make up."""
    steps = [(days_ago(-7), Decimal("33.3")), (days_ago(-14), Decimal(25))]
    return {"by": clinic.lead, "course": medication(clinic, "sertraline"), "steps": steps, "is_liquid": True}


def planned(clinic: Clinic, substance: str = "zopiclone", last: int = 10) -> list[PlannedDoseStep]:
    """The plan of a medication, from today on."""
    steps = [(days_ago(0), Decimal(20)), (days_ago(-7), Decimal(last))]
    return tapers.plan_taper(by=clinic.lead, course=medication(clinic, substance), steps=steps)


@deed(tapers.plan_taper, PLANNED, writes=REPLACED, twice=Twice.ADDS)
def a_plan_in_place_of_what_is_left_of_another(clinic: Clinic) -> Arguments:
    """Its first step was done and stays."""
    steps = [*planned(clinic)]
    course = steps[0].course
    tapers.take_planned_step(by=clinic.lead, planned=steps[0])
    later = [(days_ago(-7), Decimal(15)), (days_ago(-14), Decimal(0))]
    tapers.plan_taper(by=clinic.lead, course=course, steps=later)
    return {"by": clinic.lead, "course": course, "steps": later}


@deed(
    tapers.take_planned_step,
    Note(AuditAction.MEDICATION_TAPER, patient="planned.course.episode.patient"),
    writes=STEP,
    twice=Twice.REFUSED,
)
def a_lower_dose(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "planned": planned(clinic)[0]}


@deed(
    tapers.take_planned_step,
    Note(AuditAction.MEDICATION_STOP, patient="planned.course.episode.patient"),
    writes=STEP,
    twice=Twice.REFUSED,
)
def the_planned_stop(clinic: Clinic) -> Arguments:
    return {"by": clinic.lead, "planned": planned(clinic, last=0)[1], "reason": "recovered"}

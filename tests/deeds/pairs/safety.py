"""Two who look at the same alert, or one who looks at it while the patient says more."""

from __future__ import annotations

from datetime import timedelta

from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.deeds.pairs.answers import ANSWERED, RAISED, drafted, submitted
from tests.deeds.table.answers import DARK, PHQ9_ROWS, asked
from tests.deeds.table.safety import alert, escalated
from tests.tracking.answers import PHQ9
from tracking import clock
from tracking.actions import abandoned, assessments, safety
from tracking.models import AssessmentRequest, SafetyAlert

STEP = "~SafetyAlert:status +AlertEvent +AuditEvent"
OPENED_AGAIN = "+AlertEvent +OutboxMail"
ESCALATED = "+AuditEvent +OutboxMail*2"
WORSE = "~DraftAnswers:answers,numbers,updated_at ~SafetyAlert:answer,level"
MONTHS = timedelta(days=90)


def taken_on(clinic: Clinic, found: SafetyAlert) -> Act:
    return safety.acknowledge_alert, {"by": clinic.lead, "alert": found}


def closed(clinic: Clinic, found: SafetyAlert, note: str = "Called; safe.") -> Act:
    return safety.close_alert, {"by": clinic.colleague, "alert": found, "note": note}


def of_a_draft(clinic: Clinic) -> tuple[AssessmentRequest, SafetyAlert]:
    """What the weakest of the dark answers has raised in a sitting that goes on."""
    request = asked(clinic)
    return request, assessments.save_draft(request=request, item="9", value=1)[0]


def nothing_else_is_due(clinic: Clinic) -> None:
    """What earlier scenes left to be escalated, or abandoned, is done: it is not of this one."""
    abandoned.raise_for_abandoned(now=clock.now() + MONTHS)
    safety.escalate_alerts(**escalated(clinic))


@pair(one_first=f"{STEP} !acknowledge_alert", other_first=f"{STEP} !acknowledge_alert")
def two_who_take_on_one_alert(clinic: Clinic) -> tuple[Act, Act]:
    found = alert(clinic)
    return taken_on(clinic, found), (safety.acknowledge_alert, {"by": clinic.colleague, "alert": found})


@pair(one_first=f"{STEP} !close_alert", other_first=f"{STEP} !close_alert")
def two_who_close_one_alert(clinic: Clinic) -> tuple[Act, Act]:
    found = alert(clinic)
    safety.acknowledge_alert(by=clinic.lead, alert=found)
    return closed(clinic, found), closed(clinic, found, "Seen in the ward.")


@pair(
    one_first="~SafetyAlert:status +AlertEvent*2 +AuditEvent*2",
    other_first=f"{STEP} !close_alert",
)
def an_alert_that_is_taken_on_and_closed(clinic: Clinic) -> tuple[Act, Act]:
    found = alert(clinic)
    return taken_on(clinic, found), closed(clinic, found)


@pair(one_first=STEP, other_first=f"~SafetyAlert:escalated_at,status +AlertEvent +AuditEvent {ESCALATED}")
def an_alert_that_is_taken_on_at_the_last_moment(clinic: Clinic) -> tuple[Act, Act]:
    nothing_else_is_due(clinic)
    found = alert(clinic)
    return taken_on(clinic, found), (safety.escalate_alerts, escalated(clinic))


@pair(
    one_first=f"{WORSE} +AlertEvent +AuditEvent {OPENED_AGAIN}",
    other_first=f"{WORSE},status +AlertEvent +AuditEvent",
)
def an_alert_that_is_taken_on_and_a_worse_answer(clinic: Clinic) -> tuple[Act, Act]:
    """Whoever had taken it on before the worse answer is asked once more; whoever did so after it knows."""
    request, found = of_a_draft(clinic)
    return taken_on(clinic, found), drafted(request, "9", 3)


@pair(
    one_first=f"{WORSE},status +AlertEvent +AuditEvent {OPENED_AGAIN}",
    other_first=f"{WORSE},status {OPENED_AGAIN} !close_alert",
)
def an_alert_that_is_closed_and_a_worse_answer(clinic: Clinic) -> tuple[Act, Act]:
    request, found = of_a_draft(clinic)
    safety.acknowledge_alert(by=clinic.lead, alert=found)
    return closed(clinic, found), drafted(request, "9", 3)


@pair(
    one_first=f"{PHQ9_ROWS} ~SafetyAlert:answer,assessment +AlertEvent +AuditEvent {OPENED_AGAIN}",
    other_first=f"{PHQ9_ROWS} ~SafetyAlert:answer,assessment,status +AlertEvent +AuditEvent",
)
def an_alert_that_is_taken_on_and_a_correction_that_is_worse(clinic: Clinic) -> tuple[Act, Act]:
    found = alert(clinic)
    worse = {"assessment": found.assessment, "answers": DARK | {"9": 3}, "reason": "Misread."}
    return taken_on(clinic, found), (assessments.correct_assessment, {"by": clinic.colleague, **worse})


@pair(
    one_first=f"~DraftAnswers:answers,numbers,updated_at ~SafetyAlert:answer,escalated_at,level {ESCALATED}",
    other_first=f"~DraftAnswers:answers,numbers,updated_at ~SafetyAlert:answer,escalated_at,level {ESCALATED}",
)
def an_alert_that_nobody_takes_on_and_a_worse_answer(clinic: Clinic) -> tuple[Act, Act]:
    """It has been escalated afterwards, so that it is not escalated twice."""
    nothing_else_is_due(clinic)
    request, _ = of_a_draft(clinic)
    return (safety.escalate_alerts, escalated(clinic)), drafted(request, "9", 3)


@pair(
    one_first=f"~DraftAnswers:answers,numbers,updated_at {RAISED}",
    other_first=f"~DraftAnswers:answers,numbers,updated_at {RAISED}",
)
def a_sitting_that_is_over_and_the_answer_that_was_left_out(clinic: Clinic) -> tuple[Act, Act]:
    """One alert, whoever comes first."""
    request = left_out(clinic)
    return (abandoned.raise_for_abandoned, {"now": clock.now() + MONTHS}), drafted(request, "9", 2)


@pair(one_first=f"{ANSWERED} -DraftAnswers {RAISED}", other_first=f"{ANSWERED} -DraftAnswers")
def a_sitting_that_is_over_and_its_sheet(clinic: Clinic) -> tuple[Act, Act]:
    """What was raised for the sitting belongs to the sheet; once the sheet is there, nothing is raised."""
    request = left_out(clinic)
    return (abandoned.raise_for_abandoned, {"now": clock.now() + MONTHS}), submitted(request, PHQ9)


def left_out(clinic: Clinic) -> AssessmentRequest:
    """A sitting in which the safety item was seen and not answered."""
    nothing_else_is_due(clinic)
    request = asked(clinic)
    assessments.save_draft(request=request, item="9", value=None)
    return request

"""Safety alerts: raised, taken on, closed, escalated; and what was left out in a sitting that is over."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.deeds.table.answers import DARK, asked
from tests.tracking.answers import PHQ9, recorded
from tracking import clock
from tracking.actions import abandoned, assessments, safety
from tracking.actions.safety import Finding
from tracking.models import SafetyAlert
from tracking.vocabulary import AlertLevel, AuditAction, ItemState

URGENT = Finding("9", ItemState.ENDORSED, AlertLevel.URGENT, 3)
RAISED = Note(AuditAction.RAISE_ALERT, patient="result.episode.patient", by="")


def alert(clinic: Clinic) -> SafetyAlert:
    """An open one of today."""
    return recorded(clinic.episode, None, "phq9", DARK).alerts[0]


@deed(
    safety.raise_alert,
    RAISED,
    writes="+SafetyAlert +AlertEvent +AuditEvent +OutboxMail",
    twice=Twice.ONCE,
)
def a_finding_of_a_sitting(clinic: Clinic) -> Arguments:
    return {
        "finding": URGENT,
        "instrument": "phq9",
        "episode": clinic.episode,
        "request": asked(clinic),
        "assessment": None,
    }


@deed(
    safety.raise_alert,
    writes="~SafetyAlert:answer,level",
    twice=Twice.ONCE,
)
def a_worse_answer_of_the_same_sitting(clinic: Clinic) -> Arguments:
    scene = a_finding_of_a_sitting(clinic)
    safety.raise_alert(**scene | {"finding": Finding("9", ItemState.ENDORSED, AlertLevel.REVIEW, 1)})
    return scene


@deed(
    safety.raise_alert,
    writes="~SafetyAlert:answer,escalated_at,level,status +AlertEvent +OutboxMail",
    twice=Twice.ONCE,
)
def a_worse_answer_than_somebody_has_looked_at(clinic: Clinic) -> Arguments:
    """It had been escalated before it was taken on, and would be again."""
    scene = a_worse_answer_of_the_same_sitting(clinic)
    raised = SafetyAlert.objects.get(request=scene["request"])
    SafetyAlert.objects.filter(pk=raised.pk).update(escalated_at=clock.now())
    safety.acknowledge_alert(by=clinic.lead, alert=raised)
    return scene


@deed(safety.carry_alerts, writes="~SafetyAlert:assessment", twice=Twice.ONCE)
def a_draft_that_became_an_assessment(clinic: Clinic) -> Arguments:
    request = asked(clinic)
    assessments.save_draft(request=request, item="9", value=2)
    return {"request": request, "assessment": recorded(clinic.episode, None, "phq9", PHQ9).assessment}


@deed(
    safety.acknowledge_alert,
    Note(AuditAction.ALERT_ACKNOWLEDGED, of="alert", patient="alert.episode.patient"),
    writes="~SafetyAlert:status +AlertEvent +AuditEvent",
    twice=Twice.REFUSED,
)
def an_open_alert(clinic: Clinic) -> Arguments:
    return {"by": clinic.colleague, "alert": alert(clinic)}


@deed(
    safety.close_alert,
    Note(AuditAction.ALERT_CLOSED, of="alert", patient="alert.episode.patient"),
    writes="~SafetyAlert:status +AlertEvent +AuditEvent",
    twice=Twice.REFUSED,
)
def an_alert_that_was_taken_on(clinic: Clinic) -> Arguments:
    found = alert(clinic)
    safety.acknowledge_alert(by=clinic.lead, alert=found)
    return {"by": clinic.colleague, "alert": found, "note": "Called; safe, sees us tomorrow."}


def escalated(clinic: Clinic) -> Arguments:
    return {"now": clock.now() + safety.ESCALATE_AFTER + timedelta(minutes=1)}


def taken_on_in_time(clinic: Clinic) -> Arguments:
    safety.acknowledge_alert(by=clinic.lead, alert=alert(clinic))
    return escalated(clinic)


def just_escalated(known: Arguments) -> QuerySet[SafetyAlert]:
    return SafetyAlert.objects.filter(escalated_at=known["now"]).order_by("pk")


def just_raised(known: Arguments) -> QuerySet[SafetyAlert]:
    return SafetyAlert.objects.filter(state=ItemState.UNANSWERED).order_by("pk")


@deed(
    safety.escalate_alerts,
    Note(AuditAction.ESCALATE_ALERT, of=just_escalated, patient="row.episode.patient", by=""),
    writes="~SafetyAlert*2:escalated_at +AuditEvent*2 +OutboxMail*4",
    twice=Twice.ONCE,
    others=taken_on_in_time,
)
def two_alerts_that_nobody_took_on(clinic: Clinic) -> Arguments:
    """The whole team is told of each, so two mails for each."""
    for _ in range(2):
        alert(clinic)
    return escalated(clinic)


@deed(
    abandoned.raise_for_abandoned,
    Note(AuditAction.RAISE_ALERT, of=just_raised, patient="row.episode.patient", by=""),
    writes="+SafetyAlert*2 +AlertEvent*2 +AuditEvent*2 +OutboxMail*2",
    twice=Twice.ONCE,
    others=lambda clinic: left_out(clinic, value=0),
    in_steps="each sitting is a transaction of its own, so that one that fails stops no other",
)
def two_sittings_that_were_left(clinic: Clinic) -> Arguments:
    left_out(clinic, value=None)
    return left_out(clinic, "core10", "6", value=None)


def left_out(clinic: Clinic, key: str = "phq9", item: str = "9", *, value: int | None) -> Arguments:
    assessments.save_draft(request=asked(clinic, key), item=item, value=value)
    return {"now": clock.now() + timedelta(days=11)}

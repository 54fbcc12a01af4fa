"""Safety alerts: raised with the answer, acknowledged, closed with what was done, escalated if not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from measures.instrument import Instrument
from measures.scoring import Scored, critical_level
from tracking.actions import audit
from tracking.actions.outbox import queue_mail
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AlertEvent,
    Assessment,
    AssessmentRequest,
    SafetyAlert,
    TreatmentEpisode,
    User,
    current,
)
from tracking.vocabulary import AlertLevel, AlertStatus, ItemState

ESCALATE_AFTER = timedelta(hours=4)  # a policy of ours, not a clinical rule
RANK = {AlertLevel.REVIEW: 0, AlertLevel.URGENT: 1}


@dataclass(frozen=True, slots=True)
class Finding:
    """One safety item that somebody must look at."""

    item: str
    state: str
    level: str
    answer: float | None


def findings(scored: Scored, instrument: Instrument) -> list[Finding]:
    """The safety items that were endorsed or left out. An item left out needs review: it is not a denial."""
    found = []
    for item, state in scored.critical.items():
        if state != ItemState.DENIED:
            answer = scored.answers.get(item)
            level = critical_level(instrument, item, answer) or AlertLevel.REVIEW
            found.append(Finding(item, state, level, answer))
    return found


@transaction.atomic
def raise_alert(
    *,
    finding: Finding,
    instrument: str,
    episode: TreatmentEpisode,
    request: AssessmentRequest | None,
    assessment: Assessment | None,
) -> SafetyAlert:
    """Writes one alert, or strengthens the one that a draft of the same request has already raised."""
    known = SafetyAlert.objects.filter(request=request, item=finding.item).first() if request else None
    if known:
        return _strengthen(known, finding, assessment)
    alert = SafetyAlert.objects.create(
        episode=episode,
        request=request,
        assessment=assessment,
        instrument=instrument,
        item=finding.item,
        state=finding.state,
        level=finding.level,
        answer=finding.answer,
    )
    AlertEvent.objects.create(alert=alert, status=AlertStatus.OPEN)
    audit.record(by=None, action="raise_alert", target=alert, patient=episode.patient, item=finding.item)
    return alert


def _strengthen(alert: SafetyAlert, finding: Finding, assessment: Assessment | None) -> SafetyAlert:
    """The alert takes the later answer, never a lower level; a higher one opens it again."""
    alert.assessment = assessment or alert.assessment
    if alert.state == ItemState.UNANSWERED:
        alert.state, alert.answer = finding.state, finding.answer
    if RANK[finding.level] > RANK[alert.level]:
        alert.level, alert.answer, alert.status = finding.level, finding.answer, AlertStatus.OPEN
        AlertEvent.objects.create(alert=alert, status=AlertStatus.OPEN, note="raised again at a higher level")
    alert.save()
    return alert


@transaction.atomic
def acknowledge_alert(*, by: User, alert: SafetyAlert) -> None:
    """Somebody has seen it and takes it on. Raises ``Conflict`` when it is no longer open."""
    _move(by, alert, AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED, "")


@transaction.atomic
def close_alert(*, by: User, alert: SafetyAlert, note: str) -> None:
    """Ends an acknowledged alert with what was done. Raises ``InvalidInput`` without a note, ``Conflict``
    when it was not acknowledged first."""
    if not note.strip():
        raise InvalidInput("note", "say what was done before closing an alert")
    _move(by, alert, AlertStatus.ACKNOWLEDGED, AlertStatus.CLOSED, note.strip())


def _move(by: User, alert: SafetyAlert, old: AlertStatus, new: AlertStatus, note: str) -> None:
    if not SafetyAlert.objects.filter(pk=alert.pk, status=old).update(status=new):
        raise Conflict(f"this alert is no longer {old.label.lower()}")
    alert.status = new
    AlertEvent.objects.create(alert=alert, status=new, by=by, note=note)
    audit.record(by=by, action=f"alert_{new}", target=alert, patient=alert.episode.patient)


@transaction.atomic
def escalate_alerts(*, now: datetime) -> int:
    """Tells the team leads of every alert that nobody has acknowledged in time, once. Returns how many."""
    late = SafetyAlert.objects.filter(
        status=AlertStatus.OPEN, escalated_at__isnull=True, raised_at__lt=now - ESCALATE_AFTER
    ).select_related("episode__patient__team")
    escalated = 0
    for alert in late:
        if SafetyAlert.objects.filter(pk=alert.pk, escalated_at__isnull=True).update(escalated_at=now):
            _tell_leads(alert)
            escalated += 1
    return escalated


def _tell_leads(alert: SafetyAlert) -> None:
    team = alert.episode.patient.team
    for membership in team.memberships.filter(current(), is_lead=True, user__is_active=True).select_related(
        "user"
    ):
        queue_mail(
            to=membership.user.email,
            subject="A safety alert is waiting",
            body="A safety alert of your team has not been acknowledged yet. Please sign in and look at Alerts.",
        )
    audit.record(by=None, action="escalate_alert", target=alert, patient=alert.episode.patient)

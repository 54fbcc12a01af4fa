"""Safety alerts: raised with the answer, acknowledged, closed with what was done, escalated if not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from measures.instrument import Instrument
from measures.language import marked
from measures.scoring import Scored, critical_level
from tracking.actions import audit
from tracking.actions.moves import move, moved
from tracking.actions.outbox import queue_mail
from tracking.errors import InvalidInput
from tracking.models import (
    AlertEvent,
    Assessment,
    AssessmentRequest,
    Membership,
    Patient,
    SafetyAlert,
    TreatmentEpisode,
    User,
    current,
)
from tracking.models.endings import of_the_dead
from tracking.rules.policies.endings import death_of
from tracking.tongues import language_of
from tracking.vocabulary import AlertLevel, AlertStatus, AuditAction, ItemState

ESCALATE_AFTER = timedelta(hours=4)  # a policy of ours, not a clinical rule
NO_LONGER = {
    AlertStatus.OPEN: marked("this alert is no longer open"),
    AlertStatus.ACKNOWLEDGED: marked("this alert is no longer acknowledged"),
}


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
        if state != ItemState.DENIED.value:
            answer = scored.answers.get(item)
            level = critical_level(instrument, item, answer) or AlertLevel.REVIEW
            found.append(Finding(item, state, level, None if isinstance(answer, str) else answer))
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
    """Writes one alert and tells the team's leads, or strengthens the alert that the draft of the same
    request, or the version that ``assessment`` corrects, has already raised."""
    if request:  # a sweep and the patient may raise it at the same moment
        AssessmentRequest.objects.select_for_update().get(pk=request.pk)
    known = _already_raised(finding.item, request, assessment)
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
    audit.record(
        by=None, action=AuditAction.RAISE_ALERT, target=alert, patient=episode.patient, item=finding.item
    )
    _tell(alert, leads_only=True)
    return alert


def _already_raised(
    item: str, request: AssessmentRequest | None, assessment: Assessment | None
) -> SafetyAlert | None:
    """Locked, so that somebody who acknowledges it at this moment is not overwritten."""
    same = Q(request=request) if request else Q(pk__in=[])
    if assessment and assessment.supersedes_id:
        same |= Q(assessment=assessment.supersedes_id)
    return SafetyAlert.objects.select_for_update().filter(same, item=item).first()


def _strengthen(alert: SafetyAlert, finding: Finding, assessment: Assessment | None) -> SafetyAlert:
    """The alert moves on to the later assessment, never to a milder answer. A worse one than somebody has
    already looked at opens it again."""
    alert.assessment = assessment or alert.assessment
    if _is_worse(finding, alert):
        alert.state, alert.level, alert.answer = finding.state, finding.level, finding.answer
        if alert.status != AlertStatus.OPEN:
            _open_again(alert)
    alert.save(update_fields=["assessment", "state", "level", "answer", "status", "escalated_at"])
    return alert


def _is_worse(finding: Finding, alert: SafetyAlert) -> bool:
    """Endorsed where it had been left out, or endorsed more strongly. An item left out is never worse."""
    if finding.answer is None:
        return False
    return alert.answer is None or finding.answer > alert.answer


def _open_again(alert: SafetyAlert) -> None:
    alert.status, alert.escalated_at = AlertStatus.OPEN, None
    AlertEvent.objects.create(alert=alert, status=AlertStatus.OPEN, note="opened again by a worse answer")
    _tell(alert, leads_only=True)


def carry_alerts(*, request: AssessmentRequest, assessment: Assessment) -> None:
    """What the draft of this request has raised belongs to the assessment that it became, even when the
    patient has taken the answer back before submitting."""
    SafetyAlert.objects.filter(request=request, assessment__isnull=True).update(assessment=assessment)


@transaction.atomic
def acknowledge_alert(*, by: User, alert: SafetyAlert) -> None:
    """Somebody has seen it and takes it on. Raises ``Conflict`` when it is no longer open."""
    _move(by, alert, AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED, "")


@transaction.atomic
def close_alert(*, by: User, alert: SafetyAlert, note: str) -> None:
    """Ends an acknowledged alert with what was done. Raises ``InvalidInput`` without a note, ``Conflict``
    when it was not acknowledged first."""
    if not note.strip():
        raise InvalidInput("note", _("say what was done before closing an alert"))
    _move(by, alert, AlertStatus.ACKNOWLEDGED, AlertStatus.CLOSED, note.strip())


def _move(by: User, alert: SafetyAlert, old: AlertStatus, new: AlertStatus, note: str) -> None:
    move(alert, Q(status=old), status=new, otherwise=_(NO_LONGER[old]))
    alert.status = new
    AlertEvent.objects.create(alert=alert, status=new, by=by, note=note)
    audit.record(by=by, action=AuditAction(f"alert_{new}"), target=alert, patient=alert.episode.patient)


@transaction.atomic
def escalate_alerts(*, now: datetime) -> int:
    """Tells the whole team of every alert that nobody has acknowledged in time, once per opening. Returns
    how many."""
    escalated = 0
    for alert in _overdue(now):
        if moved(alert, Q(status=AlertStatus.OPEN, escalated_at=None), escalated_at=now):
            _tell(alert, leads_only=False)
            audit.record(
                by=None, action=AuditAction.ESCALATE_ALERT, target=alert, patient=alert.episode.patient
            )
            escalated += 1
    return escalated


def _overdue(now: datetime) -> QuerySet[SafetyAlert]:
    opened = Max("events__at", filter=Q(events__status=AlertStatus.OPEN))
    return (
        SafetyAlert.objects.filter(status=AlertStatus.OPEN, escalated_at__isnull=True)
        .exclude(of_the_dead("episode__patient"))
        .annotate(opened_at=opened)
        .filter(opened_at__lt=now - ESCALATE_AFTER)
        .select_related("episode__patient__team")
    )


def _tell(alert: SafetyAlert, *, leads_only: bool) -> None:
    """A mail to the team's leads, or to all of it; to all of it also when it has no lead. When all of it is told, or
    nobody is there to be, whoever the installation names for that is told too. Nobody is called to a simulated
    patient, or to somebody who has died."""
    patient = alert.episode.patient
    if patient.is_simulated or death_of(patient):
        return
    members = Membership.objects.filter(current(), team=patient.team, user__is_active=True)
    leads = members.filter(is_lead=True)
    told = leads if leads_only and leads.exists() else members
    if not leads_only or not told.exists():
        _tell_the_appointed(patient)
    for membership in told.select_related("user"):
        with override(language_of(membership.user.language, patient.team.site.language)):
            waits = _("A safety alert of your team is waiting for somebody to take it on.")
            where = _("Please sign in and open Alerts: {address}").format(
                address=f"{settings.BASE_URL}/alerts/"
            )
            queue_mail(
                to=membership.user.email,
                subject=_("A safety alert is waiting"),
                body=f"{waits} {where}",
                patient=patient,
            )


def _tell_the_appointed(patient: Patient) -> None:
    """They need not belong to the team, or have an account: they are told which team it is, to see that it acts."""
    team = patient.team
    with override(team.site.language):
        waits = _(
            "A safety alert is waiting, and nobody of the team has taken it on: {team}, {site}."
        ).format(team=team.name, site=team.site.name)
        asks = _("Please see to it that somebody of the team signs in and opens Alerts.")
        for address in settings.ALERT_RECIPIENTS:
            queue_mail(
                to=address,
                subject=_("A safety alert is waiting"),
                body=f"{waits} {asks}",
                patient=patient,
            )

"""The alert worklist: found by plain query, never by a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from measures.instrument import Item
from tracking.models import AlertEvent, Assessment, Patient, SafetyAlert, User
from tracking.models.safety import AlertQuerySet
from tracking.queries.assessments import in_words
from tracking.queries.names import Whose, whose
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import AlertLevel, AlertStatus, ItemState, RequestStatus

ORDER = [AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED, AlertStatus.CLOSED]


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert in words: which item of which instrument, what was answered, and what became of it. ``changed``: how
    the answer reads now, where that is another; ``unsent``: of an answer that is in no assessment, why."""

    alert: SafetyAlert
    whose: Whose
    instrument: str
    item: str
    answer: str
    changed: str
    unsent: str

    @property
    def is_urgent(self) -> bool:
        return self.alert.level == AlertLevel.URGENT

    @property
    def tone(self) -> str:
        """How loud its state is said."""
        if self.alert.status == AlertStatus.CLOSED:
            return "quiet"
        return "alarm" if self.is_urgent and self.alert.status == AlertStatus.OPEN else "warn"

    @property
    def history(self) -> list[AlertEvent]:
        return list(self.alert.events.all())


def alert_worklist(user: User) -> QuerySet[SafetyAlert]:
    """The alerts of the user's patients: open ones first, urgent before review, the longest waiting first."""
    rows = SafetyAlert.objects.visible_to(user).select_related(
        "episode__patient__identity", "episode__study", "assessment__superseded_by", "request__draft"
    )
    return rows.prefetch_related("events__by").order_by(
        _ranked("status", ORDER), _ranked("level", [AlertLevel.URGENT, AlertLevel.REVIEW]), "raised_at", "pk"
    )


def alerts_about(patient: Patient) -> AlertQuerySet:
    """Every alert of a patient, with what its line needs."""
    related = ("episode__patient__identity", "episode__study", "assessment__superseded_by", "request__draft")
    rows = SafetyAlert.objects.filter(episode__patient=patient).select_related(*related)
    return rows.prefetch_related("events__by")


def _ranked(field: str, values: Sequence[str]) -> Case:
    whens = (When(**{field: value}, then=Value(rank)) for rank, value in enumerate(values))
    return Case(*whens, default=Value(len(values)), output_field=IntegerField())


def alert_lines(alerts: Iterable[SafetyAlert]) -> list[AlertLine]:
    """Each alert with its words."""
    shelf = Shelf()
    return [_line(alert, shelf) for alert in alerts]


def _line(alert: SafetyAlert, shelf: Shelf) -> AlertLine:
    version = alert.assessment.version if alert.assessment else None
    instrument = shelf.get(alert.instrument, version, alert.episode.study)
    item = instrument.item(alert.item)
    unanswered = alert.state == ItemState.UNANSWERED
    return AlertLine(
        alert=alert,
        whose=whose(alert.episode.patient),
        instrument=instrument.short_title,
        item=item.label,
        answer=_("Left unanswered") if unanswered else in_words(item, alert.answer) or "",
        changed=_changed(alert, item),
        unsent="" if alert.assessment else _unsent(alert),
    )


def _changed(alert: SafetyAlert, item: Item) -> str:
    """The latest answer with how it came about, where it is not the one that raised the alert."""
    draft = getattr(alert.request, "draft", None) if alert.request else None
    latest = _latest(alert.assessment) if alert.assessment else None
    kept = latest or draft
    if kept is None or kept.answers.get(item.code) == alert.answer:
        return ""
    answer = in_words(item, kept.answers.get(item.code)) or _("left out")
    if latest and latest.supersedes_id:
        return _("corrected later to: {answer}").format(answer=answer)
    return _("changed before sending to: {answer}").format(answer=answer)


def _latest(assessment: Assessment) -> Assessment:
    """The version of an assessment that counts."""
    while newer := getattr(assessment, "superseded_by", None):
        assessment = newer
    return assessment


def _unsent(alert: SafetyAlert) -> str:
    """What became of the sitting in which it was answered."""
    request = alert.request
    if request is None or request.status == RequestStatus.DONE:
        return _("it came after somebody had entered the form")
    if request.status == RequestStatus.CANCELLED:
        return _("never sent: the questionnaire was taken back")
    if request.closes_on < local_today(alert.episode.patient):
        return _("never sent: the time for it has passed")
    return _("answered, not sent yet")

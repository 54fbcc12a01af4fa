"""Safety alerts: written with the answer, acknowledged, closed with what was done."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from tracking import clock
from tracking.models.assessments import Assessment
from tracking.models.people import User, team_access
from tracking.models.schedules import AssessmentRequest
from tracking.models.treatment import OfEpisodeQuerySet, TreatmentEpisode
from tracking.privacy import classes
from tracking.vocabulary import AlertLevel, AlertStatus, ItemState


class AlertQuerySet(OfEpisodeQuerySet["SafetyAlert"]):
    def visible_to(self, user: User) -> AlertQuerySet:
        """Also of a record that was set aside: whoever answers by an old link that they are in danger is heard."""
        return self.filter(team_access(user, self.path))

    def unresolved(self) -> AlertQuerySet:
        return self.exclude(status=AlertStatus.CLOSED)


class SafetyAlert(models.Model):
    """One safety item that was endorsed, or left out, in an assessment or in its draft.

    The status moves open → acknowledged → closed and each move leaves an event; a later correction of
    the answer does not remove it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="alerts")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="alerts")
    request = models.ForeignKey(AssessmentRequest, on_delete=models.PROTECT, null=True, related_name="alerts")
    instrument = models.CharField(max_length=40)
    item = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=ItemState)
    level = models.CharField(max_length=8, choices=AlertLevel)
    answer = models.FloatField(null=True)
    raised_at = models.DateTimeField(default=clock.now, editable=False)
    status = models.CharField(max_length=14, choices=AlertStatus, default=AlertStatus.OPEN)
    escalated_at = models.DateTimeField(null=True)

    objects = AlertQuerySet.as_manager()

    privacy = classes(
        internal="id public_id episode assessment request status escalated_at",
        safe="instrument item",
        sensitive="state level answer",
        date="raised_at",
    )

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "item"],
                condition=Q(request__isnull=False),
                name="one_alert_per_request_and_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} item {self.item} {self.state}"


class AlertEvent(models.Model):
    """One step in the life of an alert. Append-only."""

    alert = models.ForeignKey(SafetyAlert, on_delete=models.PROTECT, related_name="events")
    status = models.CharField(max_length=14, choices=AlertStatus)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now, editable=False)
    note = models.TextField(default="")

    privacy = classes(internal="id alert status by at", free_text="note")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=AlertStatus.CLOSED) | ~Q(note=""), name="closed_with_what_was_done"
            ),
        ]

    def __str__(self) -> str:
        return self.status

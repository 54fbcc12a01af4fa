"""A rater asks the team to call a patient, and the team agrees a time: neither learns anything else by it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from tracking import clock
from tracking.models.people import User
from tracking.models.schedules import AssessmentRequest
from tracking.models.treatment import OfEpisodeQuerySet, TreatmentEpisode
from tracking.privacy import classes


class CallQuerySet(OfEpisodeQuerySet["RatingCall"]):
    path = "request__episode__patient__"


class RatingCall(models.Model):
    """One rating for which its rater has asked for a time with the patient. ``agreed_for``: the time that the team has
    agreed with the patient, once it has; all that the rater is ever told."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(AssessmentRequest, on_delete=models.PROTECT, related_name="calls")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    agreed_for = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    privacy = classes(internal="id public_id request asked_by asked_at agreed_for agreed_by agreed_at")

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "asked_by"], name="a_rater_asks_once_for_a_time"),
            models.CheckConstraint(
                condition=Q(agreed_for=None, agreed_by=None, agreed_at=None)
                | Q(agreed_for__isnull=False, agreed_by__isnull=False, agreed_at__isnull=False),
                name="a_time_is_agreed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"call asked {self.asked_at:%Y-%m-%d}"

    @property
    def episode(self) -> TreatmentEpisode:
        return self.request.episode

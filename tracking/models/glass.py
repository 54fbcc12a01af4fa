"""Records that somebody of another team has opened in an emergency."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from tracking import clock
from tracking.models.people import Patient, User
from tracking.privacy import classes


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    def holding(self) -> BreakGlassQuerySet:
        """Those that are open now."""
        return self.filter(ends_at__gt=clock.now())


class BreakGlass(models.Model):
    """Somebody opened the record of a patient of another team, for a reason and until ``ends_at``: an hour later, or
    when they closed it themselves. What it opens is said by ``tracking.rules.policies.glass`` alone."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergencies")
    reason = models.TextField()
    opened_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField()

    objects = BreakGlassQuerySet.as_manager()

    privacy = classes(internal="id public_id user patient opened_at ends_at", free_text="reason")

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="broken_for_a_reason"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("opened_at")), name="ends_after_it_was_broken"),
        ]

    def __str__(self) -> str:
        return f"opened {self.opened_at:%Y-%m-%d %H:%M}"

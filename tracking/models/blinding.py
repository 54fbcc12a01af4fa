"""Independent raters: when they are available, and how somebody came to know the arm."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from tracking import clock
from tracking.models.people import User
from tracking.models.treatment import OfEpisodeQuerySet, TreatmentEpisode
from tracking.privacy import classes


class RaterAvailability(models.Model):
    """From a day to a day a rater takes up to so many ratings a week."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="availabilities")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    per_week = models.PositiveSmallIntegerField(default=5)

    privacy = classes(internal="id user starts_on ends_on per_week")

    class Meta:
        verbose_name_plural = "rater availabilities"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="availability_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(per_week__gt=0), name="available_for_a_rating_at_least"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} from {self.starts_on}"


class UnblindingQuerySet(OfEpisodeQuerySet["Unblinding"]):
    def pending(self) -> UnblindingQuerySet:
        """Those that nobody has decided yet."""
        return self.filter(approved__isnull=True)

    def barring(self, rater: User) -> UnblindingQuerySet:
        """Those that keep ``rater`` from rating: approved, or the rater's own word until it is decided."""
        said = Q(approved__isnull=True, asked_by=rater)
        return self.filter(Q(approved=True) | said, rater=rater)


class Unblinding(models.Model):
    """Somebody asks that ``rater`` be told the arm of an episode (or says that it has become known), and somebody
    else decides. Once approved the rater rates this patient no more."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="unblindings")
    rater = models.ForeignKey(User, on_delete=models.PROTECT, related_name="unblindings")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    reason = models.TextField()
    approved = models.BooleanField(null=True, help_text="Null until somebody has decided.")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(default="", blank=True)

    objects = UnblindingQuerySet.as_manager()

    privacy = classes(
        internal="id public_id episode rater asked_by asked_at approved decided_by decided_at",
        free_text="reason decision_note",
    )

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="unblinding_has_a_reason"),
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("asked_by")),
                name="unblinding_is_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["episode", "rater"],
                condition=Q(approved__isnull=True),
                name="one_open_unblinding_a_rater",
            ),
        ]

    def __str__(self) -> str:
        return f"unblinding asked {self.asked_at:%Y-%m-%d}"

"""How long a site keeps what it holds about a person, and what was erased because somebody asked for it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from tracking import clock
from tracking.models.people import Patient, Site, User, team_access
from tracking.privacy import classes
from tracking.vocabulary import Holding

UNDECIDED = Q(approved=None)
APPROVED = Q(approved=True, erased_at=None)


class RetentionRule(models.Model):
    """For how many years after the end of the last treatment a site must keep one kind of what it holds, and by which
    law, in the site's words. Never overwritten: the latest counts. Where there is none, nothing of that kind is
    erased."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="retention_rules")
    holding = models.CharField(max_length=10, choices=Holding)
    years = models.PositiveSmallIntegerField()
    law = models.TextField(help_text="Which law or duty asks for it, in the site's words.")
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=clock.now, editable=False)

    privacy = classes(internal="id set_by set_at", identifier="site", safe="holding years", free_text="law")

    class Meta:
        ordering = ["-set_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(law=""), name="retention_names_its_law")]

    def __str__(self) -> str:
        return f"{self.holding}: {self.years} years"


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, user: User) -> ErasureQuerySet:
        """Those of the own teams."""
        return self.filter(team_access(user, "patient__"))


class Erasure(models.Model):
    """A person has asked that what is held about them be erased. Asked by one, decided by another, done by the owner of
    the database. ``kept``: what was not erased, until when and by which law; ``erased``: how many rows of each table.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="erasures")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    approved = models.BooleanField(null=True, help_text="Null until somebody has decided.")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    kept = models.JSONField(default=list, blank=True)
    erased = models.JSONField(default=dict, blank=True)

    objects = ErasureQuerySet.as_manager()

    privacy = classes(
        internal="id public_id patient asked_by asked_at approved decided_by decided_at erased_at erased",
        free_text="kept",
    )

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("asked_by")),
                name="erasure_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(approved=True), name="what_is_erased_was_approved"
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(approved__isnull=True) | Q(approved=True, erased_at__isnull=True),
                name="one_open_erasure_a_patient",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure asked {self.asked_at:%Y-%m-%d}"

"""How a treatment ended, and that a person has died."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from tracking import clock
from tracking.models.people import Patient, User
from tracking.models.treatment import STANDING, OfEpisodeQuerySet, TreatmentEpisode, Voidable
from tracking.privacy import classes
from tracking.vocabulary import EndReason


class EpisodeEnd(Voidable):
    """Why a treatment ended, and why that was said while an alert or an unsigned run-sheet was open. Taken back only
    with a death that was recorded by mistake: the treatment then goes on."""

    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="ends")
    reason = models.CharField(max_length=12, choices=EndReason)
    open_reason = models.TextField(default="", blank=True, help_text="Why it ended with something open.")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfEpisodeQuerySet.as_manager()

    privacy = classes(
        internal="id episode recorded_by recorded_at voided_at voided_by",
        sensitive="reason",
        free_text="open_reason void_reason",
    )

    class Meta(Voidable.Meta):
        ordering = ["id"]
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(fields=["episode"], condition=STANDING, name="an_episode_ends_once"),
        ]

    def __str__(self) -> str:
        return self.reason


class DeathQuerySet(OfEpisodeQuerySet["Death"]):
    path = "patient__"


class Death(Voidable):
    """The day on which a person died. While it stands nothing is sent about them and no alert rings."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="deaths")
    died_on = models.DateField()
    open_reason = models.TextField(
        default="", blank=True, help_text="Why it was recorded with something open."
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = DeathQuerySet.as_manager()

    privacy = classes(
        internal="id public_id patient recorded_by recorded_at voided_at voided_by",
        date="died_on",
        free_text="open_reason void_reason",
    )

    class Meta(Voidable.Meta):
        ordering = ["id"]
        constraints = [
            *Voidable.Meta.constraints,
            models.UniqueConstraint(fields=["patient"], condition=STANDING, name="a_person_dies_once"),
        ]

    def __str__(self) -> str:
        return f"died {self.died_on}"


def of_the_dead(path: str) -> Q:
    """Rows whose patient, at the end of ``path``, has died."""
    return Q(**{f"{path}__in": Death.objects.standing().values("patient")})

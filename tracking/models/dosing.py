"""The run-sheet of a dosing session beside its doses and assessments, and who signed it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from tracking import clock
from tracking.models.people import User
from tracking.models.treatment import OfSessionQuerySet, TreatmentSession, Voidable
from tracking.privacy import classes
from tracking.vocabulary import RunSheetKind


class RunSheetEntry(Voidable):
    """One line of a run-sheet. ``topic``: which check, or what kind of event; ``met``: how a check came out.

    Doses are ``Dose`` rows; vital signs, interviews and adverse events are assessments of the session. A wrong
    line is taken back with a reason and recorded again.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission_id = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        help_text="Chosen by the client; makes a tap that is sent twice harmless.",
    )
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=RunSheetKind)
    topic = models.CharField(max_length=40, default="", blank=True)
    met = models.BooleanField(null=True)
    text = models.TextField(default="", blank=True)
    happened_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfSessionQuerySet.as_manager()

    privacy = classes(
        internal="id public_id submission_id session recorded_by recorded_at voided_at voided_by",
        sensitive="kind topic met",
        date="happened_at",
        free_text="text void_reason",
    )

    class Meta(Voidable.Meta):
        ordering = ["happened_at", "id"]
        constraints = [
            *Voidable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind=RunSheetKind.CHECK, met__isnull=False)
                | ~Q(kind=RunSheetKind.CHECK) & Q(met__isnull=True),
                name="a_check_comes_out_one_way",
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(kind=RunSheetKind.END, voided_at__isnull=True),
                name="a_session_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.topic}"


class SessionSignature(models.Model):
    """Somebody who was present vouches for a run-sheet as it read at that moment (``digest`` of all of it).
    A run-sheet that has changed since has another digest, and the signature no longer holds. Append-only."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="signatures")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=clock.now, editable=False)
    digest = models.CharField(max_length=64)

    objects = OfSessionQuerySet.as_manager()

    privacy = classes(internal="id session signed_by signed_at digest")

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "signed_by", "digest"], name="signed_once_as_it_read")
        ]

    def __str__(self) -> str:
        return f"signed {self.signed_at:%Y-%m-%d %H:%M}"

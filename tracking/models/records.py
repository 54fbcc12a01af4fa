"""What happens to a record as a whole: another team, taken out as a mistake, merged, and who may be somebody known."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from tracking import clock
from tracking.models.people import CareTeam, Patient, User, team_access
from tracking.privacy import classes
from tracking.vocabulary import MoveKind

UNDECIDED = Q(approved=None)
CONFIRMED = Q(approved=True, reversed_at=None)


class PatientTransfer(models.Model):
    """A patient went from one care team to another. Never changed: whoever has treated somebody does not rate blind."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="transfers")
    from_team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="+")
    to_team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    transferred_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    transferred_at = models.DateTimeField(default=clock.now, editable=False)

    privacy = classes(
        internal="id patient transferred_by transferred_at",
        identifier="from_team to_team",
        free_text="reason",
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_team=F("to_team")), name="transfer_is_to_another_team"),
        ]

    def __str__(self) -> str:
        return f"transfer {self.transferred_at:%Y-%m-%d}"


class RecordMoveQuerySet(models.QuerySet["RecordMove"]):
    def visible_to(self, user: User) -> RecordMoveQuerySet:
        """Those of the own teams. Here alone a record is still named that was set aside."""
        return self.filter(team_access(user, "patient__"))

    def undecided(self) -> RecordMoveQuerySet:
        return self.filter(UNDECIDED)


class RecordMove(models.Model):
    """Somebody proposes that a record be taken out as a mistake, or merged into another; another person confirms.

    ``moved`` lists what was changed, so that it can be put back as it was; no row is deleted.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=MoveKind)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="moves")
    into = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    approved = models.BooleanField(null=True, help_text="Null until somebody has decided.")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    moved = models.JSONField(
        default=dict, blank=True, help_text="Keys of the rows that were changed, by kind."
    )
    reversed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reversed_at = models.DateTimeField(null=True)
    reversal_reason = models.TextField(default="", blank=True)

    objects = RecordMoveQuerySet.as_manager()

    privacy = classes(
        internal="id public_id kind patient into proposed_by proposed_at approved decided_by decided_at moved "
        "reversed_by reversed_at",
        free_text="reason reversal_reason",
    )

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="move_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind=MoveKind.UNDO, into__isnull=True)
                | Q(kind=MoveKind.MERGE, into__isnull=False) & ~Q(into=F("patient")),
                name="merge_is_into_another_record",
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("proposed_by")),
                name="move_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reversed_by__isnull=True, reversed_at__isnull=True, reversal_reason="")
                | Q(approved=True, reversed_by__isnull=False, reversed_at__isnull=False)
                & ~Q(reversal_reason=""),
                name="reversed_move_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(approved__isnull=True), name="one_open_move_a_patient"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} proposed {self.proposed_at:%Y-%m-%d}"


class PossibleDuplicate(models.Model):
    """Somebody was about to be enrolled who may be ``patient``: what administrators see, without a name.

    ``enrolled``: the new record, where it was made all the same, with the reason.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now, editable=False)
    enrolled = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(default="", blank=True, help_text="Why it is another person.")

    privacy = classes(internal="id patient asked_by asked_at enrolled", identifier="team", free_text="reason")

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(enrolled__isnull=True, reason="") | Q(enrolled__isnull=False) & ~Q(reason=""),
                name="enrolled_all_the_same_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"possible duplicate {self.asked_at:%Y-%m-%d}"

"""Looking that is odd, until somebody who watches over it has asked."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from tracking import clock
from tracking.privacy import classes


class OddLook(models.Model):
    """What is odd about what somebody opened of a patient on one day (UTC). Found by a task in the read log; closed
    with what was found out. Like the log it has no foreign keys."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    day = models.DateField()
    actor = models.UUIDField(help_text="Public id of who looked.")
    patient = models.UUIDField()
    sign = models.CharField(max_length=20, help_text="As tracking.rules.oversight names it.")
    found_at = models.DateTimeField(default=clock.real_now, editable=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    reason = models.TextField(default="", help_text="What was found out.")

    privacy = classes(
        internal="id public_id day actor patient sign found_at closed_at closed_by", free_text="reason"
    )

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "actor", "patient", "sign"],
                condition=~Q(sign="emergency"),  # each is asked about
                name="one_sign_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, reason="")
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(reason=""),
                name="odd_look_closed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sign} {self.day}"

"""The seal on the record of who did what: one segment a day, each bound to the one before it."""

from __future__ import annotations

from django.db import models

from tracking import clock
from tracking.privacy import classes


class AuditSegment(models.Model):
    """The prints of all rows of the audit log and of the read log that are dated on one day (UTC). Written once, when
    that day is over; ``digest`` binds them to the segment of the day before."""

    number = models.PositiveIntegerField(unique=True)
    day = models.DateField(unique=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    audit_rows = models.PositiveIntegerField()
    read_rows = models.PositiveIntegerField()
    prints = models.BinaryField(help_text="Kind, id and print of each row, one after the other.")
    sealed_at = models.DateTimeField(default=clock.real_now, editable=False)

    privacy = classes(internal="id number day previous digest audit_rows read_rows prints sealed_at")

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"segment {self.number}, {self.day}"


class ChainCheck(models.Model):
    """One look at the whole chain, and what it found: days and rows, never what they say."""

    at = models.DateTimeField(default=clock.real_now, editable=False)
    segments = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="Of the last segment.")
    rows = models.PositiveBigIntegerField()
    findings = models.JSONField(default=list, help_text="What does not hold, each with its day and row.")
    found = models.PositiveIntegerField(default=0, help_text="How many; the first of them are kept.")

    privacy = classes(internal="id at segments digest rows findings found")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.found} found in {self.segments} segments"

    @property
    def holds(self) -> bool:
        return not self.found


class ChainSettlement(models.Model):
    """Somebody has looked into what a check had found, and says why releases may leave again. The chain stays as it
    is: what is settled is told by every later check."""

    at = models.DateTimeField(default=clock.real_now, editable=False)
    by = models.UUIDField(null=True, help_text="Public id of the user; null from the command line.")
    findings = models.JSONField(help_text="What was settled, as the check has named it.")
    reason = models.TextField()

    privacy = classes(internal="id at by findings", free_text="reason")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{len(self.findings)} settled"

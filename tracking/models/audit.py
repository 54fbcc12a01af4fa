"""What was done, who looked, what must be computed again, and what must be sent."""

from __future__ import annotations

from django.db import models

from tracking import clock
from tracking.fields import EncryptedTextField
from tracking.models.people import Patient
from tracking.models.studies import Study
from tracking.models.treatment import TreatmentEpisode
from tracking.privacy import classes


class AuditEvent(models.Model):
    """One write, in the transaction of that write. Without foreign keys: history outlives the data."""

    at = models.DateTimeField(default=clock.real_now, editable=False)
    actor = models.UUIDField(null=True, help_text="Public id of the user; null for the system or a link.")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField(null=True)
    patient = models.UUIDField(null=True)
    details = models.JSONField(default=dict, help_text="Names of what changed; never an answer or a score.")

    privacy = classes(internal="id at actor action object_type object_id patient details")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["patient", "at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"


class ReadEvent(models.Model):
    """Somebody opened a patient's record. Written before the page is shown, or the page is not shown."""

    at = models.DateTimeField(default=clock.real_now, editable=False)
    actor = models.UUIDField()
    patient = models.UUIDField()
    page = models.CharField(max_length=60)

    privacy = classes(internal="id at actor patient page")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["patient", "at"]),
            models.Index(fields=["actor", "at"]),
            models.Index(fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.at:%Y-%m-%d %H:%M}"


class RevisionMark(models.Model):
    """The truth about what must be computed: wanted is bumped with the data, done follows the worker."""

    wanted_rev = models.PositiveBigIntegerField(default=0)
    done_rev = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(
        null=True, help_text="Set after three failed tries; an administrator releases it."
    )
    failure = models.CharField(
        max_length=120, default="", help_text="Kind of the last error, never its values."
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.done_rev} of {self.wanted_rev}"


class EpisodeMark(RevisionMark):
    episode = models.OneToOneField(TreatmentEpisode, on_delete=models.PROTECT, related_name="mark")

    privacy = classes(internal="id episode wanted_rev done_rev attempts parked_at failure")


class StudyMark(RevisionMark):
    study = models.OneToOneField(Study, on_delete=models.PROTECT, related_name="mark")

    privacy = classes(internal="id study wanted_rev done_rev attempts parked_at failure")


class OutboxMail(models.Model):
    """A mail that must go out exactly once. Written with what caused it, sent by a job, without health data.

    Address and body are encrypted: a body may hold a link that opens a sitting. It is emptied when sent, and when it
    is withdrawn because the person whom it is about has died.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, related_name="+", help_text="Whom it is about."
    )

    to = EncryptedTextField()
    subject = models.CharField(max_length=160)
    body = EncryptedTextField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    privacy = classes(
        internal="id patient created_at sent_at withdrawn_at claimed_at attempts",
        identifier="to",
        free_text="subject body",
    )

    def __str__(self) -> str:
        return f"mail {self.pk}"

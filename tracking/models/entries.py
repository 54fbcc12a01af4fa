"""What staff have begun to enter and not signed: kept for its author alone, no part of any record."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from tracking import clock
from tracking.models.assessments import Assessment
from tracking.models.library import WordingPack
from tracking.models.people import User, patient_access
from tracking.models.schedules import AssessmentRequest
from tracking.models.treatment import TreatmentEpisode, TreatmentSession
from tracking.privacy import classes


class EntryDraftQuerySet(models.QuerySet["EntryDraft"]):
    def visible_to(self, user: User) -> EntryDraftQuerySet:
        """The own ones, as long as the user may meet what they are about. Nobody else's, whatever the role."""
        asked = AssessmentRequest.objects.visible_to(user)
        rated = Assessment.objects.open_to_rater(user)
        met = patient_access(user, "episode__patient__") | Q(request__in=asked) | Q(corrects__in=rated)
        return self.filter(met, author=user)


class EntryDraft(models.Model):
    """A form that somebody of the staff is filling in, as far as it has come. Removed when it is submitted.

    ``window`` and ``number``: which open page has stored it, and how many times; a page that does not know of the
    latest is told so (``rules.entry_drafts``). ``resumed_from``: the answers as they were when the form was opened
    again, ``None`` where it was not; the second look names what was changed since. ``corrects``: the version on record
    that it is to replace, with the ``reason`` as far as it is written.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission_id = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        help_text="Under which it will be submitted, so that it is stored once.",
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(AssessmentRequest, on_delete=models.CASCADE, null=True, related_name="+")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="+")
    corrects = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    wording_pack = models.ForeignKey(WordingPack, on_delete=models.PROTECT, null=True, related_name="+")
    answers = models.JSONField(default=dict)
    resumed_from = models.JSONField(null=True)
    assessed_on = models.DateField(null=True)
    assessed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    window = models.UUIDField()
    number = models.PositiveIntegerField()
    begun_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = EntryDraftQuerySet.as_manager()

    privacy = classes(
        internal="id public_id submission_id author episode request session corrects wording_pack window number "
        "begun_at updated_at",
        safe="instrument version",
        date="assessed_on assessed_at",
        free_text="answers resumed_from reason",
    )

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "request"],
                condition=Q(request__isnull=False),
                name="a_request_has_one_draft_each",
            ),
            models.UniqueConstraint(
                fields=["author", "session", "instrument"],
                condition=Q(request__isnull=True, session__isnull=False),
                name="a_session_has_one_draft_each",
            ),
            models.UniqueConstraint(
                fields=["author", "episode", "instrument"],
                condition=Q(request__isnull=True, session__isnull=True, corrects__isnull=True),
                name="what_nobody_asked_for_has_one_draft_each",
            ),
            models.UniqueConstraint(
                fields=["author", "corrects"],
                condition=Q(corrects__isnull=False),
                name="a_correction_has_one_draft_each",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} begun"

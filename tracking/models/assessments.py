"""Completed assessments, their scores and their conclusions. Append-only: see ``migrations/0002``."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from tracking import clock
from tracking.models.blinding import Unblinding
from tracking.models.people import User, patient_access
from tracking.models.schedules import AssessmentRequest
from tracking.models.studies import ImportBatch
from tracking.models.treatment import TreatmentEpisode, TreatmentSession
from tracking.privacy import classes
from tracking.vocabulary import AnswerSource, Role

OWN_RATING_OPEN_FOR = timedelta(hours=48)  # policy of ours: time to mend a slip, too short to meet it again


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> AssessmentQuerySet:
        """The own patients' assessments; a rater's own ratings while they may still be corrected, so that no
        earlier score is seen at the next visit; a patient's own self-reports."""
        rule = patient_access(user, "episode__patient__")
        if user.has_role(Role.RATER):
            rule |= _own_ratings(user)
        if user.has_role(Role.PATIENT):
            rule |= Q(episode__patient__user=user, source=AnswerSource.SELF)
        return self.filter(rule)

    def open_to_rater(self, user: User) -> AssessmentQuerySet:
        """The own ratings that this rater may still read and correct."""
        return self.filter(_own_ratings(user))

    def current(self) -> AssessmentQuerySet:
        """The latest version of each: those that no correction has superseded."""
        return self.filter(superseded_by__isnull=True)

    def counted(self) -> AssessmentQuerySet:
        """The latest version of each that counts in a course: a second rating of the same occasion, made to
        see how far two raters agree, does not."""
        return self.current().filter(request__second_of__isnull=True)


def _own_ratings(user: User) -> Q:
    """What a rater rated and wrote, for a short time after it was first submitted, unless the rater has come to
    know the treatment."""
    fresh = Assessment.objects.filter(
        request=OuterRef("request"),
        supersedes__isnull=True,
        recorded_at__gt=clock.now() - OWN_RATING_OPEN_FOR,
    )
    barred = Unblinding.objects.barring(user).filter(episode=OuterRef("episode"))
    return Q(Exists(fresh), ~Exists(barred), rater=user, recorded_by=user)


class Assessment(models.Model):
    """One completed administration of one instrument, as recorded. A correction is a new row."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission_id = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text="Chosen by the client; makes a retry harmless."
    )
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="assessments")
    request = models.ForeignKey(
        AssessmentRequest, on_delete=models.PROTECT, null=True, related_name="assessments"
    )
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    wording = models.CharField(max_length=40, help_text="Which wording was on the screen.")
    answers = models.JSONField(default=dict)
    entered_totals = models.JSONField(
        default=dict, help_text="Totals as imported, by scale; never used for scoring when items exist."
    )
    source = models.CharField(max_length=20, choices=AnswerSource)
    rater = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    assessed_on = models.DateField()
    assessed_at = models.DateTimeField(
        null=True, help_text="The moment, where it matters: vital signs and events of a dosing session."
    )
    session = models.ForeignKey(
        TreatmentSession,
        on_delete=models.PROTECT,
        null=True,
        related_name="assessments",
        help_text="The session in which, or about which, it was recorded.",
    )
    time_point = models.CharField(max_length=40, default="")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    correction_reason = models.TextField(default="")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, null=True, related_name="rows_stored")
    external_key = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001 (unique needs null)

    objects = AssessmentQuerySet.as_manager()

    privacy = classes(
        internal="id public_id submission_id episode session request rater recorded_at recorded_by supersedes batch "
        "external_key",
        safe="instrument version wording source time_point",
        sensitive="answers entered_totals",
        date="assessed_on assessed_at",
        free_text="correction_reason",
    )

    class Meta:
        ordering = ["assessed_on", "id"]
        indexes = [models.Index(fields=["episode", "instrument", "assessed_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(supersedes__isnull=True), name="a_request_is_answered_once"
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, correction_reason="")
                | Q(supersedes__isnull=False) & ~Q(correction_reason=""),
                name="a_correction_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.assessed_on}"

    @property
    def has_answers(self) -> bool:
        """Whether items were recorded: of an imported total nobody knows what was answered."""
        return bool(self.answers)


class ScaleScore(models.Model):
    """One scale of one assessment as ``measures`` computed it: ``value`` is null when an answer is missing."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="scores")
    scale = models.CharField(max_length=40)
    value = models.FloatField(null=True)
    partial = models.FloatField(null=True)
    prorated = models.FloatField(
        null=True, help_text="An estimate where few answers are missing; never mixed with value."
    )
    items_answered = models.PositiveSmallIntegerField()
    items_missing = models.PositiveSmallIntegerField()
    band = models.CharField(max_length=40, default="")
    band_set = models.CharField(max_length=40, default="")

    privacy = classes(
        internal="id assessment",
        safe="scale band_set",
        sensitive="value partial prorated items_answered items_missing band",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "scale"], name="scale_once_per_assessment")
        ]

    def __str__(self) -> str:
        return self.scale

    @property
    def best(self) -> float | None:
        """The complete score, else its estimate, else nothing."""
        return self.value if self.value is not None else self.prorated

    @property
    def is_estimate(self) -> bool:
        return self.value is None and self.prorated is not None


class OutcomeResult(models.Model):
    """A conclusion drawn from the answers: true, false, or null where it hangs on missing ones."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="outcomes")
    outcome = models.CharField(max_length=60)
    met = models.BooleanField(null=True)

    privacy = classes(internal="id assessment", safe="outcome", sensitive="met")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "outcome"], name="outcome_once_per_assessment")
        ]

    def __str__(self) -> str:
        return self.outcome

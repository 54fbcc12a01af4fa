"""Everything derived. Any row here may be deleted and is built again from ``tracking``."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from tracking import clock
from tracking.models.audit import AuditEvent
from tracking.models.people import Patient, User, patient_access
from tracking.models.studies import Study
from tracking.models.treatment import TreatmentEpisode
from tracking.privacy import classes
from tracking.vocabulary import AuditAction, Role

M = TypeVar("M", bound=models.Model)


class DerivedQuerySet(models.QuerySet[M]):
    def visible_to(self, user: User) -> Self:
        return self.filter(patient_access(user, "episode__patient__"))


class EpisodeCourse(models.Model):
    """The course of one scale in one episode, by the rules of its instrument."""

    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="courses")
    instrument = models.CharField(max_length=40)
    scale = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=60)
    inputs_hash = models.CharField(max_length=64)
    computed_at = models.DateTimeField(auto_now=True)
    n = models.PositiveIntegerField()
    baseline = models.FloatField(null=True)
    baseline_day = models.IntegerField(null=True)
    latest = models.FloatField(null=True)
    latest_day = models.IntegerField(null=True)
    latest_band = models.CharField(max_length=40, default="")
    change = models.FloatField(null=True)
    percent_change = models.FloatField(null=True)
    slope_per_week = models.FloatField(null=True)
    reliable_change = models.CharField(max_length=20, default="")
    treatment_response = models.BooleanField(null=True)
    remission = models.CharField(
        max_length=20, default="", help_text="Phase, see reports.stats.course.Remission."
    )
    details = models.JSONField(default=dict, help_text="The whole course as computed, for the pages.")

    objects = DerivedQuerySet.as_manager()

    privacy = classes(
        internal="id episode rule_version inputs_hash computed_at",
        safe="instrument scale",
        sensitive="n baseline baseline_day latest latest_day latest_band change percent_change slope_per_week "
        "reliable_change treatment_response remission details",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["episode", "instrument", "scale"], name="one_course_per_scale")
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.scale}"


RETURNS = ("relapse_suspected", "relapse_confirmed", "recurrence_suspected", "recurrence_confirmed")


class FlagState(models.TextChoices):
    OPEN = "open", pgettext_lazy("flag", "Open")
    CLOSED = "closed", gettext_lazy("Closed by a clinician")
    SUPERSEDED = "superseded", gettext_lazy("Since confirmed")
    WITHDRAWN = "withdrawn", gettext_lazy("No longer supported by the scores")


class CourseFlag(models.Model):
    """One conclusion that asks for attention, with the evidence it rests on.

    ``evidence`` identifies the flag: the same scores raise it once. Closed by a clinician it stays closed
    until new evidence comes.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.ForeignKey(TreatmentEpisode, on_delete=models.PROTECT, related_name="flags")
    instrument = models.CharField(max_length=40)
    scale = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    day = models.IntegerField()
    sentence = models.JSONField()  # in each language of the interface, by its code: see tracking.tongues
    evidence = models.JSONField()
    evidence_hash = models.CharField(max_length=64)
    rule_version = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=FlagState, default=FlagState.OPEN)
    raised_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_note = models.TextField(default="")

    objects = DerivedQuerySet.as_manager()

    privacy = classes(
        internal="id public_id episode evidence evidence_hash rule_version state raised_at closed_at closed_by",
        safe="instrument scale",
        sensitive="kind day",
        free_text="sentence closed_note",
    )

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "instrument", "scale", "kind", "evidence_hash"],
                name="one_flag_per_evidence",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class StudyResult(models.Model):
    """One analysis of one study, as the pages and the API show it. Figures only, no row of a patient."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="results")
    analysis = models.CharField(max_length=20, help_text="course, growth, contrast, predict or published")
    instrument = models.CharField(max_length=40)
    scale = models.CharField(max_length=40)
    inputs_hash = models.CharField(max_length=64)
    computed_at = models.DateTimeField(auto_now=True)
    result = models.JSONField()

    privacy = classes(
        internal="id study inputs_hash computed_at", safe="analysis instrument scale", sensitive="result"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "analysis", "instrument", "scale"], name="one_result_per_analysis"
            )
        ]

    def __str__(self) -> str:
        return f"{self.analysis} of {self.instrument}"


class StudyPublication(models.Model):
    """What was published of a study's figures to those who may not see single patients, and for whom it was computed.

    The latest is shown; those before stay as sets, without their figures, so that no later one differs from any of
    them in a few people.
    """

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="publications")
    people = models.JSONField(help_text="By patient: digests of what the figures rest on.")
    results = models.JSONField(default=list)
    published_at = models.DateTimeField(default=clock.now, editable=False)

    privacy = classes(internal="id study people published_at", sensitive="results")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"figures of {self.study_id}, {self.published_at:%Y-%m-%d}"


class ReleaseStatus(models.TextChoices):
    REQUESTED = "requested", gettext_lazy("Waiting for a second person")
    DECLINED = "declined", pgettext_lazy("release", "Declined")
    APPROVED = "approved", pgettext_lazy("release", "Being built")
    READY = "ready", pgettext_lazy("release", "Ready")
    REFUSED = "refused", gettext_lazy("Refused by the disclosure check")
    FAILED = "failed", gettext_lazy("Could not be built")
    EXPIRED = "expired", gettext_lazy("Removed after its life")
    REVOKED = "revoked", gettext_lazy("Closed before its time")


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, user: User) -> ReleaseQuerySet:
        """Releases of the studies in which the user is a current researcher or steward."""
        if not user.has_role(Role.RESEARCHER, Role.STEWARD):
            return self.none()
        return self.filter(study__in=Study.objects.visible_to(user))


class Release(models.Model):
    """A de-identified data set: asked for by one person, approved by another, then built and checked."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="releases")
    purpose = models.TextField()
    tables = models.JSONField()
    status = models.CharField(max_length=12, choices=ReleaseStatus, default=ReleaseStatus.REQUESTED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    built_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, default="")
    manifest = models.JSONField(default=dict)
    reasons = models.JSONField(
        default=list, help_text="Why the disclosure check refused, why building failed, or why it was closed."
    )
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(
        null=True, help_text="Before its time: by a steward, or for a withdrawn consent."
    )
    closed_note = models.TextField(default="")

    objects = ReleaseQuerySet.as_manager()

    privacy = classes(
        internal="id public_id study tables status requested_by requested_at decided_by decided_at attempts "
        "lease_until built_at expires_at sha256 manifest reasons closed_by closed_at",
        free_text="purpose decision_note closed_note",
    )

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="nobody_approves_their_own_release",
            ),
            models.CheckConstraint(
                condition=Q(status=ReleaseStatus.REVOKED, closed_at__isnull=False)
                | (~Q(status=ReleaseStatus.REVOKED) & Q(closed_at__isnull=True)),
                name="what_is_closed_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"release of {self.study_id}"

    def is_to_be_had(self, now: datetime) -> bool:
        """Whether the file was built and its time is not over."""
        in_time = self.expires_at is not None and self.expires_at > now
        return self.status == ReleaseStatus.READY and in_time


class ReleaseMemberQuerySet(models.QuerySet["ReleaseMember"]):
    def held_by(self, user: User, study: Study) -> ReleaseMemberQuerySet:
        """Those whose rows the user has of this study in a release: it was handed over to them, or lies ready."""
        fetched = AuditEvent.objects.filter(action=AuditAction.DOWNLOAD_RELEASE, actor=user.public_id)
        handed_over = Q(release__public_id__in=fetched.values("object_id"))
        own = self.filter(release__study=study, release__requested_by=user)
        return own.filter(handed_over | Q(release__status=ReleaseStatus.READY))


class ReleaseMember(models.Model):
    """A patient in one release, under the random study id that holds there and nowhere else.

    Drawn once, so that a build that was killed starts again with the same ids; and the ledger by which a
    later release is refused when comparing the two would single somebody out. Nothing but a build reads it.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="members")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    study_id = models.CharField(max_length=16)

    objects = ReleaseMemberQuerySet.as_manager()

    privacy = classes(internal="id release patient study_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "patient"], name="patient_once_per_release"),
            models.UniqueConstraint(fields=["release", "study_id"], name="study_id_once_per_release"),
        ]

    def __str__(self) -> str:
        return self.study_id

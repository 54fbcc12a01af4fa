"""Studies: a set of treatment episodes that is analysed together, and who may see its figures."""

from __future__ import annotations

import uuid

from django.db import models

from tracking import clock
from tracking.models.people import ACCESS_FIELDS, Access, Site, User, current
from tracking.privacy import classes
from tracking.vocabulary import Role


class StudyQuerySet(models.QuerySet["Study"]):
    def visible_to(self, user: User) -> StudyQuerySet:
        """Studies that the user is a current member of, in a role that may see figures."""
        if not user.has_role(Role.RESEARCHER, Role.STEWARD, Role.CLINICIAN):
            return self.none()
        memberships = StudyMembership.objects.filter(current(), user=user).values("study")
        return self.filter(pk__in=memberships)


class Study(models.Model):
    """A cohort with a name: which scale is the outcome, and at which named time point it is judged."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.SlugField(unique=True)
    title = models.CharField(max_length=160)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="studies")
    outcome_instrument = models.CharField(max_length=40)
    outcome_scale = models.CharField(max_length=40, default="total")
    endpoint = models.CharField(max_length=40, help_text="The time point at which the outcome is judged.")
    is_simulated = models.BooleanField(default=False)
    provenance = models.TextField(default="", help_text="Where imported data come from, and their licence.")
    is_published = models.BooleanField(
        default=False, help_text="The imported data set is public, so each member may see single patients."
    )

    objects = StudyQuerySet.as_manager()

    privacy = classes(
        internal="id public_id",
        identifier="site",
        safe="key title outcome_instrument outcome_scale endpoint is_simulated provenance is_published",
    )

    class Meta:
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.title


class StudyMembership(Access):
    """A user in a study, whose figures they see."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="study_memberships")

    privacy = classes(internal=f"study {ACCESS_FIELDS}")

    def __str__(self) -> str:
        return f"{self.user_id} in {self.study_id}"

    @property
    def place(self) -> Site | None:
        return self.study.site


class DeclaredScale(models.Model):
    """A scale that a study has scores of but Throughline has no instrument for: totals only, no item.

    ``definition`` is an instrument table of the ``score-only`` kind, checked by ``measures`` when declared.
    """

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="declared_scales")
    key = models.SlugField()
    definition = models.JSONField()

    privacy = classes(internal="id study", safe="key definition")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "key"], name="declared_scale_once_per_study")]

    def __str__(self) -> str:
        return self.key


class ImportBatch(models.Model):
    """One file that was imported, whole. The same bytes are imported into a study once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    assessments = models.PositiveIntegerField()
    mismatches = models.JSONField(default=list, help_text="Entered totals that differ from their item sums.")
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField(default=clock.now, editable=False)

    privacy = classes(
        internal="id public_id study file_name sha256 rows assessments mismatches imported_by imported_at"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "sha256"], name="same_file_once_per_study")]

    def __str__(self) -> str:
        return self.file_name

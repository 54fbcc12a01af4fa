"""What a site adds to the instrument library: wording that is its to show, and instruments of its own.

Append-only: what a patient saw, and the rules that scored an answer, stay readable as they were.
"""

from __future__ import annotations

import uuid
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from tracking import clock
from tracking.models.people import RoleGrant, Site, User, current
from tracking.privacy import classes
from tracking.vocabulary import Role


def _sites_administered(user: User) -> Q:
    """Rows of the sites where the user is an administrator today; a grant without a site is for every site."""
    grants = RoleGrant.objects.filter(current(), user=user, role=Role.ADMINISTRATOR)
    if not user.is_active or not grants.exists():
        return Q(pk__in=[])
    return Q() if grants.filter(site=None).exists() else Q(site__in=grants.values("site"))


M = TypeVar("M", bound=models.Model)


class LibraryQuerySet(models.QuerySet[M]):
    def administered_by(self, user: User) -> Self:
        """Rows that the user may withdraw or retire."""
        return self.filter(_sites_administered(user))


class WordingPack(models.Model):
    """The words of one instrument version in one language, as a site is entitled to show them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="wordings")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=12, help_text="BCP 47, as in en-GB.")
    revision = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=20)
    source = models.TextField(help_text="The translation or edition that the words are taken from.")
    permission = models.TextField(help_text="What entitles the site to show them.")
    content = models.JSONField(help_text="Instruction and items, as checked against the instrument.")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now, editable=False)

    objects = LibraryQuerySet.as_manager()

    privacy = classes(
        internal="id public_id uploaded_by uploaded_at",
        identifier="site",
        safe="instrument version language revision name source permission content",
    )

    class Meta:
        ordering = ["instrument", "language", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "instrument", "version", "language", "revision"], name="wording_revision_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.label}"

    @property
    def label(self) -> str:
        """What an assessment says of its wording: language, name and revision."""
        return f"{self.language}/{self.name}/{self.revision}"


class WordingWithdrawal(models.Model):
    """A wording that the site may no longer show. What was answered with it keeps its name."""

    pack = models.OneToOneField(WordingPack, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now, editable=False)

    privacy = classes(internal="id pack by at", free_text="reason")

    def __str__(self) -> str:
        return f"withdrawn: {self.pack_id}"


class SiteInstrument(models.Model):
    """One published version of a site's own instrument: the definition as it was uploaded and checked."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="instruments")
    key = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    definition = models.TextField(help_text="TOML")
    sha256 = models.CharField(max_length=64)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(default=clock.now, editable=False)

    objects = LibraryQuerySet.as_manager()

    privacy = classes(
        internal="id public_id sha256 published_by published_at",
        identifier="site",
        safe="key version title definition",
    )

    class Meta:
        ordering = ["key", "published_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="site_instrument_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"

    @property
    def is_retired(self) -> bool:
        return hasattr(self, "retirement")


class InstrumentRetirement(models.Model):
    """A version of a site's own instrument that is not asked any more. What was recorded stays readable."""

    instrument = models.OneToOneField(SiteInstrument, on_delete=models.PROTECT, related_name="retirement")
    reason = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now, editable=False)

    privacy = classes(internal="id instrument by at", free_text="reason")

    def __str__(self) -> str:
        return f"retired: {self.instrument_id}"

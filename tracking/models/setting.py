"""The setting of dosing sessions as a room or a protocol usually has it."""

from __future__ import annotations

import uuid

from django.db import models

from tracking import clock
from tracking.models.people import Membership, Site, User, current
from tracking.privacy import classes
from tracking.vocabulary import Role


class SettingTemplateQuerySet(models.QuerySet["SettingTemplate"]):
    def visible_to(self, user: User) -> SettingTemplateQuerySet:
        """Templates of the sites in whose care teams a clinician works today."""
        if not user.has_role(Role.CLINICIAN):
            return self.none()
        sites = Membership.objects.filter(current(), user=user).values("team__site")
        return self.filter(site__in=sites)

    def in_use(self) -> SettingTemplateQuerySet:
        return self.filter(retired_at__isnull=True)


class SettingTemplate(models.Model):
    """Answers to ``set_and_setting`` that hold for every session in a room or under a protocol, unless a session
    says otherwise. A change is a new revision; the sessions that used the older one keep it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="setting_templates")
    name = models.CharField(max_length=80)
    revision = models.PositiveSmallIntegerField(default=1)
    protocol = models.SlugField(default="", blank=True, help_text="Empty: for any protocol.")
    version = models.CharField(max_length=20, help_text="Of the instrument that the answers belong to.")
    answers = models.JSONField(default=dict)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now, editable=False)
    retired_at = models.DateTimeField(null=True)

    objects = SettingTemplateQuerySet.as_manager()

    privacy = classes(
        internal="id public_id made_by made_at retired_at revision version",
        identifier="site name",
        safe="protocol",
        free_text="answers",
    )

    class Meta:
        ordering = ["name", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name", "revision"], name="setting_template_revision_once_per_site"
            )
        ]

    def __str__(self) -> str:
        return self.name

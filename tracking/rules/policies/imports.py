"""Who may import what."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from tracking.errors import NotPermitted
from tracking.models import (
    CareTeam,
    Membership,
    Study,
    User,
    current,
)
from tracking.vocabulary import Role


def check_may_import(by: User | None, teams: Collection[CareTeam]) -> None:
    """Files are imported by an administrator, by clinicians for their own teams, and by the command line."""
    if by is None or by.has_role(Role.ADMINISTRATOR):
        return
    own = Membership.objects.filter(current(), user=by, team__in=teams).values("team").distinct().count()
    if not (by.has_role(Role.CLINICIAN) and teams and own == len(teams)):
        raise NotPermitted(_("only an administrator or a clinician of the care team imports files"))


def check_may_import_into(by: User | None, study: Study | None) -> None:
    """Clinicians import into the studies that they are members of; they do not make new ones."""
    if by is None or by.has_role(Role.ADMINISTRATOR):
        return
    if study is None or not Study.objects.visible_to(by).filter(pk=study.pk).exists():
        raise NotPermitted(
            _("only an administrator or a clinician who is a member of this study imports into it")
        )

"""What an emergency opens: the one place that says whom somebody may find who is of no team of theirs, and for how long
the record can then be read. Nothing else is opened by it: no other page, no list and no write.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tracking.errors import NotPermitted
from tracking.models import AssessmentRequest, BreakGlass, CareTeam, Patient, User
from tracking.models.people import current_teams, patient_access
from tracking.vocabulary import RequestStatus, Role

LASTS = timedelta(minutes=60)


def check_may_break(user: User) -> None:
    """Whoever rates blind at any place learns no treatment: in an emergency a colleague opens the record."""
    if user.has_role(Role.RATER):
        raise NotPermitted(_("whoever rates blind opens no record in an emergency: ask a colleague to"))


def breakable(user: User) -> QuerySet[Patient]:
    """Whose record this clinician may open: patients of the other teams of the own sites, but for those whom the
    clinician rates blind, or has rated."""
    if not user.has_role(Role.CLINICIAN) or user.has_role(Role.RATER):
        return Patient.objects.none()
    sites = CareTeam.objects.filter(pk__in=current_teams(user)).values("site")
    rated = AssessmentRequest.objects.filter(blinded=True, assigned_to=user)
    rated = rated.exclude(status=RequestStatus.CANCELLED)
    rows = Patient.objects.filter(team__site__in=sites, set_aside_at=None).exclude(patient_access(user))
    return rows.exclude(pk__in=rated.values("episode__patient"))


def opened_by(user: User) -> QuerySet[BreakGlass]:
    """What this clinician has opened and may read now."""
    if not user.has_role(Role.CLINICIAN) or user.has_role(Role.RATER):
        return BreakGlass.objects.none()
    rows = BreakGlass.objects.holding().filter(user=user, patient__set_aside_at=None)
    return rows.select_related("patient__team__site", "patient__identity")

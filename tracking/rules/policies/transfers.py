"""Who may answer for a patient, and to whom one may be given."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tracking.errors import Conflict, InvalidInput
from tracking.models import AssessmentRequest, CareTeam, Membership, Patient, SafetyAlert, User, current
from tracking.rules import checks
from tracking.vocabulary import RequestStatus, Role

LONGEST_REASON = 1000


def clinicians_of(team: CareTeam) -> QuerySet[User]:
    """The clinicians who are in a team today."""
    members = Membership.objects.filter(current(), team=team).values("user")
    clinicians = current("role_grants__") & Q(role_grants__role=Role.CLINICIAN)
    return User.objects.filter(clinicians, pk__in=members, is_active=True).distinct().order_by("name", "pk")


def check_in_use(patient: Patient) -> None:
    """A record that was set aside is changed by nobody."""
    if patient.set_aside_at:
        raise Conflict(_("the record was set aside just now"))


def check_responsible(patient: Patient, user: User) -> None:
    """Only somebody who treats the patient answers for the treatment."""
    check_in_use(patient)
    if not clinicians_of(patient.team).filter(pk=user.pk).exists():
        raise InvalidInput("responsible", _("is not a clinician of the care team today"))


def check_transfer(patient: Patient, team: CareTeam) -> None:
    """Another team of the same site, with somebody in it who can see an alert, and nobody who rates the patient blind:
    contacts in a crisis, wordings and raters are those of a site."""
    check_in_use(patient)
    if team.pk == patient.team_id:
        raise InvalidInput("team", _("treats this patient already"))
    if team.site_id != patient.team.site_id:
        raise InvalidInput(
            "team", _("is at another site, which has contacts, wordings and raters of its own")
        )
    if not clinicians_of(team).exists():
        raise InvalidInput("team", _("has no clinician today: nobody would see an alert"))
    if SafetyAlert.objects.filter(episode__patient=patient).unresolved().exists():
        raise InvalidInput(
            "team", _("cannot take over an open safety alert: close it first, or see to it together")
        )
    members = Membership.objects.filter(current(), team=team).values("user")
    asked = AssessmentRequest.objects.filter(
        episode__patient=patient, blinded=True, status=RequestStatus.OPEN, assigned_to__in=members
    )
    if asked.exists():
        raise InvalidInput(
            "team", _("has somebody who is to rate this patient blind; assign another rater first")
        )


def clean_reason(reason: str, missing: str) -> str:
    """A reason that stays on record."""
    if not reason.strip():
        raise InvalidInput("reason", missing)
    checks.check_length("reason", reason, LONGEST_REASON)
    return reason.strip()

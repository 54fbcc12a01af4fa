"""Who on record may be somebody who is about to be enrolled. Identities are encrypted, so they are compared here."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from tracking.models import CareTeam, Patient, PatientIdentity, PossibleDuplicate, User
from tracking.queries.administration import administered_sites
from tracking.rules.likeness import Known, likeness
from tracking.rules.policies.likeness import Alike

IDENTITY = ("given_name", "family_name", "date_of_birth", "record_number")  # what is compared


def alike(user: User, team: CareTeam, identity: Mapping[str, object]) -> tuple[Alike, ...]:
    """Whoever may be the same person: among all patients whom the user may see, and among those of the other teams of
    the site. A record number is that of one site alone."""
    asked = _known(**{name: str(identity.get(name) or "") for name in IDENTITY})
    visible = set(Patient.objects.visible_to(user).values_list("pk", flat=True))
    rows = PatientIdentity.objects.filter(
        Q(patient__in=visible) | Q(patient__team__site=team.site_id), patient__set_aside_at=None
    )
    found = []
    for row in rows.select_related("patient__team").defer("email", "phone").order_by("pk"):
        if not row.name:
            continue  # it cannot be read, and no name is a part of every name
        values = {name: getattr(row, name) or "" for name in IDENTITY}
        if row.patient.team.site_id != team.site_id:
            values["record_number"] = ""
        if reasons := likeness(asked, _known(**values)):
            found.append(Alike(row.patient, reasons, row.patient_id in visible))
    return tuple(found)


def _known(*, given_name: str, family_name: str, date_of_birth: str, record_number: str) -> Known:
    return Known(given_name, family_name, date_of_birth, record_number)


def possible_duplicates(user: User) -> QuerySet[PossibleDuplicate]:
    """What was asked at enrolment on the sites that the user administers, the latest first: codes and teams."""
    rows = PossibleDuplicate.objects.filter(team__site__in=administered_sites(user))
    return rows.select_related("patient__team", "team", "asked_by", "enrolled")

"""Users, roles, patients and what they said about research."""

from __future__ import annotations

from tests.cast import days_ago, person
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tracking.actions import people
from tracking.vocabulary import AuditAction, ConsentKind, Role


@deed(
    people.create_user,
    Note(AuditAction.CREATE_USER),
    writes="+User +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def new_colleague(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "email": f"nina.{clinic.word}@example.org", "name": "Nina New"}


@deed(
    people.end_role,
    Note(AuditAction.END_ROLE, of="grant.user"),
    writes="~RoleGrant:ends_on +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_running_role(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.administrator,
        "grant": clinic.lead.role_grants.get(role=Role.CLINICIAN),
        "ends_on": days_ago(1),
    }


@deed(
    people.grant_role,
    Note(AuditAction.GRANT_ROLE, of="user"),
    writes="+RoleGrant +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_role_not_held(clinic: Clinic) -> Arguments:
    user = person(f"Newcomer {clinic.word}")
    return {"by": clinic.administrator, "user": user, "role": Role.RATER, "site": clinic.site}


@deed(
    people.record_consent,
    Note(AuditAction.CONSENT_GIVEN, of="patient", patient="patient"),
    writes="+ResearchConsent +AuditEvent",
    twice=Twice.REFUSED,
)
def first_consent(clinic: Clinic) -> Arguments:
    return {
        "by": clinic.lead,
        "patient": clinic.patient,
        "kind": ConsentKind.GIVEN,
        "stated_on": days_ago(10),
    }

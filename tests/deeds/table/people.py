"""Users and the roles that they hold."""

from __future__ import annotations

from tests.cast import person, server_days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tracking.actions import access, people, sign_in, tokens
from tracking.vocabulary import AuditAction, Role


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
    people.invite_user,
    Note(AuditAction.CREATE_USER),
    writes="+User +OutboxMail +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def invited_colleague(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "email": f"ina.{clinic.word}@example.org", "name": "Ina Invited"}


@deed(
    people.set_active,
    Note(AuditAction.CLOSE_USER, of="user"),
    writes="~User:is_active +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def an_open_account(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "user": clinic.colleague, "is_active": False}


@deed(
    people.set_active,
    Note(AuditAction.OPEN_USER, of="user"),
    writes="~User:is_active ~RoleGrant:granted_at,granted_by,opens_at,standing"
    " ~Membership:granted_at,granted_by,opens_at,standing +OutboxMail*2 +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_closed_account(clinic: Clinic) -> Arguments:
    people.set_active(by=clinic.administrator, user=clinic.colleague, is_active=False)
    return {"by": clinic.administrator, "user": clinic.colleague, "is_active": True}


@deed(
    sign_in.send_password_link,
    Note(AuditAction.SEND_PASSWORD_LINK, of="user"),
    writes="+OutboxMail +AuditEvent",
    twice=Twice.ADDS,
    of_site=True,
)
def a_password_forgotten(clinic: Clinic) -> Arguments:
    return {"by": clinic.administrator, "user": clinic.colleague}


@deed(
    sign_in.end_sessions,
    Note(AuditAction.END_SESSIONS, of="user"),
    writes="-AuthToken +AuditEvent",
    twice=Twice.ADDS,
    again="+AuditEvent",
    of_site=True,
)
def a_token_left_somewhere(clinic: Clinic) -> Arguments:
    tokens.create_token(by=clinic.colleague)
    return {"by": clinic.administrator, "user": clinic.colleague}


@deed(
    people.grant_role,
    Note(AuditAction.GRANT_ROLE, of="user"),
    writes="+RoleGrant +OutboxMail +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_role_not_held(clinic: Clinic) -> Arguments:
    """Not at this site, and here another one."""
    user = person(f"Newcomer {clinic.word}", Role.RATER)
    people.grant_role(by=None, user=user, role=Role.STEWARD, site=clinic.site)
    return {"by": clinic.administrator, "user": user, "role": Role.RATER, "site": clinic.site}


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
        "ends_on": server_days_ago(1),
    }


def waits(clinic: Clinic) -> Arguments:
    """For the second administrator of the site."""
    second = person(f"Second {clinic.word}", Role.ADMINISTRATOR, site=clinic.site)
    user = person(f"Newcomer {clinic.word}", Role.RATER)
    row = people.grant_role(by=clinic.administrator, user=user, role=Role.STEWARD, site=clinic.site)
    return {"by": second, "row": row}


@deed(
    access.decide_access,
    Note(AuditAction.APPROVE_ACCESS, of="row.user"),
    writes="~RoleGrant:decided_at,decided_by,standing +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_second_person_approves(clinic: Clinic) -> Arguments:
    return waits(clinic) | {"approve": True}


@deed(
    access.decide_access,
    Note(AuditAction.REFUSE_ACCESS, of="row.user"),
    writes="~RoleGrant:decided_at,decided_by,standing +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_second_person_refuses(clinic: Clinic) -> Arguments:
    return waits(clinic) | {"approve": False}

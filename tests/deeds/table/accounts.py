"""What people say for themselves: tokens of the API, and when a rater is available."""

from __future__ import annotations

from datetime import timedelta

from knox.models import AuthToken
from knox.settings import knox_settings

from tests.cast import server_days_ago
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tracking import clock
from tracking.actions import availability, second_factor, tokens
from tracking.models import RaterAvailability
from tracking.vocabulary import AuditAction

CREATED = Note(AuditAction.CREATE_TOKEN, of="by")


@deed(tokens.create_token, CREATED, writes="+AuthToken +AuditEvent", twice=Twice.ADDS, of_site=True)
def another_token(clinic: Clinic) -> Arguments:
    tokens.create_token(by=clinic.lead)
    return {"by": clinic.lead}


@deed(tokens.create_token, CREATED, writes="+AuthToken +AuditEvent", twice=Twice.REFUSED, of_site=True)
def the_last_that_may_be(clinic: Clinic) -> Arguments:
    for _ in range(knox_settings.TOKEN_LIMIT_PER_USER - 1):
        tokens.create_token(by=clinic.lead)
    return {"by": clinic.lead}


@deed(
    tokens.create_token,
    CREATED,
    writes="-AuthToken +AuthToken +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def the_last_after_one_that_has_ended(clinic: Clinic) -> Arguments:
    """A token of somebody else has ended, too."""
    the_last_that_may_be(clinic)
    ended = [tokens.create_token(by=user)[0].pk for user in (clinic.lead, clinic.colleague)]
    AuthToken.objects.filter(pk__in=ended).update(expiry=clock.now() - timedelta(minutes=1))
    return {"by": clinic.lead}


@deed(
    tokens.revoke_token,
    Note(AuditAction.REVOKE_TOKEN, of="by"),
    writes="-AuthToken +AuditEvent",
    twice=Twice.ONCE,
    of_site=True,
)
def one_token_of_two(clinic: Clinic) -> Arguments:
    token, _ = tokens.create_token(by=clinic.lead)
    tokens.create_token(by=clinic.lead)
    return {"by": clinic.lead, "token_key": token.token_key}


@deed(
    second_factor.reset_second_factor,
    Note(AuditAction.RESET_SECOND_FACTOR, of="user"),
    writes="-AuthToken +OutboxMail +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_lost_app(clinic: Clinic) -> Arguments:
    """A token of somebody else goes on."""
    for user in (clinic.lead, clinic.colleague):
        tokens.create_token(by=user)
    return {"by": clinic.administrator, "user": clinic.colleague, "reason": "The phone was stolen"}


@deed(
    availability.set_availability,
    Note(AuditAction.SET_AVAILABILITY),
    writes="+RaterAvailability +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def from_today_on(clinic: Clinic) -> Arguments:
    return {"by": clinic.rater, "starts_on": clock.today(), "per_week": 3}


@deed(
    availability.set_availability,
    Note(AuditAction.SET_AVAILABILITY),
    writes="+RaterAvailability +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def a_week_before_another(clinic: Clinic) -> Arguments:
    availability.set_availability(by=clinic.rater, starts_on=server_days_ago(-8), per_week=1)
    return from_today_on(clinic) | {"ends_on": server_days_ago(-7)}


@deed(
    availability.end_availability,
    Note(AuditAction.END_AVAILABILITY, of=lambda _: RaterAvailability()),
    writes="~RaterAvailability:ends_on +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def available(clinic: Clinic) -> Arguments:
    """Of two stretches this one."""
    a_week = a_week_before_another(clinic)
    availability.set_availability(**a_week)
    return {"by": clinic.rater, "starts_on": a_week["starts_on"]}


@deed(
    availability.end_availability,
    Note(AuditAction.END_AVAILABILITY, of=lambda _: RaterAvailability()),
    writes="-RaterAvailability +AuditEvent",
    twice=Twice.REFUSED,
    of_site=True,
)
def not_yet_available(clinic: Clinic) -> Arguments:
    return available(clinic) | {"starts_on": server_days_ago(-8)}

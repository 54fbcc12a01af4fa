"""Who has a second step of the sign-in, and who works without one until which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Min

from tracking import clock
from tracking.models import User, given
from tracking.rules.second_factor import due_on
from tracking.vocabulary import Role

# Codes for the day of loss are none by themselves.
STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What somebody signs in with besides the password. Codes are those that are not used up."""

    has_app: bool
    keys: int
    codes: int

    def __bool__(self) -> bool:
        return self.has_app or self.keys > 0


def second_factor_of(user: User) -> SecondFactor:
    """What is set up now."""
    rows = list(Authenticator.objects.filter(user=user))
    kinds = [row.type for row in rows]
    codes = [row.wrap().get_unused_codes() for row in rows if row.type == Authenticator.Type.RECOVERY_CODES]
    return SecondFactor(
        has_app=Authenticator.Type.TOTP in kinds,
        keys=kinds.count(Authenticator.Type.WEBAUTHN),
        codes=sum(map(len, codes)),
    )


def owed_from(user: User) -> date | None:
    """The first day on which pages are shut to this person, who is staff and has no second step; ``None`` when nothing
    is owed. Days of grace begin with the first role of the staff or, where that was dated back, with the account.
    """
    if settings.SITE_IS_DEMO or not user.roles - {Role.PATIENT}:
        return None
    if Authenticator.objects.filter(user=user, type__in=STRONG).exists():
        return None
    first = (
        user.role_grants.filter(given()).exclude(role=Role.PATIENT).aggregate(first=Min("starts_on"))["first"]
    )
    since = max(first, clock.day_of(user.created_at))
    return due_on(user.roles, since, settings.SECOND_FACTOR_GRACE_DAYS)


def last_day_without(owed: date | None) -> date | None:
    """The last day on which somebody can work with the password alone; ``None`` when it is over or nothing is owed."""
    return None if owed is None or is_due(owed) else owed - timedelta(days=1)


def is_due(owed: date | None) -> bool:
    """Whether that day has come: a second step is set up before anything else."""
    return owed is not None and owed <= clock.today()

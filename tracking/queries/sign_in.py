"""How somebody signs in: when last, whether in two steps, and where they are signed in now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from knox.models import AuthToken

from tracking.models import User
from tracking.queries.second_factor import SecondFactor, second_factor_of


@dataclass(frozen=True, slots=True)
class SignIn:
    """What an administrator sees of it: no address, no device."""

    last: datetime | None
    has_password: bool
    second_factor: SecondFactor
    sessions: int
    tokens: int


def sign_in_of(user: User) -> SignIn:
    now = timezone.now()
    return SignIn(
        last=user.last_login,
        has_password=user.has_usable_password(),
        second_factor=second_factor_of(user),
        sessions=len(open_sessions(user)),
        tokens=AuthToken.objects.filter(user=user, expiry__gt=now).count(),
    )


def open_sessions(user: User) -> list[Session]:
    """The sessions in which somebody is signed in. Whose one is stands inside it, so each is opened: there are few."""
    running = Session.objects.filter(expire_date__gt=timezone.now())
    return [one for one in running if one.get_decoded().get(SESSION_KEY) == str(user.pk)]

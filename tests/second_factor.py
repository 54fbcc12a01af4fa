"""A second step of the sign-in as somebody of the staff has it: an app that shows a code."""

from __future__ import annotations

from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)

from tracking.models import User


def with_app(user: User) -> str:
    """An app is set up. Returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))

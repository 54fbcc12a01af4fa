"""What must not start: settings that would give people away, lose an alert or mislead. Each is refused by its name.

All raise ``ImproperlyConfigured``.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

SHORTEST_SECRET = 50
FEWEST_DIFFERENT = 10  # a random secret or key has many more; what repeats itself was not drawn
SMALLEST_CLASS = 5
NOBODY_ALONE = 2
LONGEST_GRACE = 30  # days; after more, a second step would be nobody's duty


def refuse_weak_keys(secret_key: str, field_keys: Sequence[str]) -> None:
    """Too short, not random, or no key at all."""
    if len(secret_key) < SHORTEST_SECRET or secret_key.startswith("django-insecure"):
        raise ImproperlyConfigured("SECRET_KEY is too short: give at least 50 random characters.")
    if len(set(secret_key)) < FEWEST_DIFFERENT:
        raise ImproperlyConfigured("SECRET_KEY repeats few characters: give at least 50 random ones.")
    for number, field_key in enumerate(field_keys, 1):
        try:
            Fernet(field_key)
        except ValueError as error:
            raise ImproperlyConfigured(f"FIELD_KEYS: key {number} is not a Fernet key.") from error
        if len(set(base64.urlsafe_b64decode(field_key))) < FEWEST_DIFFERENT:
            raise ImproperlyConfigured(f"FIELD_KEYS: key {number} repeats itself: it is not random.")


def refuse_open_doors(*, hosts: Sequence[str], base_url: str, tls: bool, proxies: int) -> None:
    """Any host, links without TLS, or a proxy that is believed and not counted."""
    if not hosts or any("*" in host for host in hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of this site, without *.")
    if tls and not base_url.startswith("https://"):
        raise ImproperlyConfigured("BASE_URL must begin with https:// (patients' links are made from it).")
    if tls and not proxies:
        raise ImproperlyConfigured(
            "TRUSTED_PROXIES is 0, but with SECURE_TLS a proxy is believed that says X-Forwarded-Proto. Say through how"
            " many proxies of yours a request comes (1 with docker/compose.yaml): or everybody has the proxy's address,"
            " and one outsider who guesses shuts all others out."
        )


def refuse_small_classes(smallest: int, *, is_allowed: bool) -> None:
    """A release in which people stand nearly alone, unless the site says in so many words that it wants that."""
    if smallest < NOBODY_ALONE:
        raise ImproperlyConfigured(
            "RELEASE_SMALLEST_CLASS is below 2: every patient would stand alone in a release."
        )
    if smallest < SMALLEST_CLASS and not is_allowed:
        raise ImproperlyConfigured(
            f"RELEASE_SMALLEST_CLASS is below {SMALLEST_CLASS}. A site that has decided so all the same sets"
            " RELEASE_CLASSES_BELOW_FIVE=true beside it."
        )


def refuse_a_demonstration_with_data(*, is_demo: bool, embedded: bool) -> None:
    """A demonstration says that everybody on its pages is invented, and tells its password."""
    if is_demo and not embedded:
        raise ImproperlyConfigured(
            "THROUGHLINE_DEMO stands beside DATABASE_URL: pages would say of a clinic's patients that they are"
            " invented."
        )


def refuse_endless_grace(days: int) -> None:
    """Staff who may go on for ever with a password alone."""
    if days > LONGEST_GRACE:
        raise ImproperlyConfigured(
            f"SECOND_FACTOR_GRACE_DAYS is above {LONGEST_GRACE}: people would work on with a password alone."
        )


def refuse_silent_alerts(*, recipients: Sequence[str], mail: str, sender: str) -> None:
    """A clinic whose alerts reach nobody: no server for its mail, no sender, nobody when no one of a team is there."""
    if not mail.startswith("smtp"):
        raise ImproperlyConfigured(
            "EMAIL_URL must name a mail server (smtp+tls://user:password@host:587): alerts go out by mail."
        )
    if not sender:
        raise ImproperlyConfigured("DEFAULT_FROM_EMAIL is not set: mail servers refuse mail from nobody.")
    if not recipients:
        raise ImproperlyConfigured(
            "ALERT_RECIPIENTS is not set: name at least one mail address that is told of a safety alert which nobody of"
            " the team has taken on."
        )
    for address in recipients:
        try:
            validate_email(address)
        except ValidationError as error:
            raise ImproperlyConfigured(f"ALERT_RECIPIENTS: {address!r} is no mail address.") from error

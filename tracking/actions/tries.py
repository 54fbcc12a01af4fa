"""Slows down guessing. A count is a row, so it holds for every process and over a restart.

A try is put down before it is looked at, so that many at once do not all slip through, and taken back when it was
right: only failures count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from tracking.models import FailedTries

WINDOW = timedelta(minutes=10)
ALLOWED = 30  # a mistyped or outdated link is human; a clinic shares one address
SIGN_IN_WINDOW = timedelta(minutes=15)
SIGN_IN_ALLOWED = 5
ACCOUNT_WINDOW = timedelta(hours=1)
ACCOUNT_ALLOWED = 20
ADDRESS_ALLOWED = 100  # a clinic of forty that begins its day mistypes too
EMERGENCY_ALLOWED = 10  # names that are mistyped in a hurry
EMERGENCY_ADDRESS_ALLOWED = 40


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures of one source count as human within which time."""

    of: str
    allowed: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Source:
    """Whom a failure is counted against, for one limit."""

    limit: Limit
    whom: str


LINK = Limit("link", ALLOWED, WINDOW)
API_TOKEN = Limit("API token", ALLOWED, WINDOW)
SIGNATURE = Limit("signature", ALLOWED, WINDOW)
ACCOUNT_AT_PLACE = Limit("account at a place", SIGN_IN_ALLOWED, SIGN_IN_WINDOW)
ACCOUNT = Limit("account", ACCOUNT_ALLOWED, ACCOUNT_WINDOW)
ADDRESS = Limit("address", ADDRESS_ALLOWED, SIGN_IN_WINDOW)
EMERGENCY = Limit("emergency of an account", EMERGENCY_ALLOWED, ACCOUNT_WINDOW)
EMERGENCY_ADDRESS = Limit("emergency from an address", EMERGENCY_ADDRESS_ALLOWED, ACCOUNT_WINDOW)
Tries = list[FailedTries]


def sign_in_sources(*, name: str, network: str, browser: str) -> list[Source]:
    """Whom a failed sign-in counts against. ``browser`` is that of somebody who has been in under this name before, or
    empty: such a browser has a count of its own, so nobody who guesses elsewhere can use it up.

    They hang on the name alone, never on whether there is such an account: or the limit would tell.
    """
    if browser:
        return [Source(ACCOUNT_AT_PLACE, f"{name} in {browser}")]
    return [
        Source(ACCOUNT_AT_PLACE, f"{name} from {network}"),
        Source(ACCOUNT, name),
        Source(ADDRESS, network),
    ]


def emergency_sources(*, account: str, network: str) -> list[Source]:
    """Whom it counts against when nobody of another team is found by what somebody has typed."""
    return [Source(EMERGENCY, account), Source(EMERGENCY_ADDRESS, network)]


class _Spent(Exception):
    """One of the counts is full."""


def is_spent(*, source: Source, now: datetime) -> bool:
    """Whether this source has failed too often in the present window."""
    limit = source.limit
    rows = FailedTries.objects.filter(source=_keyed(source), window=_window(limit.within, now))
    return rows.filter(count__gte=limit.allowed).exists()


def put_down(*, sources: Iterable[Source], now: datetime) -> Tries | None:
    """One more try for each source; ``None``, and none for any, when one of them has failed too often."""
    try:
        with transaction.atomic():
            return [_one_more(source, now) for source in sources]
    except _Spent:
        return None


@transaction.atomic
def take_back(*, tries: Tries) -> None:
    """It was right: it is no failure."""
    for row in tries:
        FailedTries.objects.filter(pk=row.pk).update(count=F("count") - 1)


def _one_more(source: Source, now: datetime) -> FailedTries:
    limit = source.limit
    row, is_new = FailedTries.objects.get_or_create(source=_keyed(source), window=_window(limit.within, now))
    if is_new:  # on the way, what nobody asks for any more
        FailedTries.objects.filter(window__lt=_window(ACCOUNT_WINDOW, now) - ACCOUNT_WINDOW).delete()
    if not FailedTries.objects.filter(pk=row.pk, count__lt=limit.allowed).update(count=F("count") + 1):
        raise _Spent
    return row


def _keyed(source: Source) -> str:
    words = f"{source.limit.of}: {source.whom}"
    return salted_hmac("tracking.failed-tries", words, algorithm="sha256").hexdigest()


def _window(length: timedelta, now: datetime) -> datetime:
    seconds = int(length.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)

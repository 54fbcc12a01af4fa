"""Slows down guessing. The count is a row, so it holds for every process and over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from tracking.models import FailedTries

WINDOW = timedelta(minutes=10)
ALLOWED = 30  # a mistyped or outdated link is human; a clinic shares one address


def is_slowed(*, address: str, now: datetime) -> bool:
    """Whether this network address has failed too often in the present window."""
    return FailedTries.objects.filter(
        source=_source(address), window=_window(now), count__gte=ALLOWED
    ).exists()


@transaction.atomic
def count_failure(*, address: str, now: datetime) -> None:
    """One more failure of this network address. Windows of the past are forgotten on the way."""
    source, window = _source(address), _window(now)
    FailedTries.objects.filter(window__lt=window - WINDOW).delete()
    FailedTries.objects.get_or_create(source=source, window=window)
    FailedTries.objects.filter(source=source, window=window).update(count=F("count") + 1)


def _source(address: str) -> str:
    return salted_hmac("tracking.failed-tries", address, algorithm="sha256").hexdigest()


def _window(now: datetime) -> datetime:
    length = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)

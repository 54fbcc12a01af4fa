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
    return FailedTries.objects.filter(**_place(address, now), count__gte=ALLOWED).exists()


@transaction.atomic
def count_failure(*, address: str, now: datetime) -> None:
    """One more failure of this network address. Windows of the past are forgotten on the way."""
    place = _place(address, now)
    FailedTries.objects.filter(window__lt=place["window"] - WINDOW).delete()
    FailedTries.objects.get_or_create(**place)
    FailedTries.objects.filter(**place).update(count=F("count") + 1)


def _place(address: str, now: datetime) -> dict[str, object]:
    length = int(WINDOW.total_seconds())
    return {
        "source": salted_hmac("tracking.failed-tries", address, algorithm="sha256").hexdigest(),
        "window": datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC),
    }

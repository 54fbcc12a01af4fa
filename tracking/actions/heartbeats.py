"""Signs of life, kept in the database: what is silent is late, whatever its process says of itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tracking.models import Heartbeat
from tracking.rules.lateness import GONE, WORKER


@transaction.atomic
def note_heartbeat(*, name: str, at: datetime) -> None:
    """``name`` was alive at this moment. One that comes late takes nothing back."""
    beats = Heartbeat.objects.filter(name=name)
    if not beats.exists():
        Heartbeat.objects.bulk_create([Heartbeat(name=name, at=at)], ignore_conflicts=True)
    beats.filter(at__lt=at).update(at=at)


@transaction.atomic
def forget_heartbeat(*, name: str) -> None:
    """It has ended as it was told to: nobody waits for it."""
    Heartbeat.objects.filter(name=name).delete()


@transaction.atomic
def forget_silent_workers(*, now: datetime) -> int:
    """Workers under names that do not come back. Returns how many."""
    return Heartbeat.objects.filter(name__startswith=WORKER, at__lt=now - GONE).delete()[0]

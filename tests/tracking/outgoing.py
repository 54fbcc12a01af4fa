"""The outbox as the worker empties it, one mail after the other."""

from __future__ import annotations

from datetime import datetime

from tracking.actions import outbox


def send_all(now: datetime) -> int:
    """Sends what waits, and returns how many went out."""
    return sum(outbox.send_waiting(mail_id=each, now=now) for each in outbox.waiting_mail(now=now))

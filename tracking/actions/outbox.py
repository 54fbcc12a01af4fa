"""Mail: written with its cause, sent by a job, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Q

from tracking.models import OutboxMail

CLAIM_FOR = timedelta(minutes=10)
TRIES = 8


@transaction.atomic
def queue_mail(*, to: str, subject: str, body: str) -> OutboxMail:
    """Puts a mail into the outbox. Neither subject nor body may hold health data or a patient's name."""
    return OutboxMail.objects.create(to=to, subject=subject, body=body)


def send_outbox(*, now: datetime) -> int:
    """Sends what is waiting and returns how many went out. A mail that fails is tried again later.

    Claimed by compare-and-set, so two workers never send the same mail; SMTP is spoken outside any
    transaction.
    """
    return sum(_send(mail, now) for mail in OutboxMail.objects.filter(_waiting(now)).order_by("pk")[:100])


def _waiting(now: datetime) -> Q:
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_FOR)
    return free & Q(sent_at__isnull=True, attempts__lt=TRIES)


def _send(mail: OutboxMail, now: datetime) -> bool:
    claimed = OutboxMail.objects.filter(_waiting(now), pk=mail.pk).update(
        claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    try:
        send_mail(mail.subject, mail.body, None, [mail.to])
    except OSError:
        return False
    OutboxMail.objects.filter(pk=mail.pk).update(sent_at=now)
    return True

"""Mail: written with its cause, sent by a job, once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F, Q

from tracking import clock
from tracking.actions.moves import ANY_STATE, moved
from tracking.fields import Unreadable, WrongFieldKey
from tracking.models import OutboxMail, Patient
from tracking.models.endings import of_the_dead

CLAIM_FOR = timedelta(minutes=10)
UNSENT = Q(sent_at=None, withdrawn_at=None)
AT_ONCE = 500  # asked for in a minute
TRIES = 8  # the pauses double: the last try is about a day after the first

log = logging.getLogger(__name__)


@transaction.atomic
def queue_mail(*, to: str, subject: str, body: str, patient: Patient | None = None) -> OutboxMail:
    """Puts a mail into the outbox. Neither subject nor body may hold health data or a patient's name. ``patient``:
    whom it is about; it is not sent when that person has died."""
    return OutboxMail.objects.create(to=to, subject=subject, body=body, patient=patient)


@transaction.atomic
def withdraw_mail(*, patient: Patient) -> int:
    """What waits about this person is not sent any more. Returns how many that were."""
    waiting = OutboxMail.objects.filter(UNSENT, patient=patient)
    return sum(moved(mail, UNSENT, withdrawn_at=clock.now(), body="") for mail in waiting)


def waiting_mail(*, now: datetime) -> list[int]:
    """The keys of the mails that can be sent, those that wait longest first."""
    waiting = OutboxMail.objects.filter(_waiting(now)).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:AT_ONCE])


def send_waiting(*, mail_id: int, now: datetime) -> bool:
    """Sends one mail that waits, and returns whether it went out. One that fails is tried again, ever later.

    Claimed by compare-and-set at the moment when it is sent, so that two senders never send the same mail; SMTP is
    spoken outside any transaction, and for less time than a claim holds. What was sent keeps no body: it may hold a
    link that opens a sitting.
    """
    mail = OutboxMail.objects.filter(_waiting(now), pk=mail_id).first()
    return mail is not None and _send(mail, now)


def _waiting(now: datetime) -> Q:
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_FOR)
    return free & UNSENT & Q(attempts__lt=TRIES) & (Q(patient=None) | ~of_the_dead("patient"))


def _send(mail: OutboxMail, now: datetime) -> bool:
    if not moved(mail, _waiting(now), claimed_at=now, attempts=F("attempts") + 1):
        return False
    try:
        _check_readable(mail)
        send_mail(mail.subject, mail.body, None, [mail.to])
    except (
        OSError,
        ValueError,
        WrongFieldKey,
    ) as error:  # refused, timed out, an address that cannot be written to
        moved(mail, ANY_STATE, claimed_at=now + CLAIM_FOR * (2**mail.attempts - 1))
        _report(mail, error)
        return False
    moved(mail, ANY_STATE, sent_at=now, body="")
    return True


def _check_readable(mail: OutboxMail) -> None:
    """Nothing goes out empty, or to nobody: an address that is empty would count as sent."""
    if isinstance(mail.to, Unreadable) or isinstance(mail.body, Unreadable):
        raise WrongFieldKey("does not open")


def _report(mail: OutboxMail, error: Exception) -> None:
    """Says which mail failed and how, never to whom or what it said."""
    given_up = mail.attempts + 1 >= TRIES
    log.log(
        logging.ERROR if given_up else logging.WARNING,
        "mail %s %s: %s",
        mail.pk,
        "given up" if given_up else "not sent",
        type(error).__name__,
    )

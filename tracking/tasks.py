"""Doors of the worker: ids in, one call, nothing returned."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import Task, current_app, shared_task
from django.utils import timezone

from tracking import clock
from tracking.actions import abandoned, chain, heartbeats, outbox, oversight, rating, safety, scheduling
from tracking.rules import lateness

log = logging.getLogger(__name__)

OUTBOX_SECONDS = 60  # as in the beat schedule: a message is worth nothing once the next round has asked again


@shared_task(name="tracking.escalate_alerts", ignore_result=True)
def escalate_alerts() -> None:
    safety.escalate_alerts(now=timezone.now())
    abandoned.raise_for_abandoned(now=timezone.now())
    done(lateness.ESCALATION)


@shared_task(name="tracking.send_outbox", ignore_result=True)
def send_outbox() -> None:
    """Ask for each mail by itself: several are sent side by side, and one that hangs holds up itself alone."""
    ask(send_mail, outbox.waiting_mail(now=timezone.now()), OUTBOX_SECONDS)
    done(lateness.OUTBOX)


@shared_task(name="tracking.send_mail", ignore_result=True)
def send_mail(mail_id: int) -> None:
    outbox.send_waiting(mail_id=mail_id, now=timezone.now())


@shared_task(name="tracking.keep_schedules", ignore_result=True)
def keep_schedules() -> None:
    scheduling.keep_schedules()


@shared_task(name="tracking.assign_raters", ignore_result=True)
def assign_raters() -> None:
    rating.assign_due_ratings()


@shared_task(name="tracking.seal_audit", ignore_result=True)
def seal_audit() -> None:
    chain.seal_days(now=clock.real_now())


@shared_task(name="tracking.check_audit", ignore_result=True)
def check_audit() -> None:
    chain.check_chain()


@shared_task(name="tracking.mail_anchor", ignore_result=True)
def mail_anchor() -> None:
    chain.mail_anchor()


@shared_task(name="tracking.mark_odd_looks", ignore_result=True)
def mark_odd_looks() -> None:
    oversight.mark_odd_looks(now=clock.real_now())


@shared_task(name="tracking.beat_heart", ignore_result=True)
def beat_heart(queue: str) -> None:
    """Sent through each queue: when it is done, clock, broker and a worker of that queue have all worked."""
    heartbeats.note_heartbeat(name=lateness.of_queue(queue), at=timezone.now())


def done(job: str) -> None:
    """A job of the clock went through to its end."""
    heartbeats.note_heartbeat(name=lateness.of_job(job), at=timezone.now())


def ask(task: Task[[int], None], ids: Iterable[int], expires: int) -> None:
    """One message per id. A broker that fails in the middle is met again by the next round of the clock."""
    try:
        for each in ids:
            task.apply_async((each,), expires=expires, retry=False)
    except Exception as error:  # any broker fault
        log.warning("%s not sent: %s", task.name, type(error).__name__)


def nudge(task: str, *ids: int) -> None:
    """Asks the worker to start now instead of at the next sweep. A dead broker must not fail an answer.

    Call it after the transaction. The revision mark is already stored, so nothing hangs on the message.
    """
    try:
        current_app.send_task(task, args=ids, retry=False, ignore_result=True)
    except Exception as error:  # any broker fault: the sweep finds the work within a minute
        log.warning("nudge %s not sent: %s", task, type(error).__name__)


def nudge_episode(episode_id: int) -> None:
    """The course of this episode should be computed now."""
    nudge("reports.recompute_episode", episode_id)

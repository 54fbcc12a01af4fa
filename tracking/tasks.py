"""Doors of the worker: ids in, one call, nothing returned."""

import logging

from celery import current_app, shared_task
from django.utils import timezone

from tracking.actions import abandoned, outbox, rating, safety, scheduling

log = logging.getLogger(__name__)


@shared_task(name="tracking.escalate_alerts", ignore_result=True)
def escalate_alerts() -> None:
    safety.escalate_alerts(now=timezone.now())
    abandoned.raise_for_abandoned(now=timezone.now())


@shared_task(name="tracking.send_outbox", ignore_result=True)
def send_outbox() -> None:
    outbox.send_outbox(now=timezone.now())


@shared_task(name="tracking.keep_schedules", ignore_result=True)
def keep_schedules() -> None:
    scheduling.keep_schedules()


@shared_task(name="tracking.assign_raters", ignore_result=True)
def assign_raters() -> None:
    rating.assign_due_ratings()


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

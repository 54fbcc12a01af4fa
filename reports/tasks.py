"""Doors of the worker: ids in, one call, nothing returned. Every task may be delivered twice or never."""

from __future__ import annotations

import logging

from celery import Task, shared_task
from django.utils import timezone

from reports.actions import courses, housekeeping, jobs, studies
from tracking.models import EpisodeMark, StudyMark

log = logging.getLogger(__name__)

SWEEP_SECONDS = 60  # as in the beat schedule; a swept message is worth nothing once the next sweep has run
SWEEP_AT_MOST = 5000
REFRESH_SECONDS = 300


@shared_task(name="reports.recompute_episode", ignore_result=True)
def recompute_episode(episode_id: int) -> None:
    courses.recompute_episode(episode_id=episode_id)


@shared_task(name="reports.recompute_study", ignore_result=True)
def recompute_study(study_id: int) -> None:
    studies.recompute_study(study_id=study_id)


@shared_task(name="reports.sweep", ignore_result=True)
def sweep() -> None:
    """Ask for every episode that is behind, whatever became of its first message."""
    jobs.park_lost(now=timezone.now())
    behind = jobs.pending(EpisodeMark.objects.order_by("pk"))
    _ask(recompute_episode, behind.values_list("episode_id", flat=True)[:SWEEP_AT_MOST], SWEEP_SECONDS)


@shared_task(name="reports.refresh_studies", ignore_result=True)
def refresh_studies() -> None:
    """Ask for the studies whose data changed. Rarer than the sweep, so that many changes are one
    computation."""
    behind = jobs.pending(StudyMark.objects.order_by("pk"))
    _ask(recompute_study, behind.values_list("study_id", flat=True), REFRESH_SECONDS)


@shared_task(name="reports.housekeeping", ignore_result=True)
def clear_expired() -> None:
    housekeeping.clear_expired(now=timezone.now())


def _ask(task: Task, ids: object, expires: int) -> None:
    """One message per id. A broker that fails in the middle is met again by the next sweep."""
    try:
        for each in ids:
            task.apply_async((each,), expires=expires, retry=False)
    except Exception as error:  # any broker fault
        log.warning("%s not sent: %s", task.name, type(error).__name__)

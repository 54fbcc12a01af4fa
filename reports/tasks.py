"""Doors of the worker: ids in, one call, nothing returned. Every task may be delivered twice or never."""

from __future__ import annotations

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone

from reports.actions import courses, housekeeping, jobs, release_builds, release_closing, releases, studies
from tracking.actions import heartbeats
from tracking.models import EpisodeMark, StudyMark
from tracking.rules import lateness
from tracking.tasks import ask, done

SWEEP_SECONDS = 60  # as in the beat schedule; a swept message is worth nothing once the next sweep has run
SWEEP_AT_MOST = 5000
REFRESH_SECONDS = 300


@shared_task(name="reports.recompute_episode", ignore_result=True)
def recompute_episode(episode_id: int) -> None:
    courses.recompute_episode(episode_id=episode_id)


@shared_task(name="reports.recompute_study", ignore_result=True)
def recompute_study(study_id: int) -> None:
    studies.recompute_study(study_id=study_id)
    _studies_that_wait()


@shared_task(name="reports.build_release", ignore_result=True)
def build_release(release_id: int) -> None:
    release_builds.build_release(release_id=release_id)


@shared_task(name="reports.sweep", ignore_result=True)
def sweep() -> None:
    """Ask for every episode that is behind, and every release that waits, whatever became of the first
    message. What somebody was in who no longer consents is closed, though nobody tries to fetch it."""
    release_closing.close_withdrawn()
    ask(build_release, release_builds.waiting_releases(now=timezone.now()), SWEEP_SECONDS)
    jobs.park_lost(now=timezone.now())
    behind = jobs.pending(EpisodeMark.objects.order_by("pk"))
    if not behind.exists():
        heartbeats.note_heartbeat(name=lateness.CAUGHT_UP, at=timezone.now())
    ask(recompute_episode, behind.values_list("episode_id", flat=True)[:SWEEP_AT_MOST], SWEEP_SECONDS)
    done(lateness.SWEEP)


@shared_task(name="reports.refresh_studies", ignore_result=True)
def refresh_studies() -> None:
    """Ask for the studies whose data changed. Rarer than the sweep, so that many changes are one
    computation."""
    ask(recompute_study, _studies_that_wait().values_list("study_id", flat=True), REFRESH_SECONDS)


def _studies_that_wait() -> QuerySet[StudyMark]:
    """Also after one was computed: where something changes all day, no round of the clock finds nothing to do."""
    behind = jobs.pending(StudyMark.objects.order_by("pk"))
    if not behind.exists():
        heartbeats.note_heartbeat(name=lateness.FIGURES_CAUGHT_UP, at=timezone.now())
    return behind


@shared_task(name="reports.housekeeping", ignore_result=True)
def clear_expired() -> None:
    releases.expire_releases(now=timezone.now())
    housekeeping.clear_expired(now=timezone.now())
    heartbeats.forget_silent_workers(now=timezone.now())

"""``manage.py sweep``: compute, here and now, everything that is wanted, and give blinded ratings to raters; needs no
broker and no worker."""

from __future__ import annotations

from collections.abc import Callable

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reports.actions import courses, jobs, studies
from tracking.actions.rating import assign_due_ratings
from tracking.models import EpisodeMark, StudyMark


class Command(BaseCommand):
    help = "Computes the courses and study figures that are behind their data, and assigns raters, in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="compute everything again, behind or not")
        parser.add_argument("--parked", action="store_true", help="try again what was parked after failing")

    def handle(self, *, all: bool, parked: bool, **options: object) -> None:
        if all:
            jobs.want_everything(by=None)
        if parked:
            every = (model.objects.all() for model in (EpisodeMark, StudyMark))
            self.stdout.write(f"released {jobs.release_parked(by=None, marks=every)}")
        jobs.park_lost(now=timezone.now())
        unrated = assign_due_ratings()
        episodes = self._sweep(EpisodeMark, "episode_id", courses.recompute_episode)
        studied = self._sweep(StudyMark, "study_id", studies.recompute_study)
        left = sum(jobs.behind(model.objects.all()).count() for model in (EpisodeMark, StudyMark))
        self.stdout.write(f"episodes {episodes}, studies {studied}, still behind {left}")
        if unrated:
            self.stdout.write(f"blinded ratings for which no rater is available: {unrated}")

    def _sweep(self, marks: type[EpisodeMark | StudyMark], key: str, compute: Callable[..., object]) -> int:
        """One try for each that is behind; those that fail stay behind and are counted by the caller."""
        wanted = list(jobs.pending(marks.objects.order_by("pk")).values_list(key, flat=True))
        for each in wanted:
            compute(**{key: each})
        return len(wanted)

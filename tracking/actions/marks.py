"""Revision marks: what must be computed again is said in the transaction of the data, not by a message."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from tracking.models import EpisodeMark, Study, StudyMark, TreatmentEpisode

BATCH = 500  # rows named in one statement
AGAIN = {"wanted_rev": F("wanted_rev") + 1, "attempts": 0, "parked_at": None, "failure": ""}


@transaction.atomic
def want_episode(*, episode: TreatmentEpisode) -> None:
    """The course of this episode must be computed again. New data also releases a parked episode."""
    marks = EpisodeMark.objects.filter(episode=episode)
    if not marks.update(**AGAIN):
        EpisodeMark.objects.get_or_create(episode=episode)
        marks.update(**AGAIN)


@transaction.atomic
def want_episodes(*, episodes: Sequence[TreatmentEpisode]) -> None:
    """The same for many at once, as an import needs it."""
    EpisodeMark.objects.bulk_create([EpisodeMark(episode=each) for each in episodes], ignore_conflicts=True)
    for start in range(0, len(episodes), BATCH):
        EpisodeMark.objects.filter(episode__in=episodes[start : start + BATCH]).update(**AGAIN)


@transaction.atomic
def want_study(*, study: Study) -> None:
    """The figures of this study must be computed again."""
    StudyMark.objects.get_or_create(study=study)
    StudyMark.objects.filter(study=study).update(**AGAIN)

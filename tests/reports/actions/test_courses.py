"""Scores become courses and flags, whatever the order in which they came."""

from __future__ import annotations

import pytest

from reports.actions.courses import recompute_episode
from reports.models import EpisodeCourse
from tests.reports.clinic import give_dose, rate
from tracking.models import TreatmentEpisode, User

pytestmark = pytest.mark.django_db


def course(episode: TreatmentEpisode, instrument: str = "hamd17") -> EpisodeCourse:
    return EpisodeCourse.objects.get(episode=episode, instrument=instrument)


def test_scores_become_a_course(episode: TreatmentEpisode, clinician: User) -> None:
    rate(episode, clinician, 0, 22)
    give_dose(episode, clinician, 10)
    rate(episode, clinician, 24, 10)
    recompute_episode(episode_id=episode.pk)
    found = course(episode)
    assert (found.baseline, found.baseline_day) == (22, -10)
    assert (found.latest, found.latest_day) == (10, 14)
    assert found.change == -12
    assert found.treatment_response is True

"""A further file about somebody whose treatment has ended, or who has died."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.tracking.imports.small import ROWS, table
from tests.tracking.imports.test_action import episode_of, run
from tracking.actions.endings import end_episode, record_death
from tracking.imports.reading.problems import FileRefused
from tracking.models import Assessment, CareTeam, TreatmentEpisode, User

pytestmark = pytest.mark.django_db
LONGER = [*ROWS, "P2,35,m,placebo,,1,15" + "," * 10]  # a week after the start


@pytest.fixture(autouse=True)
def team(team_a: CareTeam) -> CareTeam:
    return team_a


@pytest.fixture
def known() -> TreatmentEpisode:
    """Of the first file, and in treatment still."""
    run()
    episode = episode_of("P2")
    episode.status, episode.ends_on = "active", None
    episode.save()
    return episode


def test_the_last_day_of_a_file_lets_a_longer_one_in() -> None:
    run()
    assert run(table(*LONGER)).assessments_new > 0


def test_an_end_that_somebody_has_recorded_does_not(known: TreatmentEpisode, clinician: User) -> None:
    end_episode(by=clinician, episode=known, reason="moved", ends_on=date(2020, 1, 3))
    before = Assessment.objects.count()
    with pytest.raises(FileRefused, match="only the follow-ups") as refusal:
        run(table(*LONGER))
    assert re.search(
        r"line 5, column \w+: is after the end of this treatment \(3 January 2020\)", str(refusal.value)
    )
    assert Assessment.objects.count() == before


def test_nor_does_a_death(known: TreatmentEpisode, clinician: User) -> None:
    record_death(by=clinician, patient=known.patient, died_on=known.starts_on + timedelta(days=2))
    with pytest.raises(FileRefused, match="after the death"):
        run(table(*LONGER))


def test_what_is_of_a_day_before_is_taken_in(known: TreatmentEpisode, clinician: User) -> None:
    end_episode(by=clinician, episode=known, reason="moved", ends_on=date(2021, 1, 1))
    assert run(table(*LONGER)).assessments_new > 0

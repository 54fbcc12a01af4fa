"""What an analysis cannot say it refuses, in words that tell why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reports import analyses
from reports.analyses import Norm
from reports.stats.errors import Refusal
from tests.reports.clinic import another_episode, rate
from tracking.models import CareTeam, Study, User

pytestmark = pytest.mark.django_db
NORM = Norm(reliability=0.8, functional_mean=5, functional_sd=3)


@pytest.fixture
def one_arm(team_a: CareTeam, study: Study, clinician: User) -> Study:
    """Two patients under psilocybin, of whom one came back at week 4."""
    for number in range(2):
        episode = another_episode(team_a, clinician, study)
        rate(episode, clinician, 0, 24, time_point="baseline")
        if number:
            rate(episode, clinician, 28, 8, time_point="week 4")
    return study


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda sample: analyses.course(sample, norm=NORM), "fewer than two patients have a baseline and a"),
        (lambda sample: analyses.growth(sample, by_arm=True), "fewer than two arms have a usable score"),
        (
            lambda sample: analyses.regress(
                sample, outcome="endpoint", terms=["mood:baseline", "awe"], errors="HC3"
            ),
            "Nobody has a value of awe, mood.",
        ),
    ],
)
def test_by_its_reason(one_arm: Study, ask: Callable[[analyses.Sample], object], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        ask(analyses.load(one_arm))


def test_a_scale_without_a_better_end_is_not_judged(one_arm: Study) -> None:
    with pytest.raises(Refusal, match="has no better and no worse end to judge by"):
        analyses.load(one_arm, "set_and_setting")

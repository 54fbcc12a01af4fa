"""By which rule a reader is told the figures of a study, and that own rows taken away from them leave nobody."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from reports.models import StudyPublication
from reports.pages.study.reader import rule_for
from reports.pages.study.stored import stored_figures
from reports.stats.counts import SAFE, CountRule
from tests.reports.clinic import another_episode
from tracking.models import CareTeam, Study, TreatmentEpisode, User

pytestmark = pytest.mark.django_db
MEAN = {"arm": "psilocybin", "time": "baseline", "n": 42, "mean": 12.5, "sd": 3.0, "low": 11.6, "high": 13.4}
COURSE = {
    "patients": 42,
    "episodes": 42,
    "arms": ["psilocybin"],
    "means": [MEAN],
    "rates": [],
    "time_points": [],
}


def published(study: Study, *known: TreatmentEpisode, others: int) -> None:
    people = [*(str(each.patient_id) for each in known), *(str(uuid.uuid4()) for _ in range(others))]
    figures = {"analysis": "course", "instrument": "hamd17", "scale": "total", "result": COURSE}
    StudyPublication.objects.create(study=study, people=dict.fromkeys(people, ["", ""]), results=[figures])


@pytest.fixture
def shared(
    episode: TreatmentEpisode, study: Study, team_b: CareTeam, outsider: User, settings: Any
) -> TreatmentEpisode:
    """One patient of the clinician, in a study with a patient of another team."""
    another_episode(team_b, outsider, study)
    return episode


def test_who_treats_some_is_told_by_the_safe_rule_unless_the_site_wants_it_otherwise(
    shared: TreatmentEpisode, study: Study, clinician: User, researcher: User, settings: Any
) -> None:
    assert (rule_for(clinician, study), rule_for(researcher, study)) == (SAFE, SAFE)
    settings.TEAM_FIGURES_BY_CLASS = True
    assert (rule_for(clinician, study), rule_for(researcher, study)) == (CountRule(5), SAFE)


def test_who_treats_all_is_told_all(episode: TreatmentEpisode, study: Study, clinician: User) -> None:
    assert rule_for(clinician, study) is None


def test_counts_are_told_by_the_rule(shared: TreatmentEpisode, study: Study, researcher: User) -> None:
    published(study, shared, others=41)
    told = stored_figures(researcher, study)
    (course,) = told.figures
    assert (told.patients, told.withheld_below, told.rounded_to) == (40, 8, 5)
    assert course.result["means"][0]["n"] == 40


@pytest.mark.parametrize(("others", "is_told"), [(0, True), (1, False), (7, False), (8, True)])
def test_who_treats_all_but_a_few_is_told_nothing_of_these(
    shared: TreatmentEpisode, study: Study, clinician: User, others: int, is_told: bool
) -> None:
    """The figures of everybody, less the rows that the clinician has, would be those of the others."""
    published(study, shared, others=others)
    (course,) = stored_figures(clinician, study).figures
    assert ("means" in course.result) == is_told
    if not is_told:
        assert course.result["refused"].startswith(
            "Withheld: you have the rows of all but fewer than 8 of these"
        )

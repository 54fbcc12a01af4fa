"""Figures for those who may not see single patients go in steps: none is published that tells of a few."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from reports.actions import studies
from reports.actions.publishing import publish, standing, tells
from reports.actions.studies import recompute_study
from reports.models import StudyPublication
from reports.pages.study.page import study_figures
from reports.plain import rounded
from reports.stats.counts import CountRule
from tests.markup import said
from tests.reports.clinic import another_episode, give_dose, rate
from tracking.actions import care
from tracking.actions.marks import want_study
from tracking.models import CareTeam, Study, TreatmentEpisode, User

pytestmark = pytest.mark.django_db
K = 5
PEOPLE = 9


@pytest.fixture(autouse=True)
def few_people_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule of these tests tells of five people and does not round, so that a handful of patients shows it."""
    monkeypatch.setattr("reports.pages.study.reader.SAFE", CountRule(K))


def joined(team: CareTeam, by: User, study: Study, total: int = 12) -> TreatmentEpisode:
    episode = another_episode(team, by, study)
    rate(episode, by, 0, 24, time_point="baseline")
    rate(episode, by, 56, total, time_point="week 4")
    return episode


@pytest.fixture
def trial(team_a: CareTeam, study: Study, clinician: User) -> list[TreatmentEpisode]:
    episodes = [joined(team_a, clinician, study, total=6 + number) for number in range(PEOPLE)]
    recompute_study(study_id=study.pk)
    return episodes


def again(study: Study) -> None:
    want_study(study=study)
    recompute_study(study_id=study.pk)


def at_the_end(user: User, study: Study) -> tuple[int | None, float]:
    """How many are counted at week 4, and their mean, as this reader is told."""
    means = study_figures(user, study).results["course"]["means"]
    found = next(each for each in means if each["time"] == "week 4")
    return found["n"], found["mean"]


def test_one_more_score_cannot_be_read_from_two_means(
    study: Study, trial: list, team_a: CareTeam, clinician: User, researcher: User
) -> None:
    """Before, n and mean went from 31 to 32 with one score, which was then 32 x the new mean less 31 x the old."""
    before = at_the_end(researcher, study)
    for _ in range(K - 1):
        joined(team_a, clinician, study, total=40)
        again(study)
        assert at_the_end(researcher, study) == before
    joined(team_a, clinician, study, total=40)
    again(study)
    n, mean = at_the_end(researcher, study)
    assert n == PEOPLE + K and mean > before[1]


def test_who_may_see_each_of_them_sees_them_as_they_are(
    study: Study, trial: list, team_a: CareTeam, clinician: User
) -> None:
    joined(team_a, clinician, study)
    again(study)
    assert at_the_end(clinician, study)[0] == PEOPLE + 1


def test_a_correction_a_dose_or_an_end_of_a_few_waits_too(
    study: Study, trial: list, clinician: User, researcher: User, client: Client
) -> None:
    client.force_login(researcher)
    address = f"/studies/{study.key}/"
    before = figures(client, address)
    for episode in trial[: K - 1]:
        give_dose(episode, clinician, 3)
    again(study)
    assert figures(client, address) == before
    rate(trial[-1], clinician, 60, 30)
    again(study)  # five people now, but the outcome of one alone
    assert figures(client, address) == before
    for episode in trial[: K - 1]:
        rate(episode, clinician, 60, 30)
    again(study)
    assert StudyPublication.objects.filter(study=study).count() == 2


def figures(client: Client, address: str) -> str:
    return re.sub(r"Computed .*", "", said(client.get(address)))


def test_no_set_comes_back_a_few_people_short(study: Study, trial: list) -> None:
    """Not only the last one is compared with: B after A, then A less one, would give that one away."""
    first = standing(study)
    names = list(first)
    other = {name: ["x", "x"] for name in names}
    assert publish(study=study, people=other, results=[])
    short = {name: first[name] for name in names[1:]}
    assert tells(short, first, K) and not tells(short, other, K)
    assert not publish(study=study, people=short, results=[])


def test_what_changes_while_it_is_computed_is_not_published(
    study: Study, trial: list, team_a: CareTeam, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(K):
        joined(team_a, clinician, study)
    compute = studies._of_raters

    def meanwhile(known: Study) -> list:
        joined(team_a, clinician, study)
        return compute(known)

    monkeypatch.setattr(studies, "_of_raters", meanwhile)
    again(study)
    assert StudyPublication.objects.filter(study=study).count() == 1
    monkeypatch.undo()
    again(study)
    assert StudyPublication.objects.filter(study=study).count() == 2


def test_figures_of_those_before_are_not_kept(
    study: Study, trial: list, team_a: CareTeam, clinician: User
) -> None:
    for _ in range(K):
        joined(team_a, clinician, study)
    again(study)
    old, new = StudyPublication.objects.filter(study=study).order_by("pk")
    assert (old.results, bool(old.people)) == ([], True)
    assert new.results


def test_a_study_of_another_team_counts_its_own(
    study: Study, trial: list, clinician: User, researcher: User
) -> None:
    other = care.create_study(by=None, key="o", title="O", outcome_instrument="hamd17", endpoint="week 4")
    assert standing(other) == {}
    assert len(standing(study)) == PEOPLE


def test_figures_are_rounded() -> None:
    assert rounded({"a": [12.3456, 0.00123456, 123456.0], "n": 31, "why": "12.3456"}) == {
        "a": [12.3, 0.00123, 123000.0],
        "n": 31,
        "why": "12.3456",
    }

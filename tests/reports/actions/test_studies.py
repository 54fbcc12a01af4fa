"""The figures of a study are stored, and follow its data."""

from __future__ import annotations

import pytest

from reports.actions.studies import recompute_study
from reports.models import StudyResult
from reports.plain import spoken
from tests.reports.clinic import another_episode, rate
from tests.reports.raters import note
from tracking.actions import care
from tracking.actions.marks import want_study
from tracking.models import CareTeam, Site, Study, StudyMark, TreatmentEpisode, User

pytestmark = pytest.mark.django_db

ENDS = {"psilocybin": (6, 7, 12), "waiting": (20, 12, 23)}  # at week 4; baseline is 24 for all


@pytest.fixture
def trial(team_a: CareTeam, study: Study, clinician: User) -> list[TreatmentEpisode]:
    """Three patients an arm: psilocybin has 3 responders of whom 2 remit, the waiting list has 1 responder."""
    episodes = []
    for arm, ends in ENDS.items():
        for end in ends:
            episode = another_episode(team_a, clinician, study, arm=arm)
            rate(episode, clinician, 0, 24, time_point="baseline")
            rate(episode, clinician, 28, end, time_point="week 4")
            episodes.append(episode)
    return episodes


def result(study: Study, analysis: str, instrument: str = "hamd17") -> dict:
    return spoken(StudyResult.objects.get(study=study, analysis=analysis, instrument=instrument).result)


def rates(study: Study, key: str) -> dict[str, tuple[int, int]]:
    found = next(each for each in result(study, "course")["rates"] if each["key"] == key)
    return {arm: (rate["met"], rate["n"]) for arm, rate in found["by_arm"].items()}


def test_rates_are_counted_over_patients(study: Study, trial: list[TreatmentEpisode]) -> None:
    recompute_study(study_id=study.pk)
    assert rates(study, "response") == {"psilocybin": (3, 3), "waiting": (1, 3)}
    assert rates(study, "remission") == {"psilocybin": (2, 3), "waiting": (0, 3)}


def test_a_patient_without_endpoint_is_undecided_not_a_failure(
    study: Study, trial: list[TreatmentEpisode], team_a: CareTeam, clinician: User
) -> None:
    early_leaver = another_episode(team_a, clinician, study, arm="waiting")
    rate(early_leaver, clinician, 0, 24, time_point="baseline")
    recompute_study(study_id=study.pk)
    assert rates(study, "response")["waiting"] == (1, 3)
    response = next(each for each in result(study, "course")["rates"] if each["key"] == "response")
    assert response["by_arm"]["waiting"]["undecided"] == 1


def test_arms_are_compared_with_the_control_of_their_protocol(
    study: Study, trial: list[TreatmentEpisode]
) -> None:
    recompute_study(study_id=study.pk)
    contrast, growth = result(study, "contrast"), result(study, "growth")["models"][0]
    assert contrast["fit"]["reference"] == growth["fit"]["reference"] == {"arm": "waiting"}
    assert list(contrast["differences"]) == ["tpweek 4:armpsilocybin"]


def test_under_several_protocols_the_first_arm_by_name_is_compared_with(
    study: Study, trial: list[TreatmentEpisode]
) -> None:
    TreatmentEpisode.objects.filter(pk=trial[0].pk).update(protocol="")
    recompute_study(study_id=study.pk)
    assert result(study, "contrast")["fit"]["reference"] == {"arm": "psilocybin"}


def test_means_by_arm_and_time_point(study: Study, trial: list[TreatmentEpisode]) -> None:
    recompute_study(study_id=study.pk)
    means = {(each["arm"], each["time"]): each for each in result(study, "course")["means"]}
    assert means["psilocybin", "week 4"]["mean"] == pytest.approx(25 / 3)
    assert means["waiting", "baseline"]["n"] == 3


def test_the_contrast_is_the_difference_of_the_mean_changes(
    study: Study, trial: list[TreatmentEpisode]
) -> None:
    recompute_study(study_id=study.pk)
    (difference,) = result(study, "contrast")["differences"].values()
    mean = {arm: sum(ends) / 3 for arm, ends in ENDS.items()}
    assert difference["value"] == pytest.approx(mean["psilocybin"] - mean["waiting"])


def test_what_the_data_cannot_carry_is_refused_with_its_reason(
    study: Study, trial: list[TreatmentEpisode]
) -> None:
    recompute_study(study_id=study.pk)
    found = result(study, "predict")
    assert found["models"] == []
    assert found["refused"]["meq30_first"] == "Nobody has a value of meq30_first."
    assert "meq30_first" in found["absent"]


def test_expectancy_is_adjusted_for_where_it_was_measured(
    study: Study, trial: list[TreatmentEpisode], clinician: User
) -> None:
    recompute_study(study_id=study.pk)
    before = result(study, "predict")
    assert "Expectancy was measured in nobody" in before["left_out"]["expectancy"]
    for episode in trial:
        answers = {"1": 5, "2": 5, "3": 5, "4": 70, "5": 5, "6": 20}
        note(episode, clinician, "credibility_expectancy", answers, 0)
    want_study(study=study)
    recompute_study(study_id=study.pk)
    assert result(study, "predict")["covariates"] == ["baseline", "arm", "expectancy"]


def test_a_study_without_scores_says_so(study: Study) -> None:
    recompute_study(study_id=study.pk)
    assert "no usable score" in result(study, "course")["refused"]
    assert StudyMark.objects.get(study=study).failure == ""


def test_two_studies_that_say_the_same_each_have_it(study: Study, site: Site) -> None:
    facts = {"title": "Another", "outcome_instrument": study.outcome_instrument, "endpoint": study.endpoint}
    other = care.create_study(by=None, key="other", site=site, **facts)
    for each in (study, other, study):
        recompute_study(study_id=each.pk)
    said = StudyResult.objects.filter(analysis="course").order_by("study").values_list("study", "result")
    assert [pk for pk, _ in said] == [study.pk, other.pk]
    assert said[0][1] == said[1][1]


def test_every_scale_with_a_better_end_is_analysed(
    study: Study, trial: list[TreatmentEpisode], clinician: User
) -> None:
    rate(trial[0], clinician, 0, 15, instrument="phq9", time_point="baseline")
    rate(trial[0], clinician, 1, 60, instrument="meq30")
    recompute_study(study_id=study.pk)
    assert result(study, "course", "phq9")["patients"] == 1
    assert not StudyResult.objects.filter(instrument="meq30").exists()


def test_what_another_study_has_asked_is_no_figure_of_this_one(
    study: Study, trial: list[TreatmentEpisode], team_a: CareTeam, clinician: User, site: Site
) -> None:
    recompute_study(study_id=study.pk)
    alone = list(StudyResult.objects.filter(study=study).order_by("pk").values_list("instrument", "result"))
    facts = {"title": "Another", "outcome_instrument": "phq9", "endpoint": "week 4"}
    other = care.create_study(by=None, key="other", site=site, **facts)
    stranger = another_episode(team_a, clinician, other)
    rate(stranger, clinician, 0, 15, instrument="phq9", time_point="baseline")
    rate(stranger, clinician, 0, 30, time_point="baseline")
    want_study(study=study)
    recompute_study(study_id=study.pk)
    beside = list(StudyResult.objects.filter(study=study).order_by("pk").values_list("instrument", "result"))
    assert beside == alone


def test_equal_figures_are_not_written_again(study: Study, trial: list[TreatmentEpisode]) -> None:
    recompute_study(study_id=study.pk)
    before = set(StudyResult.objects.values_list("pk", "computed_at"))
    want_study(study=study)
    recompute_study(study_id=study.pk)
    assert set(StudyResult.objects.values_list("pk", "computed_at")) == before


def test_no_figure_names_a_patient(study: Study, trial: list[TreatmentEpisode]) -> None:
    recompute_study(study_id=study.pk)
    stored = str(list(StudyResult.objects.values_list("result", flat=True)))
    for episode in trial:
        assert episode.patient.study_code not in stored
        assert str(episode.public_id) not in stored

"""Agreement of raters and blinding, as they are stored for a study."""

from __future__ import annotations

from datetime import timedelta
from math import sqrt

import pytest

from reports.actions.studies import recompute_study
from reports.analyses.agreement import _letter
from reports.models import StudyResult
from reports.plain import spoken
from reports.stats.blinding import james_index
from tests.cast import person
from tests.reports.clinic import another_episode, answers_for, give_dose
from tests.reports.raters import HAMD17, guess, note, rated, rated_twice
from tracking.actions import assessments, scheduling
from tracking.models import Assessment, AssessmentRequest, CareTeam, Study, TreatmentEpisode, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db

# The first two raters of Shrout & Fleiss (1979), as totals of the HAM-D17. By hand: mean squares 281/60 between
# subjects, 961/12 of raters, 41/60 of error, so ICC(2,1) = 4 / (322/60 + 2 (4764/60) / 6) = 24/191.
TOTALS = ((9, 2), (6, 1), (8, 4), (7, 1), (10, 5), (6, 2))


@pytest.fixture
def raters(rater: User) -> tuple[User, User]:
    return rater, person("Second Rater", Role.RATER)


@pytest.fixture
def pairs(
    team_a: CareTeam, study: Study, clinician: User, raters: tuple[User, User]
) -> list[tuple[AssessmentRequest, AssessmentRequest]]:
    return [
        rated_twice(another_episode(team_a, clinician, study), clinician, raters, pair) for pair in TOTALS
    ]


def stored(study: Study, analysis: str) -> dict:
    recompute_study(study_id=study.pk)
    return spoken(StudyResult.objects.get(study=study, analysis=analysis, instrument="hamd17").result)


def total(found: dict) -> dict:
    return next(scale for scale in found["scales"] if scale["key"] == "total")


class TestAgreement:
    def test_the_six_forms_of_the_total(self, study: Study, pairs: list) -> None:
        icc = total(stored(study, "agreement"))["icc"]
        assert icc["ICC(2,1)"]["value"] == pytest.approx(24 / 191)
        assert (icc["ICC(2,1)"]["subjects"], icc["ICC(2,1)"]["raters"]) == (6, 2)
        assert set(icc) == {"ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"}

    def test_limits_of_agreement_by_hand(self, study: Study, pairs: list) -> None:
        limits = total(stored(study, "agreement"))["limits"]  # differences 7 5 4 6 5 4
        assert limits["bias"] == pytest.approx(31 / 6)
        assert limits["sd"] == pytest.approx(sqrt(41 / 30))
        assert limits["upper"] == pytest.approx(31 / 6 + 1.959964 * sqrt(41 / 30))

    def test_kappa_of_each_item(self, study: Study, pairs: list) -> None:
        """Item 1 takes the first points of a total: always 4 by the first rater, so that chance does as well."""
        items = {item["code"]: item for item in stored(study, "agreement")["items"]}
        assert (items["1"]["kappa"], items["1"]["equal"], items["1"]["n"]) == (0, 2, 6)
        assert (items["17"]["kappa"], items["17"]["equal"]) == (None, 6)

    def test_each_rater_by_letter_against_the_other(self, study: Study, pairs: list) -> None:
        found = stored(study, "agreement")
        assert [(each["rater"], each["n"], each["patients"]) for each in found["raters"]] == [
            ("A", 6, 6),
            ("B", 6, 6),
        ]
        assert [each["mean"] for each in found["raters"]] == pytest.approx([31 / 6, -31 / 6])
        assert [(each["period"], each["mean"]) for each in found["periods"]] == [
            (0, pytest.approx(31 / 12)),
            (0, pytest.approx(-31 / 12)),
        ]
        assert "Rater" not in str(found) and "Rita" not in str(found)

    def test_drift_of_a_few_is_refused(self, study: Study, pairs: list) -> None:
        assert total(stored(study, "agreement"))["drift"] == {"refused": "Drift is judged from 10 pairs on."}

    def test_drift_of_a_rater_who_grows_milder(
        self, study: Study, team_a: CareTeam, clinician: User, raters: tuple[User, User]
    ) -> None:
        """A point less every 73 days is 365.25 / 73 points in a year."""
        for step in range(10):
            episode = another_episode(team_a, clinician, study, began=900)
            rated_twice(episode, clinician, raters, (20 - step, 10), day=73 * step)
        found = stored(study, "agreement")
        assert total(found)["drift"]["value"] == pytest.approx(-365.25 / 73)
        assert total(found)["drift_of_size"]["value"] == pytest.approx(-365.25 / 73)
        assert [each["period"] for each in found["periods"] if each["rater"] == "A"] == [0, 1, 2, 3]

    def test_only_the_latest_version_counts(
        self,
        study: Study,
        pairs: list[tuple[AssessmentRequest, AssessmentRequest]],
        raters: tuple[User, User],
    ) -> None:
        rating = Assessment.objects.get(request=pairs[0][1])
        assessments.correct_assessment(
            by=raters[1], assessment=rating, answers=answers_for(HAMD17, "total", 9), reason="misread"
        )
        assert total(stored(study, "agreement"))["limits"]["bias"] == pytest.approx(24 / 6)

    def test_a_score_with_gaps_is_no_score(
        self, study: Study, pairs: list, team_a: CareTeam, clinician: User, raters: tuple[User, User]
    ) -> None:
        episode = another_episode(team_a, clinician, study)
        full = answers_for(HAMD17, "total", 9)
        first = rated(episode, clinician, raters[0], 28, full)
        rated(episode, clinician, raters[1], 28, full | {"17": None}, second_of=first)
        found = stored(study, "agreement")
        assert (found["pairs"], total(found)["n"]) == (7, 6)
        items = {item["code"]: item["n"] for item in found["items"]}
        assert (items["1"], items["17"]) == (7, 6)

    def test_what_is_no_pair(
        self, study: Study, team_a: CareTeam, clinician: User, raters: tuple[User, User]
    ) -> None:
        """Two ratings by one person, two that nobody has coupled, and a second one that is still open."""
        episode = another_episode(team_a, clinician, study)
        rated_twice(episode, clinician, (raters[0], raters[0]), (9, 2))
        for rater in raters:
            rated(episode, clinician, rater, 40, answers_for(HAMD17, "total", 9))
        alone = rated(episode, clinician, raters[0], 50, answers_for(HAMD17, "total", 9))
        open_ = scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=episode.starts_on + timedelta(days=900)
        )
        AssessmentRequest.objects.filter(pk=open_.pk).update(second_of=alone)
        assert stored(study, "agreement") == {"refused": "No rating was made twice by different raters."}

    def test_letters_go_on_after_z(self) -> None:
        assert [_letter(place) for place in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


GUESSED = {  # by arm; of the active arm three right, one wrong, one who does not know
    "psilocybin": (
        ("experimental", 5),
        ("experimental", 4),
        ("experimental", 3),
        ("comparison", 1),
        ("unknown", None),
    ),
    "waiting": (("experimental", 2), ("comparison", 4), ("unknown", None), ("unknown", None)),
}


@pytest.fixture
def guessed(team_a: CareTeam, study: Study, clinician: User) -> dict[str, list[TreatmentEpisode]]:
    episodes: dict[str, list[TreatmentEpisode]] = {}
    for arm, answers in GUESSED.items():
        for what, confidence in answers:
            episode = another_episode(team_a, clinician, study, arm=arm)
            guess(episode, clinician, what, confidence)
            episodes.setdefault(arm, []).append(episode)
    return episodes


def arms_of(found: dict, guesser: str = "patient") -> dict[str, dict]:
    one = next(each for each in found["guessers"] if each["guesser"] == guesser)
    return {arm["arm"]: arm for arm in one["arms"]}


def counts(arm: dict) -> tuple[int, int, int]:
    return arm["right"], arm["wrong"], arm["unknown"]


class TestBlinding:
    def test_right_and_wrong_by_arm(self, study: Study, guessed: dict) -> None:
        arms = arms_of(stored(study, "blinding"))
        assert list(arms) == ["waiting", "psilocybin"]
        assert counts(arms["psilocybin"]) == (3, 1, 1)
        assert counts(arms["waiting"]) == (1, 1, 2)
        assert (arms["psilocybin"]["confidence"], arms["psilocybin"]["confident"]) == (
            pytest.approx(13 / 4),
            4,
        )

    def test_the_index_of_bang_by_hand(self, study: Study, guessed: dict) -> None:
        bang = arms_of(stored(study, "blinding"))["psilocybin"]["bang"]
        se = sqrt((0.6 * 0.4 + 0.2 * 0.8 + 2 * 0.6 * 0.2) / 5)
        assert (bang["value"], bang["se"], bang["n"]) == (pytest.approx(0.4), pytest.approx(se), 5)
        assert bang["low"] == pytest.approx(0.4 - 1.959964 * se)

    def test_the_index_of_james_has_the_experimental_arm_first(self, study: Study, guessed: dict) -> None:
        (patients,) = stored(study, "blinding")["guessers"]
        expected = james_index([[3, 1], [1, 1], [1, 2]])
        assert (patients["james"]["value"], patients["james"]["n"]) == (pytest.approx(expected.value), 9)

    def test_james_needs_both_arms(self, study: Study, team_a: CareTeam, clinician: User) -> None:
        guess(another_episode(team_a, clinician, study, arm="waiting"), clinician, "unknown")
        (patients,) = stored(study, "blinding")["guessers"]
        assert "two arms" in patients["james"]["refused"]

    def test_the_last_guess_up_to_the_endpoint_counts(
        self, study: Study, team_a: CareTeam, clinician: User
    ) -> None:
        episode = another_episode(team_a, clinician, study)
        guess(episode, clinician, "comparison", 3, day=14, time_point="")
        guess(episode, clinician, "experimental", 3, day=28)
        guess(episode, clinician, "unknown", day=91, time_point="month 3")
        assert counts(arms_of(stored(study, "blinding"))["psilocybin"]) == (1, 0, 0)

    def test_without_anything_at_the_endpoint_up_to_the_end_of_its_window(
        self, study: Study, team_a: CareTeam, clinician: User
    ) -> None:
        episode = another_episode(team_a, clinician, study)
        asked = scheduling.create_request(
            by=clinician,
            episode=episode,
            instrument="hamd17",
            due_on=episode.starts_on + timedelta(days=28),
            time_point="week 4",
        )
        guess(episode, clinician, "comparison", 3, day=14, time_point="")
        guess(episode, clinician, "experimental", 3, day=91, time_point="month 3")
        assert asked.closes_on < episode.starts_on + timedelta(days=91)
        assert counts(arms_of(stored(study, "blinding"))["psilocybin"]) == (0, 1, 0)

    def test_who_left_the_question_out_was_not_asked(
        self, study: Study, guessed: dict, team_a: CareTeam, clinician: User
    ) -> None:
        note(another_episode(team_a, clinician, study), clinician, "treatment_guess", {"confidence": 3}, 28)
        assert counts(arms_of(stored(study, "blinding"))["psilocybin"]) == (3, 1, 1)

    def test_each_guesser_has_figures_of_its_own(self, study: Study, guessed: dict, clinician: User) -> None:
        episode = guessed["waiting"][0]
        guess(episode, clinician, "comparison", 5, key="treatment_guess_therapist")
        guess(episode, clinician, "experimental", 1, key="treatment_guess_rater")
        found = stored(study, "blinding")
        assert [each["guesser"] for each in found["guessers"]] == ["patient", "therapist", "rater"]
        assert counts(arms_of(found, "therapist")["waiting"]) == (1, 0, 0)
        assert counts(arms_of(found, "rater")["waiting"]) == (0, 1, 0)

    def test_without_a_control_no_guess_is_right_or_wrong(
        self, study: Study, episode: TreatmentEpisode, clinician: User
    ) -> None:
        TreatmentEpisode.objects.filter(pk=episode.pk).update(protocol="lsd-anxiety", protocol_version="1")
        guess(episode, clinician, "experimental", 3)
        assert "names a control arm" in stored(study, "blinding")["guessers"]["refused"]

    def test_nobody_was_asked(self, study: Study, episode: TreatmentEpisode) -> None:
        assert "Nobody was asked" in stored(study, "blinding")["refused"]

    def test_a_guess_is_no_course(self, study: Study, guessed: dict) -> None:
        recompute_study(study_id=study.pk)
        assert not StudyResult.objects.filter(instrument__startswith="treatment_guess").exists()


CREDIBILITY = {"1": 5, "2": 5, "3": 5, "5": 5, "6": 60}


class TestExpectancy:
    def test_means_by_arm_of_patient_and_clinician(
        self, study: Study, team_a: CareTeam, clinician: User
    ) -> None:
        for arm, patient, expected in (("psilocybin", 80, 60), ("psilocybin", 60, 40), ("waiting", 30, 20)):
            episode = another_episode(team_a, clinician, study, arm=arm)
            note(episode, clinician, "credibility_expectancy", CREDIBILITY | {"4": patient}, 14)
            note(episode, clinician, "clinician_expectancy", {"improvement": expected, "benefit": 50}, 0)
        found = stored(study, "blinding")["expectancy"]
        assert [(each["time"], each["arm"], each["n"], each["mean"]) for each in found] == [
            ("patient", "psilocybin", 2, 70),
            ("patient", "waiting", 1, 30),
            ("clinician", "psilocybin", 2, 50),
            ("clinician", "waiting", 1, 20),
        ]

    def test_what_is_expected_after_the_first_dose_is_an_impression(
        self, study: Study, team_a: CareTeam, clinician: User
    ) -> None:
        early, late = (another_episode(team_a, clinician, study) for _ in range(2))
        for episode, day in ((early, 10), (late, 30)):
            give_dose(episode, clinician, 21)
            note(episode, clinician, "clinician_expectancy", {"improvement": 50, "benefit": 50}, day)
        (found,) = stored(study, "blinding")["expectancy"]
        assert (found["time"], found["n"]) == ("clinician", 1)

"""The acute-state guard from end to end: answers inside the window are kept, marked, and judge nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from measures import registry
from reports.actions.courses import recompute_episode
from reports.models import CourseFlag, EpisodeCourse
from reports.release_frames import read_tables
from reports.release_frames.reading import Reading
from tests.api import Api
from tests.reports.clinic import another_episode, answers_for, give_dose, rate
from tracking import clock
from tracking.actions import scheduling, treatment
from tracking.actions.assessments import correct_assessment, submit_assessment
from tracking.models import Assessment, CareTeam, Patient, SafetyAlert, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource

pytestmark = pytest.mark.django_db

# PHQ-9: remission at 4 or less over 21 days and 2 scores, response from half of baseline, relapse from 10.
PHQ9 = registry.get("phq9")
CALM = answers_for(PHQ9, "total", 0)


def judged(episode: TreatmentEpisode) -> EpisodeCourse:
    recompute_episode(episode_id=episode.pk)
    return EpisodeCourse.objects.get(episode=episode, instrument="phq9")


def phq9(episode: TreatmentEpisode, by: User, day: int, total: int, at: time | None = None) -> Assessment:
    return rate(episode, by, day, total, instrument="phq9", at=at)


def self_report(episode: TreatmentEpisode, by: User, day: int, total: int, at: time) -> Assessment:
    """The patient answers on that very day, at that time (UTC)."""
    moment = datetime.combine(episode.starts_on + timedelta(days=day), at, UTC)
    with clock.simulated(moment):
        request = scheduling.create_request(by=by, episode=episode, instrument="phq9", due_on=moment.date())
        return submit_assessment(
            by=None,
            request=request,
            answers=answers_for(PHQ9, "total", total),
            source=AnswerSource.SELF,
            assessed_on=moment.date(),
        ).assessment


class TestWhatIsJudged:
    def test_nothing_the_day_after_a_dose_is_no_response_and_no_remission(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        phq9(episode, clinician, 0, 20)
        give_dose(episode, clinician, 21)
        phq9(episode, clinician, 22, 0)
        give_dose(episode, clinician, 50)
        phq9(episode, clinician, 51, 0)
        found = judged(episode)
        assert (found.baseline, found.latest, found.n) == (20, None, 1)
        assert (found.treatment_response, found.remission) == (None, "undecidable")
        assert found.details["acute"] == 2

    def test_a_storm_the_day_after_a_dose_is_no_relapse_and_no_deterioration(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        phq9(episode, clinician, 0, 20)
        give_dose(episode, clinician, 10)
        for day in (20, 50):
            phq9(episode, clinician, day, 3)
        give_dose(episode, clinician, 60)
        phq9(episode, clinician, 61, 27)
        found = judged(episode)
        assert (found.latest, found.remission) == (3, "sustained")
        assert not CourseFlag.objects.exists()
        phq9(episode, clinician, 63, 27)
        assert judged(episode).remission == "suspected"
        assert set(CourseFlag.objects.values_list("kind", flat=True)) >= {"relapse_suspected"}

    @pytest.mark.parametrize(
        ("at", "baseline"), [(time(7), 24), (time(10, 29), 24), (time(10, 30), 18), (time(18), 18)]
    )
    def test_the_hour_decides_on_the_day_of_the_first_dose(
        self, episode: TreatmentEpisode, clinician: User, at: time, baseline: int
    ) -> None:
        """The dose is given at 10:30. What follows it does not take the place of the score of the day before."""
        give_dose(episode, clinician, 21)
        phq9(episode, clinician, 20, 18)
        phq9(episode, clinician, 21, 24, at=at)
        assert judged(episode).baseline == baseline

    def test_what_patients_answered_that_day_has_the_hour_at_which_it_came(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        give_dose(episode, clinician, 21)
        self_report(episode, clinician, 21, 19, time(8))
        self_report(episode, clinician, 21, 2, time(19))
        found = judged(episode)
        assert (found.baseline, found.latest) == (19, None)

    def test_a_score_of_that_day_whose_hour_nobody_knows_is_no_baseline(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        give_dose(episode, clinician, 21)
        made = phq9(episode, clinician, 21, 24)
        found = judged(episode)
        assert (found.baseline, found.details["acute"]) == (None, 1)
        correct_assessment(
            by=clinician,
            assessment=made,
            answers=made.answers,
            reason="answered on arrival",
            assessed_at=datetime.combine(episode.starts_on + timedelta(days=21), time(8), UTC),
        )
        assert judged(episode).baseline == 24

    def test_a_correction_of_answers_keeps_the_hour_of_the_first_version(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        give_dose(episode, clinician, 21)
        made = self_report(episode, clinician, 21, 19, time(8))
        again = correct_assessment(
            by=clinician, assessment=made, answers=answers_for(PHQ9, "total", 17), reason="misread"
        ).assessment
        correct_assessment(
            by=clinician, assessment=again, answers=answers_for(PHQ9, "total", 16), reason="misread again"
        )
        assert judged(episode).baseline == 16


class TestTheDoseMoves:
    def test_taking_the_dose_back_lets_its_scores_count(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        phq9(episode, clinician, 0, 20)
        give_dose(episode, clinician, 21)
        second = give_dose(episode, clinician, 42)
        phq9(episode, clinician, 43, 6)
        assert judged(episode).latest is None
        treatment.void(by=clinician, record=second.doses.get(), reason="was not taken")
        found = judged(episode)
        assert (found.latest, found.treatment_response, found.details["acute"]) == (6, True, 0)

    def test_recorded_anew_on_another_day_it_holds_others_back(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        phq9(episode, clinician, 0, 20)
        give_dose(episode, clinician, 21)
        second = give_dose(episode, clinician, 42)
        phq9(episode, clinician, 43, 6)
        phq9(episode, clinician, 57, 15)
        assert judged(episode).latest == 15
        treatment.void(by=clinician, record=second, reason="wrong day")
        give_dose(episode, clinician, 56)
        assert judged(episode).latest == 6


class TestSafety:
    def test_an_alert_is_raised_inside_the_window_all_the_same(
        self, episode: TreatmentEpisode, clinician: User
    ) -> None:
        give_dose(episode, clinician, 21)
        made = rate(episode, clinician, 22, 27, instrument="phq9")
        assert SafetyAlert.objects.get(assessment=made).item == "9"


class TestTheMark:
    WORDS = (
        "answered 1 day after a dose: kept, not used for response or relapse; "
        "window 2 days, protocol psilocybin-mdd"
    )

    @pytest.fixture
    def marked(self, episode: TreatmentEpisode, clinician: User) -> Assessment:
        phq9(episode, clinician, 0, 20)
        give_dose(episode, clinician, 21)
        made = phq9(episode, clinician, 22, 0)
        recompute_episode(episode_id=episode.pk)
        return made

    @pytest.fixture
    def desk(self, client: Client, clinician: User) -> Iterator[Client]:
        client.force_login(clinician)
        return client

    def test_on_the_patient_s_page_in_the_table_and_at_the_dot(
        self, marked: Assessment, desk: Client, patient: Patient
    ) -> None:
        page = desk.get(reverse("patient", args=[patient.public_id])).content.decode()
        assert f"Acute: {self.WORDS}." in page  # the table of all assessments
        assert page.count(f"acute: {self.WORDS}") == 3  # name and hint of the dot, table of the data

    def test_on_the_page_of_the_assessment(self, marked: Assessment, desk: Client) -> None:
        page = desk.get(reverse("assessment", args=[marked.public_id])).content.decode()
        assert f"Acute: {self.WORDS}." in page

    def test_not_for_a_rater_who_must_not_know_of_the_dose(
        self, episode: TreatmentEpisode, clinician: User, rater: User, client: Client
    ) -> None:
        give_dose(episode, clinician, 21)
        made = rate(episode, rater, 22, 9)
        client.force_login(rater)
        page = client.get(reverse("assessment", args=[made.public_id])).content.decode()
        assert "cute" not in page
        assert "acute" not in Api(rater).get(f"ratings/{made.public_id}/").json()

    def test_in_the_interface_for_one_and_for_many(self, marked: Assessment, clinician: User) -> None:
        shown = {
            "reason": "window",
            "days_after": 1,
            "window": 2,
            "protocol": "psilocybin-mdd",
            "words": self.WORDS,
        }
        api = Api(clinician)
        assert api.get(f"assessments/{marked.public_id}/").json()["acute"] == shown
        listed = {row["assessed_on"]: row["acute"] for row in api.get("assessments/").json()["results"]}
        assert listed == {
            marked.assessed_on.isoformat(): shown,
            marked.episode.starts_on.isoformat(): None,
        }

    def test_in_a_release(self, marked: Assessment, patient: Patient) -> None:
        assert marked.episode.study
        tables = read_tables(Reading(marked.episode.study, [patient]), ["scores"])
        rows = tables["scores"][0].rows
        assert rows.loc[rows["scale"] == "total", "acute"].tolist() == [None, "window"]

    def test_an_instrument_about_the_state_and_vital_signs_carry_none(
        self, episode: TreatmentEpisode, clinician: User, desk: Client
    ) -> None:
        give_dose(episode, clinician, 21)
        made = rate(episode, clinician, 22, 60, instrument="meq30")
        assert "Acute:" not in desk.get(reverse("assessment", args=[made.public_id])).content.decode()

    def test_an_episode_without_a_protocol_has_no_window_and_says_so(
        self, team_a: CareTeam, clinician: User, desk: Client
    ) -> None:
        episode = another_episode(team_a, clinician, arm="", protocol="")
        phq9(episode, clinician, 0, 20)
        give_dose(episode, clinician, 21)
        phq9(episode, clinician, 22, 6)
        assert judged(episode).latest == 6
        page = desk.get(reverse("patient", args=[episode.patient.public_id])).content.decode()
        assert "no protocol, so that no acute window is known" in page

"""The same sheet of the same day entered twice is held until somebody says that there were two."""

from __future__ import annotations

import uuid

import pytest

from measures import registry
from tests.cast import days_ago
from tests.reports.clinic import another_episode
from tests.tracking.answers import HAMD, PHQ9
from tracking.actions import assessments, scheduling, totals
from tracking.errors import InvalidInput
from tracking.models import Assessment, AssessmentRequest, CareTeam, SafetyAlert, TreatmentEpisode, User
from tracking.queries.requests import sheets_of_day
from tracking.vocabulary import AnswerSource

CRISIS = PHQ9 | {"9": 2}
ENTERED = {"instrument": registry.get("phq9"), "source": AnswerSource.CLINICIAN_ENTERED}


def entered(
    by: User | None, episode: TreatmentEpisode, answers: dict = PHQ9, ago: int = 1, **more: object
) -> Assessment:
    return assessments.record_assessment(
        by=by,
        episode=episode,
        answers=answers,
        assessed_on=days_ago(ago),
        **ENTERED | {"submission_id": uuid.uuid4()} | more,
    ).assessment


class TestUnasked:
    def test_the_second_is_held_with_its_alert_until_somebody_says_so(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        entered(clinician, episode, CRISIS)
        with pytest.raises(InvalidInput, match=r"PHQ-9 of .* is on record already and says the same"):
            entered(clinician, episode, CRISIS)
        assert (Assessment.objects.count(), SafetyAlert.objects.count()) == (1, 1)
        entered(clinician, episode, CRISIS, two_sheets=True)
        assert (Assessment.objects.count(), SafetyAlert.objects.count()) == (2, 2)

    def test_other_answers_of_that_day_are_asked_about_too(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        entered(clinician, episode)
        with pytest.raises(InvalidInput, match="is on record already: were there two sheets") as refusal:
            entered(clinician, episode, PHQ9 | {"1": 0})
        assert refusal.value.field == "two_sheets"

    def test_an_answer_left_out_says_the_same_as_one_not_named(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        entered(clinician, episode, {"1": 2})
        with pytest.raises(InvalidInput, match="says the same"):
            entered(clinician, episode, {"1": 2, "2": None})

    def test_what_the_patient_has_sent_is_on_record(self, clinician: User, episode: TreatmentEpisode) -> None:
        entered(None, episode, source=AnswerSource.SELF)
        with pytest.raises(InvalidInput, match="is on record already"):
            entered(clinician, episode)

    def test_the_patient_is_never_held(self, clinician: User, episode: TreatmentEpisode) -> None:
        entered(clinician, episode)
        entered(None, episode, source=AnswerSource.SELF)
        assert Assessment.objects.count() == 2

    def test_another_day_another_person_and_a_retry_are_no_second_sheet(
        self, clinician: User, team_a: CareTeam, episode: TreatmentEpisode
    ) -> None:
        once = uuid.uuid4()
        first = entered(clinician, episode, submission_id=once)
        assert entered(clinician, episode, submission_id=once) == first
        entered(clinician, episode, ago=2)
        entered(clinician, another_episode(team_a, clinician))
        assert Assessment.objects.count() == 3

    def test_a_correction_is_none_and_what_it_moved_away_is_not_in_the_way(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        first = entered(clinician, episode)
        assessments.correct_assessment(
            by=clinician, assessment=first, answers=PHQ9, reason="wrong day", assessed_on=days_ago(2)
        )
        entered(clinician, episode)
        with pytest.raises(InvalidInput):
            entered(clinician, episode, ago=2)


class TestAskedFor:
    def test_staff_who_answer_what_was_asked_are_held_as_well(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        entered(clinician, episode, ago=0)
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0)
        )
        with pytest.raises(InvalidInput, match="is on record already"):
            answered(clinician, asked)
        answered(clinician, asked, two_sheets=True)

    def test_whoever_rates_blind_learns_of_no_other_rating(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        rate = {"instrument": registry.get("hamd17"), "source": AnswerSource.CLINICIAN}
        entered(clinician, episode, HAMD, ago=0, **rate)
        for more in ({}, {"blinded": True}):
            asked = scheduling.create_request(
                by=clinician,
                episode=episode,
                instrument="hamd17",
                due_on=days_ago(0),
                assigned_to=rater,
                **more,
            )
            answered(rater, asked, HAMD, source=AnswerSource.CLINICIAN)
        assert Assessment.objects.count() == 3


class TestTotals:
    def test_a_total_entered_twice_is_held(self, clinician: User, episode: TreatmentEpisode) -> None:
        total(clinician, episode, 20)
        with pytest.raises(InvalidInput, match="BDI-II of .* and says the same"):
            total(clinician, episode, 20)
        total(clinician, episode, 20, two_sheets=True)
        assert Assessment.objects.count() == 2


class TestWhatIsOnRecord:
    def test_for_nobody_who_does_not_treat_the_patient(
        self, clinician: User, outsider: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        first = entered(clinician, episode)
        seen = {
            user: list(sheets_of_day(user, episode, "phq9", days_ago(1)))
            for user in (clinician, outsider, rater)
        }
        assert seen == {clinician: [first], outsider: [], rater: []}


def answered(by: User, request: AssessmentRequest, answers: dict = PHQ9, **more: object) -> None:
    assessments.submit_assessment(
        by=by,
        request=request,
        answers=answers,
        assessed_on=days_ago(0),
        **{"source": AnswerSource.CLINICIAN_ENTERED} | more,
    )


def total(by: User, episode: TreatmentEpisode, value: int, **more: object) -> None:
    totals.record_total(
        by=by,
        episode=episode,
        instrument=registry.get("bdi2"),
        totals={"total": value},
        assessed_on=days_ago(1),
        submission_id=uuid.uuid4(),
        **more,
    )

"""The same instrument asked for twice on a day is one question."""

from __future__ import annotations

import pytest

from tests.cast import days_ago
from tests.reports.clinic import another_episode
from tracking.actions import scheduling
from tracking.errors import InvalidInput
from tracking.models import AssessmentRequest, CareTeam, TreatmentEpisode, User


class TestAskedTwice:
    def test_the_same_questionnaire_on_the_same_days_is_one_question(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        first = ask(clinician, episode, "gad7", due=0, closes=0)
        until = f"{first.closes_on:%-d %B %Y}"
        with pytest.raises(InvalidInput, match=f"GAD-7 is asked for already, until {until}"):
            ask(clinician, episode, "gad7", due=0, closes=-1)
        assert episode.requests.get() == first

    def test_where_no_last_day_is_said_it_ends_before_the_next_one_opens(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        ask(clinician, episode, "gad7", due=-3, closes=-5)
        for instrument, last in (("gad7", days_ago(-2)), ("phq9", days_ago(-7))):
            asked = scheduling.create_request(
                by=clinician, episode=episode, instrument=instrument, due_on=days_ago(0)
            )
            assert asked.closes_on == last

    def test_other_days_another_questionnaire_and_another_patient_are_others(
        self, clinician: User, team_a: CareTeam, episode: TreatmentEpisode
    ) -> None:
        ask(clinician, episode, "gad7", due=0, closes=-1)
        ask(clinician, episode, "gad7", due=-2, closes=-3)
        ask(clinician, episode, "phq9", due=0, closes=-1)
        ask(clinician, another_episode(team_a, clinician), "gad7", due=0, closes=-1)
        assert episode.requests.count() == 3

    def test_what_was_answered_or_cancelled_may_be_asked_again(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        first = ask(clinician, episode, "gad7", due=0, closes=-1)
        scheduling.cancel_request(by=clinician, request=first, reason="mistake")
        ask(clinician, episode, "gad7", due=0, closes=-1)

    def test_two_people_may_be_asked_for_the_same_rating(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        days = {"due_on": days_ago(0), "closes_on": days_ago(-1)}
        for more in ({}, {"assigned_to": rater}, {"blinded": True}):
            scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", **days, **more)
        with pytest.raises(InvalidInput, match="HAM-D17 is asked for already"):
            scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", **days)


def ask(by: User, episode: TreatmentEpisode, instrument: str, due: int, closes: int) -> AssessmentRequest:
    return scheduling.create_request(
        by=by,
        episode=episode,
        instrument=instrument,
        due_on=days_ago(due),
        closes_on=days_ago(closes),
    )

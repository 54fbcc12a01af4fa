"""The guess of a blinded rater."""

from __future__ import annotations

import pytest

from tests.cast import days_ago
from tests.tracking.answers import HAMD, recorded
from tracking.actions import assessments, guesses, scheduling
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import Assessment, AuditEvent, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource

UNKNOWN = {"guess": 0}


@pytest.fixture
def rating(episode: TreatmentEpisode, clinician: User, rater: User) -> Assessment:
    asked = scheduling.create_request(
        by=clinician,
        episode=episode,
        instrument="hamd17",
        due_on=days_ago(0),
        assigned_to=rater,
        time_point="week 4",
    )
    return assessments.submit_assessment(
        by=rater, request=asked, answers=HAMD, source=AnswerSource.CLINICIAN, assessed_on=days_ago(1)
    ).assessment


def test_it_is_of_the_day_and_the_time_point_of_the_rating(rating: Assessment, rater: User) -> None:
    guess = guesses.record_rating_guess(by=rater, rating=rating, answers=UNKNOWN).assessment
    assert (guess.assessed_on, guess.time_point, guess.rater) == (days_ago(1), "week 4", rater)
    assert AuditEvent.objects.filter(action="submit_assessment", object_id=guess.public_id).exists()


def test_the_same_again_is_the_first_and_another_one_a_conflict(rating: Assessment, rater: User) -> None:
    first = guesses.record_rating_guess(by=rater, rating=rating, answers=UNKNOWN)
    again = guesses.record_rating_guess(by=rater, rating=rating, answers=UNKNOWN)
    assert (first.created, again.created) == (True, False)
    with pytest.raises(Conflict):
        guesses.record_rating_guess(by=rater, rating=rating, answers={"guess": 2, "confidence": 1})
    assert Assessment.objects.filter(instrument="treatment_guess_rater").count() == 1


def test_nobody_guesses_for_the_rater(rating: Assessment, clinician: User) -> None:
    with pytest.raises(NotPermitted):
        guesses.record_rating_guess(by=clinician, rating=rating, answers=UNKNOWN)


def test_no_guess_follows_a_guess_or_a_rating_of_the_team(
    rating: Assessment, rater: User, clinician: User, episode: TreatmentEpisode
) -> None:
    guess = guesses.record_rating_guess(by=rater, rating=rating, answers=UNKNOWN).assessment
    with pytest.raises(Conflict):
        guesses.record_rating_guess(by=rater, rating=guess, answers=UNKNOWN)
    own = recorded(episode, clinician, "hamd17", HAMD, ago=2).assessment
    with pytest.raises(Conflict):
        guesses.record_rating_guess(by=clinician, rating=own, answers=UNKNOWN)


def test_a_wrong_answer_is_named(rating: Assessment, rater: User) -> None:
    with pytest.raises(InvalidInput, match="guess"):
        guesses.record_rating_guess(by=rater, rating=rating, answers={"guess": 9})

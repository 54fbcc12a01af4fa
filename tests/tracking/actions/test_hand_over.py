"""A rating that is not blind is handed over to a colleague, or to an independent rater."""

from __future__ import annotations

import pytest

from tests.cast import days_ago, person
from tests.tracking.blinded import blinded
from tracking.actions import care, rating, scheduling
from tracking.errors import Conflict, InvalidInput
from tracking.models import AssessmentRequest, CareTeam, TreatmentEpisode, User
from tracking.queries.due_work import takes_over
from tracking.rules.policies.assessments import check_may_rate
from tracking.vocabulary import Role


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0))


@pytest.fixture
def colleague(team_a: CareTeam) -> User:
    user = person("Cora Colleague", Role.CLINICIAN)
    care.add_member(by=None, team=team_a, user=user, starts_on=days_ago(30))
    return user


def hand_over(by: User, request: AssessmentRequest, to: User) -> None:
    scheduling.hand_over_request(by=by, request=AssessmentRequest.objects.get(pk=request.pk), to=to)


def test_whoever_is_named_makes_it_and_nobody_else(
    asked: AssessmentRequest, clinician: User, colleague: User
) -> None:
    hand_over(clinician, asked, colleague)
    asked.refresh_from_db()
    check_may_rate(asked, colleague)
    with pytest.raises(Exception, match="is assigned to somebody else"):
        check_may_rate(asked, clinician)
    hand_over(colleague, asked, clinician)
    asked.refresh_from_db()
    assert asked.assigned_to == clinician


def test_an_independent_rater_may_be_named_and_a_stranger_not(
    asked: AssessmentRequest, clinician: User, rater: User, outsider: User
) -> None:
    with pytest.raises(InvalidInput, match="is not an independent rater of this site"):
        hand_over(clinician, asked, outsider)
    hand_over(clinician, asked, rater)
    asked.refresh_from_db()
    assert asked.assigned_to == rater


def test_who_rates_the_patient_blind_is_given_nothing_that_is_not(
    asked: AssessmentRequest, episode: TreatmentEpisode, clinician: User, rater: User
) -> None:
    """What is not blinded may be asked in one arm alone."""
    rating.assign_rater(by=None, request=blinded(episode, clinician), rater=rater)
    assert rater not in takes_over(asked)
    with pytest.raises(InvalidInput, match="to: rates this patient blind"):
        hand_over(clinician, asked, rater)
    with pytest.raises(InvalidInput, match="assigned_to: rates this patient blind"):
        blinded(episode, clinician, blinded=False, assigned_to=rater)
    asked.refresh_from_db()
    assert asked.assigned_to is None


def test_twice_to_the_same_and_what_is_closed_is_refused(
    asked: AssessmentRequest, clinician: User, colleague: User
) -> None:
    hand_over(clinician, asked, colleague)
    with pytest.raises(Conflict, match="with them already"):
        hand_over(clinician, asked, colleague)
    scheduling.cancel_request(by=clinician, request=asked, reason="prevented")
    with pytest.raises(Conflict, match="no longer open"):
        hand_over(clinician, asked, clinician)


def test_a_self_report_and_a_blinded_rating_are_not_handed_over(
    episode: TreatmentEpisode, clinician: User, colleague: User
) -> None:
    report = scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
    with pytest.raises(InvalidInput, match="this is a self-report"):
        hand_over(clinician, report, colleague)
    blind = scheduling.create_request(
        by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), blinded=True
    )
    with pytest.raises(InvalidInput, match="who rates blind is assigned as such"):
        hand_over(clinician, blind, colleague)


def test_offered_are_the_team_and_the_raters_but_not_who_has_it(
    asked: AssessmentRequest, clinician: User, colleague: User, rater: User
) -> None:
    assert {*takes_over(asked)} == {clinician, colleague, rater}
    hand_over(clinician, asked, colleague)
    asked.refresh_from_db()
    assert {*takes_over(asked)} == {clinician, rater}

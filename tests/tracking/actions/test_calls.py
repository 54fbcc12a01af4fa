"""A rater asks for a call, the team agrees a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.cast import days_ago, person
from tests.tracking.blinded import blinded, rated
from tracking import clock
from tracking.actions import calls, rating, scheduling, unblinding
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import AssessmentRequest, AuditEvent, RatingCall, TreatmentEpisode, User
from tracking.queries.calls import calls_asked, calls_to_make
from tracking.rules.policies.days import local_day
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(episode: TreatmentEpisode, clinician: User, rater: User) -> AssessmentRequest:
    """A blinded rating that can be made today, and is the rater's."""
    request = blinded(episode, clinician)
    rating.assign_rater(by=clinician, request=request, rater=rater)
    request.refresh_from_db()
    return request


@pytest.fixture
def call(given: AssessmentRequest, rater: User) -> RatingCall:
    return calls.ask_call(by=rater, request=given)


class TestAsking:
    def test_is_noted_with_who_asked(self, call: RatingCall, rater: User) -> None:
        assert (call.asked_by, call.agreed_for) == (rater, None)
        event = AuditEvent.objects.get(action="ask_call")
        assert (event.actor, event.details) == (rater.public_id, {})

    def test_once(self, call: RatingCall, rater: User) -> None:
        with pytest.raises(Conflict, match="already"):
            calls.ask_call(by=rater, request=call.request)
        with pytest.raises(IntegrityError), transaction.atomic():
            RatingCall.objects.create(request=call.request, asked_by=rater)

    def test_by_its_rater_alone(self, given: AssessmentRequest, clinician: User) -> None:
        for other in (clinician, person("Rosa Other", Role.RATER)):
            with pytest.raises(NotPermitted, match="only the rater"):
                calls.ask_call(by=other, request=given)

    def test_not_by_whoever_knows_the_treatment(self, given: AssessmentRequest, rater: User) -> None:
        unblinding.ask_unblinding(by=rater, episode=given.episode, rater=rater, reason="It was said.")
        with pytest.raises(NotPermitted, match="knows the treatment"):
            calls.ask_call(by=rater, request=given)

    def test_not_for_a_rating_that_was_made(self, given: AssessmentRequest, rater: User) -> None:
        rated(given, rater)
        with pytest.raises(Conflict, match="already been received"):
            calls.ask_call(by=rater, request=given)

    def test_a_second_rater_asks_anew(self, call: RatingCall, clinician: User) -> None:
        other = person("Rosa Other", Role.RATER)
        rating.assign_rater(by=clinician, request=call.request, rater=other)
        calls.ask_call(by=other, request=call.request)
        assert [line.call.asked_by for line in calls_to_make(clinician)] == [other]


class TestAgreeing:
    def test_the_latest_time_counts(self, call: RatingCall, clinician: User, rater: User) -> None:
        for hours in (30, 50):
            agreed = clock.now() + timedelta(hours=hours)
            calls.agree_call(by=clinician, call=call, agreed_for=agreed)
        call.refresh_from_db()
        assert (call.agreed_for, call.agreed_by) == (agreed, clinician)
        assert AuditEvent.objects.filter(action="agree_call", details={}).count() == 2
        told = calls_asked(rater, [call.request])[call.request_id]
        assert told.agreed_for == clock.wall(agreed, "Europe/Berlin")

    def test_another_call_is_as_it_was(
        self, call: RatingCall, episode: TreatmentEpisode, clinician: User, rater: User
    ) -> None:
        beside = scheduling.create_request(
            by=clinician,
            episode=episode,
            instrument="madrs",
            due_on=days_ago(0),
            assigned_to=rater,
            blinded=True,
        )
        bystander = calls.ask_call(by=rater, request=beside)
        calls.agree_call(by=clinician, call=call, agreed_for=clock.now() + timedelta(hours=1))
        bystander.refresh_from_db()
        assert bystander.agreed_for is None
        assert [line.call for line in calls_to_make(clinician)] == [bystander, call]

    def test_only_a_time_in_which_the_rating_can_be_made(self, call: RatingCall, clinician: User) -> None:
        for wrong, why in ((-1, "has passed"), (24 * 9, "after the last day")):
            with pytest.raises(InvalidInput, match=why) as refusal:
                calls.agree_call(by=clinician, call=call, agreed_for=clock.now() + timedelta(hours=wrong))
            assert refusal.value.field == "agreed_for"
        last = clock.now() + timedelta(days=7)
        assert local_day(call.episode.patient, last) == call.request.closes_on
        calls.agree_call(by=clinician, call=call, agreed_for=last)

    def test_not_for_a_rating_that_waits_no_longer(
        self, call: RatingCall, clinician: User, rater: User
    ) -> None:
        rated(call.request, rater)
        with pytest.raises(Conflict, match="nobody needs to be called"):
            calls.agree_call(by=clinician, call=call, agreed_for=clock.now() + timedelta(hours=1))
        assert calls_to_make(clinician) == []

    def test_nor_for_a_rater_who_has_learnt_the_treatment(
        self, call: RatingCall, clinician: User, rater: User
    ) -> None:
        unblinding.ask_unblinding(by=rater, episode=call.episode, rater=rater, reason="It was said.")
        assert calls_to_make(clinician) == []


class TestTheList:
    def test_has_name_and_number_for_the_team_alone(
        self, call: RatingCall, clinician: User, outsider: User, rater: User
    ) -> None:
        (line,) = calls_to_make(clinician)
        assert (line.whose.name, line.whose.phone) == ("Petra Patientin", "+49 30 1234567")
        assert calls_to_make(outsider) == calls_to_make(rater) == []

    def test_a_rater_is_told_of_no_other_call(self, call: RatingCall) -> None:
        assert calls_asked(person("Rosa Other", Role.RATER), [call.request]) == {}

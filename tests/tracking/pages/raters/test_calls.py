"""The rater's button and the team's list: what each is shown of a call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import identity_in
from tests.tracking.actions.test_calls import call, given
from tests.tracking.answers import text_of
from tests.tracking.pages.doors import signed_in
from tracking import clock
from tracking.actions import calls, people, rating
from tracking.models import AssessmentRequest, RatingCall, ReadEvent, User

__all__ = ["call", "given"]
pytestmark = pytest.mark.django_db


def agree(call: RatingCall) -> str:
    return reverse("call-agree", args=[call.public_id])


def wall(call: RatingCall, hours: float) -> str:
    """So many hours from now, as it is typed at the patient's."""
    return f"{clock.wall(clock.now() + timedelta(hours=hours), call.episode.patient.timezone):%Y-%m-%dT%H:%M}"


class TestTheRater:
    def test_sees_code_scale_last_day_and_a_button(self, given: AssessmentRequest, rater: User) -> None:
        page = text_of(signed_in(rater), reverse("ratings"))
        for words in (
            given.episode.patient.study_code,
            f"{given.closes_on:%-d %B %Y}",
            "Ask the team to call",
        ):
            assert words in page
        assert identity_in(page) == []

    def test_asks_once_and_is_told_the_time_and_nothing_else(
        self, given: AssessmentRequest, rater: User, clinician: User
    ) -> None:
        client, url = signed_in(rater), reverse("call-ask", args=[given.public_id])
        assert client.post(url).status_code == 302
        assert client.post(url).status_code == 409
        assert "The team is asked to call" in text_of(client, reverse("ratings"))
        call = RatingCall.objects.get()
        agreed = clock.now() + timedelta(hours=1)
        calls.agree_call(by=clinician, call=call, agreed_for=agreed)
        page = text_of(client, reverse("ratings"))
        assert f"{clock.wall(agreed, 'Europe/Berlin'):%-d %B %Y, %H:%M}" in page
        assert identity_in(page) == [] and clinician.name not in page

    def test_a_rating_that_is_not_theirs_does_not_exist(
        self, given: AssessmentRequest, rater: User, clinician: User
    ) -> None:
        rating.release_rater(by=clinician, request=given)
        assert signed_in(rater).post(reverse("call-ask", args=[given.public_id])).status_code == 404
        assert not RatingCall.objects.exists()

    def test_a_look_asks_for_nothing(self, given: AssessmentRequest, rater: User) -> None:
        assert signed_in(rater).get(reverse("call-ask", args=[given.public_id])).status_code == 405


class TestTheTeam:
    def test_finds_number_and_code_on_today_and_the_look_is_noted(
        self, call: RatingCall, desk: Client
    ) -> None:
        page = text_of(desk, reverse("today"))
        patient = call.episode.patient
        for words in ("Calls for raters", "+49 30 1234567", patient.study_code, call.asked_by.name):
            assert words in page
        assert ReadEvent.objects.filter(page="today", patient=patient.public_id).exists()

    def test_writes_down_the_time_and_changes_it(self, call: RatingCall, desk: Client) -> None:
        assert "+49 30 1234567" in text_of(desk, agree(call))
        assert desk.post(agree(call), {"agreed_for": wall(call, 2)}).status_code == 302
        assert "Change" in text_of(desk, reverse("today"))
        first = RatingCall.objects.get().agreed_for
        desk.post(agree(call), {"agreed_for": wall(call, 4)})
        assert first < RatingCall.objects.get().agreed_for

    @pytest.mark.parametrize(("hours", "why"), [(-2, "Has passed."), (240, "Is after the last day")])
    def test_a_wrong_time_is_refused_beside_its_field(
        self, call: RatingCall, desk: Client, hours: int, why: str
    ) -> None:
        refused = desk.post(agree(call), {"agreed_for": wall(call, hours)})
        assert refused.status_code == 400 and why in refused.content.decode()
        assert RatingCall.objects.get().agreed_for is None

    def test_a_call_that_nobody_waits_for_is_told(
        self, call: RatingCall, desk: Client, clinician: User
    ) -> None:
        rating.release_rater(by=clinician, request=AssessmentRequest.objects.get())
        assert desk.post(agree(call), {"agreed_for": wall(call, 2)}).status_code == 409
        assert "Calls for raters" not in text_of(desk, reverse("today"))

    def test_without_a_number_it_is_said(self, call: RatingCall, desk: Client, clinician: User) -> None:
        people.change_identity(by=clinician, patient=call.episode.patient, phone="")
        assert "No telephone number is recorded" in text_of(desk, agree(call))
        assert "not recorded" in text_of(desk, reverse("today"))

    def test_another_team_finds_nothing(self, call: RatingCall, outsider: User) -> None:
        client = signed_in(outsider)
        assert client.get(agree(call)).status_code == 404
        assert "Calls for raters" not in text_of(client, reverse("today"))

"""The alert worklist."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.answers import HAMD, PHQ9, recorded
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_refused, assert_unseen, signed_in
from tracking.actions import assessments, safety, scheduling
from tracking.models import AlertEvent, AssessmentRequest, ReadEvent, SafetyAlert, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource

LIST = "/alerts/"


@pytest.fixture
def alert(episode: TreatmentEpisode) -> SafetyAlert:
    return recorded(episode, None, "phq9", PHQ9 | {"9": 1}).alerts[0]


def take_on(alert: SafetyAlert) -> str:
    return reverse("alert-acknowledge", kwargs={"public_id": alert.public_id})


def close(alert: SafetyAlert) -> str:
    return reverse("alert-close", kwargs={"public_id": alert.public_id})


def test_an_alert_is_there_at_the_next_look_in_words(alert: SafetyAlert, clinician: User) -> None:
    page = said(signed_in(clinician).get(LIST))
    assert "1 open alert waits" in page
    assert "Petra Patientin" in page and "Several days" in page
    assert "better off dead" in page and "PHQ-9, item 9" in page
    assert ReadEvent.objects.get(page="alerts").patient == alert.episode.patient.public_id


def test_open_come_first_then_urgent_then_the_longest_waiting(
    alert: SafetyAlert, episode: TreatmentEpisode, clinician: User
) -> None:
    urgent = recorded(episode, clinician, "hamd17", HAMD | {"3": 4}).alerts[0]
    unanswered = recorded(episode, None, "phq9", PHQ9 | {"9": None}, ago=2).alerts[0]
    taken = recorded(episode, None, "phq9", PHQ9 | {"9": 3}, ago=3).alerts[0]
    safety.acknowledge_alert(by=clinician, alert=taken)
    page = signed_in(clinician).get(LIST).content.decode()
    places = [page.index(f"alert-{one.public_id}") for one in (urgent, alert, unanswered, taken)]
    assert places == sorted(places)
    assert "not a denial" in page


def test_it_is_taken_on_and_closed_with_what_was_done(alert: SafetyAlert, clinician: User) -> None:
    client = signed_in(clinician)
    assert client.post(take_on(alert)).headers["Location"] == LIST
    assert client.post(close(alert), {"note": "called, is safe"}).headers["Location"] == LIST
    assert [event.status for event in alert.events.all()] == ["open", "acknowledged", "closed"]
    page = said(client.get(LIST))
    assert "No open alert" in page and "Closed, Clara Clinician: called, is safe" in page


def test_without_what_was_done_it_stays_open(alert: SafetyAlert, clinician: User) -> None:
    client = signed_in(clinician)
    client.post(take_on(alert))
    for data in ({}, {"note": "  "}):
        response = client.post(close(alert), data)
        assert response.status_code == 400
        assert "Say what was done" in said(response)
    alert.refresh_from_db()
    assert alert.status == "acknowledged"


def test_whoever_comes_second_is_told(alert: SafetyAlert, clinician: User) -> None:
    client = signed_in(clinician)
    assert client.post(close(alert), {"note": "done"}).status_code == 409
    client.post(take_on(alert))
    assert client.post(take_on(alert)).status_code == 409
    assert AlertEvent.objects.count() == 2


def test_a_note_is_text_and_nothing_else(alert: SafetyAlert, clinician: User) -> None:
    client = signed_in(clinician)
    client.post(take_on(alert))
    client.post(close(alert), {"note": "<script>alert(1)</script>{{ 7 }}"})
    page = client.get(LIST).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}" in page


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(1))


def card(clinician: User) -> str:
    return said(signed_in(clinician).get(LIST))


def test_an_answer_that_was_changed_before_sending_says_so_and_to_what(
    asked: AssessmentRequest, clinician: User
) -> None:
    assessments.save_draft(request=asked, item="9", value=2)
    page = card(clinician)
    assert "answered, not sent yet" in page and "hanged before" not in page
    assessments.save_draft(request=asked, item="9", value=0)
    assert "More than half the days" in card(clinician)
    assert "Changed before sending to: Not at all" in card(clinician)
    assessments.save_draft(request=asked, item="9", value=None)
    assert "Changed before sending to: left out" in card(clinician)
    sent = assessments.submit_assessment(
        by=None,
        request=asked,
        answers=PHQ9 | {"9": 1},
        source=AnswerSource.SELF,
        assessed_on=days_ago(0),
    )
    assert "Changed before sending to: Several days" in card(clinician)
    assessments.correct_assessment(
        by=clinician, assessment=sent.assessment, answers=PHQ9 | {"9": 0}, reason="Misread."
    )
    assert "Corrected later to: Not at all" in card(clinician)


def test_it_says_what_became_of_the_sitting(asked: AssessmentRequest, clinician: User) -> None:
    assessments.save_draft(request=asked, item="9", value=2)
    AssessmentRequest.objects.update(opens_on=days_ago(9), due_on=days_ago(9), closes_on=days_ago(2))
    assert "never sent: the time for it has passed" in card(clinician)
    scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
    assert "never sent: the questionnaire was taken back" in card(clinician)


def test_one_that_came_after_the_staff_had_entered_the_form_says_so(
    asked: AssessmentRequest, clinician: User
) -> None:
    assessments.submit_assessment(
        by=clinician,
        request=asked,
        answers=PHQ9,
        source=AnswerSource.CLINICIAN_ENTERED,
        assessed_on=days_ago(0),
    )
    assessments.hear_danger(request=asked, item="9", value=3)
    assert "it came after somebody had entered the form" in card(clinician)


def test_what_nobody_took_on_says_that_the_whole_team_was_told(
    alert: SafetyAlert, clinician: User, time_machine: TimeMachineFixture
) -> None:
    assert "whole team told" not in said(signed_in(clinician).get(LIST))
    told = timezone.now() + safety.ESCALATE_AFTER + timedelta(minutes=1)
    safety.escalate_alerts(now=told)
    time_machine.move_to(told + timedelta(minutes=30))
    assert "whole team told 30 minutes ago" in said(signed_in(clinician).get(LIST))


def test_what_does_not_fit_on_one_page_is_on_the_next(episode: TreatmentEpisode, clinician: User) -> None:
    for ago in range(26):
        recorded(episode, None, "phq9", PHQ9 | {"9": 1}, ago=ago)
    client = signed_in(clinician)
    first, second = client.get(LIST).content.decode(), client.get(LIST, {"page": "2"}).content.decode()
    assert (first.count('id="alert-'), second.count('id="alert-')) == (25, 1)
    assert "Page 1 of 2" in first and '<a class="button ghost small" rel="next" href="?page=2">' in first
    assert "Page 2 of 2" in second and '<a class="button ghost small" rel="prev" href="?page=1">' in second
    assert 'rel="prev"' not in first and 'rel="next"' not in second
    for page in (first, second):
        assert "<strong>26</strong> open alerts wait for" in page


def test_an_outsider_sees_none_of_it(alert: SafetyAlert, outsider: User) -> None:
    page = said(signed_in(outsider).get(LIST))
    assert "No alerts." in page and "Petra" not in page
    for url in (take_on(alert), close(alert)):
        assert_unseen(outsider, url, alert.public_id, {"note": "x"})


def test_other_roles_and_anonymous(
    alert: SafetyAlert, rater: User, researcher: User, administrator: User, patient_user: User
) -> None:
    for url in (LIST, take_on(alert), close(alert)):
        assert_anonymous_signs_in(url, {"note": "x"})
        for other in (rater, researcher, administrator, patient_user):
            assert_refused(other, url, {"note": "x"}, 403)
    alert.refresh_from_db()
    assert alert.status == "open"

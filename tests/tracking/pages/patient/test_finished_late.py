"""A sitting whose time ends while the patient answers: it is finished late, or kept for the team, and never lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from tests.markup import said
from tests.tracking.answers import PHQ9
from tests.tracking.pages.doors import signed_in
from tracking.actions import assessments, links, scheduling
from tracking.errors import Conflict
from tracking.models import (
    Assessment,
    AssessmentRequest,
    DraftAnswers,
    SafetyAlert,
    SittingLink,
    TreatmentEpisode,
    User,
)
from tracking.vocabulary import AnswerSource

BERLIN = ZoneInfo("Europe/Berlin")
LAST = date(2029, 3, 14)  # the last day of the questionnaire
BEFORE_MIDNIGHT = datetime(2029, 3, 14, 23, 50, tzinfo=BERLIN)
AFTER_MIDNIGHT = datetime(2029, 3, 15, 0, 5, tzinfo=BERLIN)
TOO_LATE = datetime(2029, 3, 16, 0, 5, tzinfo=BERLIN)


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User, time_machine: TimeMachineFixture) -> AssessmentRequest:
    time_machine.move_to(BEFORE_MIDNIGHT, tick=False)
    return scheduling.create_request(
        by=clinician, episode=episode, instrument="phq9", due_on=LAST, closes_on=LAST
    )


@pytest.fixture
def door(made: tuple[SittingLink, str]) -> str:
    return reverse("sitting-landing", args=[made[1]])


def forbidden(asked: AssessmentRequest) -> None:
    """As a protocol has it that lets nothing count after its time."""
    AssessmentRequest.objects.filter(pk=asked.pk).update(finish_late=False)


def kept(client: Client, asked: AssessmentRequest, item: str, value: int, number: int) -> HttpResponse:
    url = reverse("sitting-answer", args=[asked.public_id])
    return client.post(url, {"item": item, f"item-{item}": value, "number": number})


def sent(client: Client, asked: AssessmentRequest) -> str:
    return said(client.post(reverse("sitting-review", args=[asked.public_id]), follow=True))


def staff_page(clinician: User, asked: AssessmentRequest) -> str:
    return said(signed_in(clinician).get(reverse("patient", args=[asked.episode.patient.public_id])))


def test_begun_before_midnight_it_is_stored_after_it_as_late(
    client: Client, asked: AssessmentRequest, door: str, clinician: User, time_machine: TimeMachineFixture
) -> None:
    client.post(door)
    kept(client, asked, "1", 3, 1)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert "by 14 March. You had begun, so you can still finish" in said(client.get(reverse("sitting")))
    assert kept(client, asked, "2", 2, 2).status_code == 200
    assert "Your answers have arrived" in sent(client, asked)
    stored = Assessment.objects.get()
    assert (stored.assessed_on, stored.answers["1"], stored.answers["2"]) == (date(2029, 3, 15), 3, 2)
    record = said(signed_in(clinician).get(reverse("assessment", args=[stored.public_id])))
    assert "late: begun in time, it was to be answered by 14 March" in record
    assert "answered late" in staff_page(clinician, asked)


def test_in_its_time_it_is_not_late(
    client: Client, asked: AssessmentRequest, door: str, clinician: User
) -> None:
    client.post(door)
    assert "You had begun" not in said(client.get(reverse("sitting")))
    kept(client, asked, "1", 3, 1)
    sent(client, asked)
    record = reverse("assessment", args=[Assessment.objects.get().public_id])
    assert "late" not in said(signed_in(clinician).get(record))
    assert "answered late" not in staff_page(clinician, asked)


def test_where_all_answers_were_still_on_the_device_start_is_enough(
    client: Client, asked: AssessmentRequest, door: str, time_machine: TimeMachineFixture
) -> None:
    client.post(door)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert kept(client, asked, "9", 2, 1).status_code == 200
    assert DraftAnswers.objects.get().answers == {"9": 2}
    assert "Your answers have arrived" in sent(client, asked)


def test_the_same_link_goes_on_with_it_on_the_next_day(
    client: Client, asked: AssessmentRequest, door: str, time_machine: TimeMachineFixture
) -> None:
    client.post(door)
    kept(client, asked, "1", 3, 1)
    time_machine.move_to(AFTER_MIDNIGHT + timedelta(hours=20), tick=False)
    phone = Client()
    assert "One short set of questions" in said(phone.get(door))
    phone.post(door)
    assert "Go on where you stopped" in said(phone.get(reverse("sitting")))
    assert "Your answers have arrived" in sent(phone, asked)


def test_whoever_has_an_account_finds_it_on_the_own_page(
    asked: AssessmentRequest, patient_user: User, time_machine: TimeMachineFixture
) -> None:
    assessments.save_draft(request=asked, item="1", value=1)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    own = signed_in(patient_user)
    own.post(reverse("own-answer"))
    assert "you can still finish" in said(own.get(reverse("sitting")))


def test_whoever_had_not_begun_is_too_late(
    client: Client, asked: AssessmentRequest, door: str, time_machine: TimeMachineFixture
) -> None:
    client.get(door)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert "could be answered until 14 March" in said(client.post(door))
    assert not DraftAnswers.objects.exists()


@pytest.mark.parametrize("opened", [LAST - timedelta(days=1), LAST + timedelta(days=1)])
def test_a_link_opened_on_another_day_is_no_beginning(
    asked: AssessmentRequest, made: tuple[SittingLink, str], opened: date, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    moment = datetime.combine(opened, datetime.min.time(), BERLIN).astimezone(UTC)
    links.open_link(link=made[0], now=moment)
    with pytest.raises(Conflict, match="the time for this questionnaire has passed"):
        assessments.save_draft(request=asked, item="1", value=1)


def test_a_link_to_something_else_is_no_beginning(
    episode: TreatmentEpisode, asked: AssessmentRequest, clinician: User, time_machine: TimeMachineFixture
) -> None:
    other = scheduling.create_request(by=clinician, episode=episode, instrument="gad7", due_on=LAST)
    link, _ = links.issue_link(by=clinician, episode=episode, requests=[other])
    links.open_link(link=link, now=BEFORE_MIDNIGHT)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    with pytest.raises(Conflict):
        assessments.save_draft(request=asked, item="1", value=1)


def test_where_the_protocol_lets_it_not_count_the_team_sees_what_was_answered(
    client: Client, asked: AssessmentRequest, door: str, clinician: User, time_machine: TimeMachineFixture
) -> None:
    forbidden(asked)
    client.post(door)
    kept(client, asked, "1", 3, 1)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert kept(client, asked, "2", 2, 2).status_code == 200
    page = sent(client, asked)
    assert "The time for these questions is over" in page and "have arrived" not in page
    assert "Your answers are kept: your team can see them, but they do not count." in page
    assert not Assessment.objects.exists()
    page = staff_page(clinician, asked)
    assert "Begun, not sent" in page and "2 of 10 questions were seen, the latest on 15 March, 00:05" in page
    assert "Little interest or pleasure in doing things Nearly every day" in page
    assert "It counts in no score." in page and "can still send" not in page


def test_until_the_day_is_over_the_team_is_told_that_it_can_still_be_sent(
    asked: AssessmentRequest, clinician: User, time_machine: TimeMachineFixture
) -> None:
    assessments.save_draft(request=asked, item="1", value=3)
    assert "Begun, not sent" not in staff_page(clinician, asked)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    assert "The patient can still send it today" in staff_page(clinician, asked)
    time_machine.move_to(TOO_LATE, tick=False)
    assert "It counts in no score." in staff_page(clinician, asked)


def test_after_a_day_nothing_is_kept_but_danger_rings(
    client: Client, asked: AssessmentRequest, door: str, time_machine: TimeMachineFixture
) -> None:
    client.post(door)
    kept(client, asked, "1", 3, 1)
    time_machine.move_to(TOO_LATE, tick=False)
    client.session.flush()
    phone = Client()
    assert "could be answered until 14 March" in said(phone.get(door))
    with pytest.raises(Conflict):
        assessments.save_draft(request=asked, item="9", value=2)
    assert [alert.answer for alert in assessments.hear_danger(request=asked, item="9", value=2)] == [2]
    assert DraftAnswers.objects.get().answers == {"1": 3}


@pytest.mark.parametrize("door_of", ["the device", "a page without scripts"])
def test_an_answer_that_comes_after_the_staff_have_entered_the_form_still_rings(
    client: Client, asked: AssessmentRequest, door: str, clinician: User, door_of: str
) -> None:
    client.post(door)
    assessments.submit_assessment(
        by=clinician,
        request=asked,
        answers=PHQ9 | {"9": 0},
        source=AnswerSource.CLINICIAN_ENTERED,
        assessed_on=LAST,
    )
    if door_of == "the device":
        reply = kept(client, asked, "9", 3, 1)
        assert (reply.status_code, "already been received" in json.loads(reply.content)["closed"]) == (
            409,
            True,
        )
    else:
        client.post(reverse("sitting-item", args=[asked.public_id, 9]), {"item-9": "3", "step": "next"})
    alert = SafetyAlert.objects.get()
    assert (alert.item, alert.answer, alert.request) == ("9", 3, asked)
    page = said(client.get(reverse("sitting-done")))
    assert "0800 111 0 111" in page and "with your team already" in page
    assert not DraftAnswers.objects.exists() and Assessment.objects.count() == 1


def test_a_denial_that_comes_too_late_rings_nothing(asked: AssessmentRequest) -> None:
    assert assessments.hear_danger(request=asked, item="9", value=0) == ()
    assert assessments.hear_danger(request=asked, item="1", value=3) == ()
    assert not SafetyAlert.objects.exists()


def test_what_was_taken_back_is_not_called_received(
    client: Client, asked: AssessmentRequest, door: str, clinician: User
) -> None:
    client.post(door)
    scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
    page = said(client.get(reverse("sitting-item", args=[asked.public_id, 1]), follow=True))
    assert "not asked any more" in page and "received" not in page


def test_the_staff_enter_nothing_after_its_time(
    asked: AssessmentRequest, clinician: User, time_machine: TimeMachineFixture
) -> None:
    assessments.save_draft(request=asked, item="1", value=3)
    time_machine.move_to(AFTER_MIDNIGHT, tick=False)
    with pytest.raises(Conflict, match="the time for this questionnaire has passed"):
        assessments.submit_assessment(
            by=clinician,
            request=asked,
            answers=PHQ9,
            source=AnswerSource.CLINICIAN_ENTERED,
            assessed_on=LAST,
            draft_seen=1,
        )

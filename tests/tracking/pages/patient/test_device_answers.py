"""Answers as a device sends them that keeps them: each with its number, until it is told what became of it."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.answers import PHQ9
from tracking.actions import assessments, scheduling
from tracking.models import AssessmentRequest, DraftAnswers, SafetyAlert, SittingLink, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource


@pytest.fixture
def begun(client: Client, made: tuple[SittingLink, str]) -> Client:
    client.post(reverse("sitting-landing", args=[made[1]]))
    return client


def kept(client: Client, asked: AssessmentRequest, item: str, value: object, number: object) -> HttpResponse:
    url = reverse("sitting-answer", args=[asked.public_id])
    return client.post(url, {"item": item, f"item-{item}": value, "number": number})


def test_it_is_told_what_is_stored_and_whether_somebody_must_be_called(
    begun: Client, asked: AssessmentRequest
) -> None:
    assert json.loads(kept(begun, asked, "1", 3, 1).content) == {"stored": 1, "concern": False}
    assert json.loads(kept(begun, asked, "9", 1, 2).content) == {"stored": 2, "concern": True}
    assert json.loads(kept(begun, asked, "9", 0, 3).content) == {"stored": 3, "concern": True}
    draft = DraftAnswers.objects.get()
    assert (draft.answers, draft.numbers) == ({"1": 3, "9": 0}, {"1": 1, "9": 3})


def test_an_answer_writes_itself_and_nothing_else(begun: Client, asked: AssessmentRequest) -> None:
    """One writer at a time is all that the embedded database has; the session is noted once a minute."""
    kept(begun, asked, "1", 3, 1)
    with CaptureQueriesContext(connection) as asked_of:
        kept(begun, asked, "2", 3, 2)
    written = [query["sql"] for query in asked_of if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(written) == 1 and "tracking_draftanswers" in written[0]


def test_an_answer_left_out_is_seen_and_no_denial(begun: Client, asked: AssessmentRequest) -> None:
    assert json.loads(kept(begun, asked, "9", "", 1).content) == {"stored": 1, "concern": True}
    assert DraftAnswers.objects.get().answers == {"9": None}


def test_what_was_held_up_takes_no_later_ones_place_but_its_alert_rings(
    begun: Client, asked: AssessmentRequest
) -> None:
    kept(begun, asked, "9", 0, 8)
    assert json.loads(kept(begun, asked, "9", 2, 7).content) == {"stored": 7, "concern": True}
    assert DraftAnswers.objects.get().answers == {"9": 0}
    assert SafetyAlert.objects.get().answer == 2


def test_the_same_twice_is_one(begun: Client, asked: AssessmentRequest) -> None:
    first, again = (kept(begun, asked, "9", 2, 4).content for _ in range(2))
    assert first == again
    assert SafetyAlert.objects.count() == 1


def test_an_answer_of_a_page_without_scripts_is_the_latest(begun: Client, asked: AssessmentRequest) -> None:
    kept(begun, asked, "1", 1, 40)
    begun.post(reverse("sitting-item", args=[asked.public_id, 1]), {"item-1": "3", "step": "next"})
    kept(begun, asked, "1", 2, 40)
    assert DraftAnswers.objects.get().answers == {"1": 3}
    assert 'data-number="41"' in begun.get(reverse("sitting")).content.decode()


@pytest.mark.parametrize(
    ("item", "value", "number"),
    [
        ("1", 7, 1),
        ("1", "x", 1),
        ("12", 1, 1),
        ("", 1, 1),
        ("1", 1, 0),
        ("1", 1, -1),
        ("1", 1, "one"),
        ("1", 1, ""),
        ("1", 1, 10**8),
    ],
)
def test_what_is_no_answer_is_refused_in_words(
    begun: Client, asked: AssessmentRequest, item: str, value: object, number: object
) -> None:
    response = kept(begun, asked, item, value, number)
    assert response.status_code == 400
    assert json.loads(response.content)["refused"]
    assert not DraftAnswers.objects.exists()


def test_what_comes_after_the_end_is_said_to_be_too_late(begun: Client, asked: AssessmentRequest) -> None:
    AssessmentRequest.objects.filter(pk=asked.pk).update(
        opens_on=days_ago(9), due_on=days_ago(9), closes_on=days_ago(1)
    )
    response = kept(begun, asked, "1", 1, 1)
    assert (response.status_code, "has passed" in json.loads(response.content)["closed"]) == (409, True)
    assert not DraftAnswers.objects.exists()


def test_what_was_received_meanwhile_is_said(begun: Client, asked: AssessmentRequest) -> None:
    assessments.submit_assessment(
        by=None, request=asked, answers=PHQ9, source=AnswerSource.SELF, assessed_on=days_ago(0)
    )
    response = kept(begun, asked, "1", 1, 1)
    assert (response.status_code, "already been received" in json.loads(response.content)["closed"]) == (
        409,
        True,
    )


def test_a_request_of_another_link_and_one_without_a_sitting_are_not_there(
    client: Client, begun: Client, asked: AssessmentRequest, episode: TreatmentEpisode, clinician: User
) -> None:
    other = scheduling.create_request(by=clinician, episode=episode, instrument="gad7", due_on=days_ago(0))
    assert kept(begun, other, "1", 1, 1).status_code == 404
    begun.cookies.clear()
    assert kept(begun, asked, "1", 1, 1).status_code == 404
    assert not DraftAnswers.objects.exists()


def test_the_page_has_every_item_and_whom_to_call(begun: Client, asked: AssessmentRequest) -> None:
    page = begun.get(reverse("sitting"))
    html = page.content.decode()
    assert html.count('class="question"') == 10
    assert html.count("data-review=") == 1 and 'data-review="1"' in html
    crisis = html[html.index('<template id="crisis">') :]
    assert (
        "0800 111 0 111" in crisis
        and "Please talk to someone now" not in said(page).partition("Why we ask")[0]
    )

"""A link that has nothing more to ask: it says what became of it, and of nothing that is not stored that it arrived."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.answers import PHQ9
from tracking.actions import assessments, links, scheduling
from tracking.models import AssessmentRequest, AuditEvent, SittingLink, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource

PHONE = "0800 111 0 111"


@pytest.fixture
def door(made: tuple[SittingLink, str]) -> str:
    return reverse("sitting-landing", args=[made[1]])


def submitted(asked: AssessmentRequest, source: AnswerSource, by: User | None = None) -> None:
    assessments.submit_assessment(
        by=by, request=asked, answers=PHQ9, source=source, assessed_on=days_ago(0), draft_seen=1
    )


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_an_answered_one_thanks_with_the_contacts_and_changes_nothing(
    client: Client, door: str, asked: AssessmentRequest, made: tuple[SittingLink, str], method: str
) -> None:
    submitted(asked, AnswerSource.SELF)
    links.finish_link(link=made[0], now=timezone.now())
    before = AuditEvent.objects.count()
    response = getattr(client, method)(door)
    assert (response.status_code, response.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert AuditEvent.objects.count() == before and "sitting" not in client.session
    if method != "head":
        page = said(response)
        assert "Thank you" in page and "have arrived" in page and PHONE in page
        assert "PHQ" not in page and "Sign in" not in page


def test_it_says_when_the_next_questions_come(
    client: Client, door: str, asked: AssessmentRequest, clinician: User
) -> None:
    submitted(asked, AnswerSource.SELF)
    assert "next questions" not in said(client.get(door))
    days = {"opens_on": days_ago(-5), "due_on": days_ago(-6), "closes_on": days_ago(-9)}
    for instrument in ("hamd17", "gad7"):
        scheduling.create_request(by=clinician, episode=asked.episode, instrument=instrument, **days)
    day = days_ago(-5)
    assert f"The next questions come on {day:%-d %B}." in said(client.get(door))


def test_where_the_staff_have_entered_it_nobody_is_thanked(
    client: Client, door: str, asked: AssessmentRequest, clinician: User
) -> None:
    client.post(door)
    client.post(reverse("sitting-item", args=[asked.public_id, 1]), {"item-1": "3", "step": "next"})
    submitted(asked, AnswerSource.CLINICIAN_ENTERED, clinician)
    for address in (reverse("sitting-done"), door):
        page = said(client.get(address))
        assert "with your team already" in page and "was not sent" in page and PHONE in page
        assert "Thank you" not in page and "have arrived" not in page


def test_where_the_time_is_over_it_says_so_with_the_last_day(
    client: Client, door: str, asked: AssessmentRequest
) -> None:
    last = days_ago(1)
    AssessmentRequest.objects.filter(pk=asked.pk).update(
        opens_on=days_ago(9), due_on=days_ago(9), closes_on=last
    )
    page = said(client.get(door))
    assert f"could be answered until {last:%-d %B}" in page and "has not arrived" in page
    assert "Thank you" not in page and "What you sent before" not in page


def test_what_was_cancelled_is_neither_thanked_for_nor_over(
    client: Client, door: str, asked: AssessmentRequest, clinician: User
) -> None:
    scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
    page = said(client.get(door))
    assert "not asked any more" in page and PHONE in page
    assert "Thank you" not in page and "have arrived" not in page and "until" not in page


def test_what_was_sent_before_is_said_to_have_arrived(
    client: Client, episode: TreatmentEpisode, asked: AssessmentRequest, clinician: User
) -> None:
    second = scheduling.create_request(by=clinician, episode=episode, instrument="gad7", due_on=days_ago(1))
    _, token = links.issue_link(by=clinician, episode=episode, requests=[asked, second])
    submitted(asked, AnswerSource.SELF)
    AssessmentRequest.objects.filter(pk=second.pk).update(
        opens_on=days_ago(9), due_on=days_ago(9), closes_on=days_ago(1)
    )
    page = said(client.get(reverse("sitting-landing", args=[token])))
    assert "What you sent before has arrived" in page


def test_one_that_will_be_open_again_is_not_over(client: Client, door: str, asked: AssessmentRequest) -> None:
    AssessmentRequest.objects.filter(pk=asked.pk).update(
        opens_on=days_ago(-2), due_on=days_ago(-2), closes_on=days_ago(-9)
    )
    assert client.get(door).status_code == 404

"""Who would enter a form that the patient is answering is told so, and what is in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.answers import PHQ9, posted
from tests.tracking.pages.doors import signed_in
from tracking.actions import assessments, scheduling
from tracking.models import Assessment, AssessmentRequest, DraftAnswers, TreatmentEpisode, User

SEEN = re.compile(r'name="draft_seen" value="([0-9]+)"')
TOLD = "The patient is answering this"


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(1))


@pytest.fixture(params=["the request", "the patient"])
def url(request: pytest.FixtureRequest, asked: AssessmentRequest) -> str:
    """Both ways to a form: by the request, and for one of a day before it was asked for."""
    if request.param == "the request":
        return reverse("rate", args=[asked.public_id])
    return reverse("rate-new", args=[asked.episode.public_id, "phq9"]) + "?earlier=1"


def test_it_says_how_much_since_when_and_what(clinician: User, asked: AssessmentRequest, url: str) -> None:
    assert TOLD not in said(signed_in(clinician).get(url))
    assessments.save_draft(request=asked, item="1", value=3)
    assessments.save_draft(request=asked, item="2", value=None)
    DraftAnswers.objects.update(updated_at=datetime(2028, 6, 1, 21, 30, tzinfo=UTC))
    page = said(signed_in(clinician).get(url))
    assert TOLD in page
    assert "2 of 10 questions were seen, the latest on 1 June, 23:30." in page  # in Berlin
    assert "Little interest or pleasure in doing things Nearly every day" in page
    assert "Feeling down, depressed, or hopeless left out" in page
    assert ("is not sent" in page) == ("/rate/phq9/" not in url)
    assert ("of an earlier day here" in page) == ("/rate/phq9/" in url)


def test_what_another_questionnaire_has_is_not_told(
    clinician: User, asked: AssessmentRequest, url: str
) -> None:
    other = scheduling.create_request(
        by=clinician, episode=asked.episode, instrument="gad7", due_on=days_ago(1)
    )
    assessments.save_draft(request=other, item="1", value=3)
    assert TOLD not in said(signed_in(clinician).get(url))


def test_what_was_answered_since_the_sheet_was_opened_is_looked_at_first(
    clinician: User, asked: AssessmentRequest
) -> None:
    desk, url = signed_in(clinician), reverse("rate", args=[asked.public_id])
    assessments.save_draft(request=asked, item="1", value=3)
    seen = SEEN.search(desk.get(url).content.decode())
    filled = posted(PHQ9, assessed_on=str(days_ago(0)))
    assessments.save_draft(request=asked, item="9", value=2)
    refused = desk.post(url, filled | {"draft_seen": seen[1] if seen else ""})
    page = said(refused)
    assert refused.status_code == 400 and not Assessment.objects.exists()
    assert "look at what was answered, then submit again" in page and "More than half the days" in page
    shown = SEEN.search(refused.content.decode())
    assert desk.post(url, filled | {"draft_seen": shown[1] if shown else ""}).status_code == 302
    assert Assessment.objects.get().answers["9"] == PHQ9["9"]


@pytest.mark.parametrize("said_seen", ["", "x", "0"])
def test_what_was_never_shown_is_not_passed_over(
    clinician: User, asked: AssessmentRequest, said_seen: str
) -> None:
    assessments.save_draft(request=asked, item="1", value=3)
    filled = posted(PHQ9, assessed_on=str(days_ago(0)))
    url = reverse("rate", args=[asked.public_id])
    assert signed_in(clinician).post(url, filled | {"draft_seen": said_seen}).status_code == 400


def test_what_was_sent_is_no_draft(clinician: User, asked: AssessmentRequest) -> None:
    assessments.save_draft(request=asked, item="1", value=3)
    scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
    asked.refresh_from_db()
    assert TOLD not in said(
        signed_in(clinician).get(reverse("rate-new", args=[asked.episode.public_id, "phq9"]))
    )

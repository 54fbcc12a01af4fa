"""Questions that other answers make needless: not asked, no gap, and scored as the instrument says."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.answers import posted
from tests.tracking.packs import installed
from tests.tracking.pages.doors import signed_in
from tracking.actions import links, scheduling
from tracking.models import Assessment, AssessmentRequest, SafetyAlert, Site, TreatmentEpisode, User

# Never a drink: 2 to 8 need no answer, and count as 0.
NEVER = {"1": 0, "9": 2, "10": 0}


class TestSitting:
    @pytest.fixture
    def asked(self, episode: TreatmentEpisode, clinician: User, site: Site) -> AssessmentRequest:
        installed(site, "audit")
        return scheduling.create_request(
            by=clinician, episode=episode, instrument="audit", due_on=days_ago(0)
        )

    @pytest.fixture
    def begun(self, client: Client, asked: AssessmentRequest, clinician: User) -> Client:
        _, token = links.issue_link(by=clinician, episode=asked.episode, requests=[asked])
        client.post(reverse("sitting-landing", args=[token]))
        return client

    def item(self, asked: AssessmentRequest, number: int) -> str:
        return reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": number})

    def review(self, asked: AssessmentRequest) -> str:
        return reverse("sitting-review", kwargs={"public_id": asked.public_id})

    def led_to(
        self, client: Client, asked: AssessmentRequest, number: int, value: int | None, **step: str
    ) -> str:
        given = {} if value is None else {f"item-{number}": value}
        return client.post(self.item(asked, number), {"step": "next"} | given | step).headers["Location"]

    def test_they_are_passed_by_both_ways(self, begun: Client, asked: AssessmentRequest) -> None:
        assert self.led_to(begun, asked, 1, 0) == self.item(asked, 9)
        assert self.led_to(begun, asked, 9, None, step="back") == self.item(asked, 1)
        assert self.led_to(begun, asked, 1, 3) == self.item(asked, 2)

    def test_they_are_no_gap_and_score_as_nothing(self, begun: Client, asked: AssessmentRequest) -> None:
        for code, value in NEVER.items():
            self.led_to(begun, asked, int(code), value)
        page = begun.get(self.review(asked))
        assert "Everything is answered" in said(page)
        begun.post(self.review(asked))
        stored = Assessment.objects.get()
        assert {code: answer for code, answer in stored.answers.items() if answer is not None} == NEVER
        total = stored.scores.get(scale="total")
        assert (total.value, total.items_missing) == (2, 0)
        assert stored.scores.get(scale="all_items").value is None

    def test_going_on_later_starts_at_what_is_to_be_asked(
        self, begun: Client, asked: AssessmentRequest
    ) -> None:
        self.led_to(begun, asked, 1, 0)
        assert self.item(asked, 9) in begun.get(reverse("sitting")).content.decode()

    def test_back_from_the_review_leads_to_the_last_one_asked(
        self, begun: Client, asked: AssessmentRequest
    ) -> None:
        for code, value in NEVER.items():
            self.led_to(begun, asked, int(code), value)
        assert self.item(asked, 10) in begun.get(self.review(asked)).content.decode()

    def test_what_is_not_needless_is_asked_for(self, begun: Client, asked: AssessmentRequest) -> None:
        self.led_to(begun, asked, 1, 2)
        self.led_to(begun, asked, 2, 1)
        assert "You left out 8 questions" in said(begun.get(self.review(asked)))


class TestSheet:
    def url(self, episode: TreatmentEpisode, instrument: str) -> str:
        return reverse("rate-new", kwargs={"public_id": episode.public_id, "instrument": instrument})

    def sheet(self, answers: dict) -> dict:
        return posted(answers, assessed_on=days_ago(0).isoformat(), submission_id=str(uuid.uuid4()))

    def test_needless_items_are_no_gaps(self, clinician: User, episode: TreatmentEpisode) -> None:
        client, url = signed_in(clinician), self.url(episode, "audit")
        refused = client.post(url, self.sheet({"1": 0, "9": 2}))
        assert refused.status_code == 400
        assert "1 without an answer" in said(refused)
        assert client.post(url, self.sheet(NEVER)).status_code == 302
        assert Assessment.objects.get().scores.get(scale="total").value == 2

    def test_the_total_counts_what_is_to_be_answered(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        response = signed_in(clinician).post(
            self.url(episode, "audit"), self.sheet(NEVER), headers={"HX-Request": "true"}
        )
        assert "3 of 3 answered" in said(response) and "AUDIT total 2 complete" in said(response)
        assert response.content.decode().count("Needs no answer now.") == 7

    def test_a_needless_safety_item_raises_no_alert(self, clinician: User, episode: TreatmentEpisode) -> None:
        client, url = signed_in(clinician), self.url(episode, "cssrs_screener")
        assert client.post(url, self.sheet({"1": False, "2": False, "6": False})).status_code == 302
        assert not SafetyAlert.objects.exists()
        refused = client.post(url, self.sheet({"1": False, "2": True, "6": False}))
        assert "3 without an answer" in said(refused) and "(a safety item" in said(refused)

    def test_free_text_and_units(self, clinician: User, episode: TreatmentEpisode) -> None:
        client = signed_in(clinician)
        page = client.get(self.url(episode, "vital_signs")).content.decode()
        assert page.count('class="with-unit"') == 4 and "mmHg" in page
        event = {"term": "Headache", "severity": 1, "relatedness": 1, "action": 4, "outcome": 1}
        url = self.url(episode, "adverse_event")
        assert "<textarea" in client.get(url).content.decode()
        client.post(url, self.sheet(event) | {"with_gaps": "on"})
        assert Assessment.objects.get().answers["term"] == "Headache"

    def test_a_text_that_is_too_long_is_refused(self, clinician: User, episode: TreatmentEpisode) -> None:
        url = self.url(episode, "adverse_event")
        refused = signed_in(clinician).post(url, self.sheet({"term": "x" * 5000}))
        assert refused.status_code == 400
        assert "at most" in said(refused)
        assert not Assessment.objects.exists()

    def test_a_mean_so_far_is_not_shown_as_a_score(self, clinician: User, episode: TreatmentEpisode) -> None:
        url = self.url(episode, "edi")
        some = {str(n): 50 for n in range(1, 5)}
        so_far = signed_in(clinician).post(url, self.sheet(some), headers={"HX-Request": "true"})
        assert "EDI mean, so far 200" in said(so_far) and "the sum, not yet the score" in said(so_far)
        whole = {str(n): 50 for n in range(1, 9)}
        complete = signed_in(clinician).post(url, self.sheet(whole), headers={"HX-Request": "true"})
        assert "EDI mean 50 complete · range 0 to 100" in said(complete)

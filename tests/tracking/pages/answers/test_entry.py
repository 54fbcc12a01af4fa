"""Rating, entering for the patient, asking, making a link."""

from __future__ import annotations

import re
import uuid

import pytest
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import markup, said
from tests.tracking.answers import CAPS, HAMD, PHQ9, posted
from tests.tracking.pages.doors import assert_anonymous_signs_in, assert_refused, assert_unseen, signed_in
from tracking.actions import scheduling
from tracking.models import (
    Assessment,
    AssessmentRequest,
    EpisodeMark,
    OutboxMail,
    ReadEvent,
    SafetyAlert,
    SittingLink,
    TreatmentEpisode,
    User,
)
from tracking.queries.sittings import usable_link


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(
        by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(1), time_point="week 4"
    )


@pytest.fixture
def rate_url(asked: AssessmentRequest) -> str:
    return reverse("rate", kwargs={"public_id": asked.public_id})


def new_url(episode: TreatmentEpisode, instrument: str) -> str:
    return reverse("rate-new", kwargs={"public_id": episode.public_id, "instrument": instrument})


def of(episode: TreatmentEpisode, name: str) -> str:
    return reverse(name, kwargs={"public_id": episode.public_id})


SHEET = posted(HAMD, assessed_on=days_ago(0).isoformat())


class TestRate:
    def test_the_sheet_shows_every_anchor_and_reads_are_logged(
        self, clinician: User, rate_url: str, asked: AssessmentRequest
    ) -> None:
        response = signed_in(clinician).get(rate_url)
        page = response.content.decode()
        assert page.count('type="radio"') == 9 * 5 + 8 * 3  # nine items from 0 to 4, eight from 0 to 2
        assert "Feels life is not worth living." in page and "week 4" in page
        assert ReadEvent.objects.filter(page="rate", patient=asked.episode.patient.public_id).count() == 1

    def test_it_is_stored_with_its_rater_and_wakes_the_course(
        self, clinician: User, rate_url: str, asked: AssessmentRequest
    ) -> None:
        wanted = EpisodeMark.objects.get(episode=asked.episode).wanted_rev
        response = signed_in(clinician).post(rate_url, SHEET)
        stored = Assessment.objects.get()
        assert response.headers["Location"] == reverse("assessment", kwargs={"public_id": stored.public_id})
        assert (stored.rater, stored.source, stored.time_point) == (clinician, "clinician", "week 4")
        assert stored.scores.get(scale="total").value == 16
        assert EpisodeMark.objects.get(episode=asked.episode).wanted_rev == wanted + 1

    def test_posted_twice_it_is_stored_once_and_said(self, clinician: User, rate_url: str) -> None:
        client = signed_in(clinician)
        client.post(rate_url, SHEET)
        assert "already been received" in said(client.post(rate_url, SHEET, follow=True))
        assert Assessment.objects.count() == 1

    def test_the_running_total_is_computed_by_the_scoring_itself(
        self, clinician: User, rate_url: str
    ) -> None:
        sheet = posted({"1": 3, "2": 2, "4": 1})
        response = signed_in(clinician).post(rate_url, sheet, headers={"HX-Request": "true"})
        assert "HAM-D17 total, so far 6 3 of 17 items" in said(response)
        assert "Insomnia subscale 1" in said(response)
        whole = signed_in(clinician).post(rate_url, SHEET, headers={"HX-Request": "true"})
        assert "HAM-D17 total 16 complete" in said(whole) and "moderate" in said(whole)
        assert not Assessment.objects.exists()

    def test_gaps_are_named_before_they_are_taken(self, clinician: User, rate_url: str) -> None:
        sheet = posted(HAMD | {"3": None, "16": None}, assessed_on=days_ago(0).isoformat())
        client = signed_in(clinician)
        refused = client.post(rate_url, sheet)
        assert refused.status_code == 400
        assert "2 without an answer" in said(refused)
        assert "3 Suicide" in said(refused) and "not a denial" in said(refused)
        assert not Assessment.objects.exists()
        assert client.post(rate_url, sheet | {"with_gaps": "on"}).status_code == 302
        assert Assessment.objects.get().scores.get(scale="total").value is None
        assert SafetyAlert.objects.get().state == "unanswered"

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"item-4": "3"}, "Choose one of the answers"),
            ({"item-1": "abc"}, "Choose one of the answers"),
            ({"item-18": "1"}, "18 is not an item of HAM-D17"),
            ({"assessed_on": days_ago(-2).isoformat()}, "lies in the future"),
            ({"assessed_on": days_ago(500).isoformat()}, "before the patient was enrolled"),
            ({"assessed_on": "31/02/2026"}, "valid date"),
            ({"assessed_on": ""}, "required"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_stored(
        self, clinician: User, rate_url: str, change: dict, words: str
    ) -> None:
        response = signed_in(clinician).post(rate_url, SHEET | change)
        assert response.status_code == 400
        assert words in said(response)
        assert re.search(r'name="item-2" value="1"[^>]*checked', response.content.decode())
        assert not Assessment.objects.exists()

    def test_fields_of_the_server_cannot_be_sent(
        self, clinician: User, rate_url: str, outsider: User
    ) -> None:
        extra = {"rater": outsider.pk, "source": "imported", "recorded_at": "2020-01-01", "version": "9"}
        signed_in(clinician).post(rate_url, SHEET | extra | {"total": "0", "time_point": "x"})
        stored = Assessment.objects.get()
        assert (stored.rater, stored.source, stored.version) == (clinician, "clinician", "1")
        assert (stored.recorded_at.year > 2020, stored.time_point) == (True, "week 4")

    def test_a_cancelled_request_is_refused(
        self, clinician: User, rate_url: str, asked: AssessmentRequest
    ) -> None:
        scheduling.cancel_request(by=clinician, request=asked, reason="mistake")
        client = signed_in(clinician)
        assert client.get(rate_url).status_code == client.post(rate_url, SHEET).status_code == 409
        assert not Assessment.objects.exists()

    def test_who_may_not(
        self,
        rate_url: str,
        asked: AssessmentRequest,
        outsider: User,
        rater: User,
        researcher: User,
        administrator: User,
        patient_user: User,
    ) -> None:
        assert_anonymous_signs_in(rate_url, SHEET)
        for stranger in (outsider, rater):
            assert_unseen(stranger, rate_url, asked.public_id, SHEET)
        for other in (researcher, administrator, patient_user):
            assert_refused(other, rate_url, SHEET, 403)

    def test_what_is_assigned_to_a_rater_is_not_rated_by_the_therapist(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        asked = scheduling.create_request(
            by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), assigned_to=rater
        )
        assert_refused(clinician, reverse("rate", kwargs={"public_id": asked.public_id}), SHEET, 403)


class TestRateNew:
    def sheet(self, answers: dict, **more: object) -> dict:
        return posted(answers, assessed_on=days_ago(0).isoformat(), submission_id=str(uuid.uuid4()), **more)

    def test_caps5_with_everything_that_its_diagnosis_needs(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        url = new_url(episode, "caps5")
        page = said(signed_in(clinician).get(url))
        assert "Labels in our own words" in page
        for words in ("Criterion A", "first symptoms", "have lasted", "Harm to social life", "Derealisation"):
            assert words in page
        severe = CAPS | {str(n): 3 for n in range(1, 31) if n not in (21, 22, 26, 27, 28)}
        assert signed_in(clinician).post(url, self.sheet(severe)).status_code == 302
        stored = Assessment.objects.get()
        assert stored.scores.get(scale="total").value == 60
        assert stored.answers["22"] == 7.5
        assert stored.answers["A"] is True
        assert stored.outcomes.get(outcome="ptsd_diagnosis").met is True
        assert stored.outcomes.get(outcome="dissociative_subtype").met is True
        assert stored.outcomes.get(outcome="delayed_expression").met is False

    def test_a_text_of_several_lines_is_scored_under_way_and_stored(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        url, client = new_url(episode, "treatment_guess"), signed_in(clinician)
        sheet = self.sheet({"guess": 2, "confidence": 3, "led_by": "The colours.\r\nMy heart."})
        assert client.post(url, sheet, headers={"HX-Request": "true"}).status_code == 200
        wrong = client.post(url, sheet | {"item-led_by": "\x07"}, headers={"HX-Request": "true"})
        assert wrong.status_code == 200
        assert client.post(url, sheet).status_code == 302
        assert Assessment.objects.get().answers["led_by"] == "The colours.\nMy heart."

    def test_a_text_that_need_not_be_given_says_so(self, clinician: User, episode: TreatmentEpisode) -> None:
        page = markup(signed_in(clinician).get(new_url(episode, "treatment_guess")))
        text = page.partition('<label for="id_item-led_by">')[2].partition("</div>")[0]
        label = '<strong><bdi lang="en">What led you to this?</bdi></strong>'
        assert f'{label} <span class="quiet">(optional)</span>' in text
        assert "For example what you felt" in text and '<textarea name="item-led_by"' in text

    def test_a_self_report_is_marked_as_entered_for_the_patient(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        url = new_url(episode, "phq9")
        assert "entered for the patient" in said(signed_in(clinician).get(url))
        signed_in(clinician).post(url, self.sheet(PHQ9))
        stored = Assessment.objects.get()
        assert (stored.source, stored.rater, stored.recorded_by) == ("clinician_entered", None, clinician)

    def test_the_same_sheet_twice_is_stored_once(self, clinician: User, episode: TreatmentEpisode) -> None:
        client, sheet, url = signed_in(clinician), self.sheet(HAMD), new_url(episode, "hamd17")
        first, second = client.post(url, sheet), client.post(url, sheet)
        assert first.headers["Location"] == second.headers["Location"]
        assert client.post(url, sheet | {"item-1": "4"}).status_code == 409
        assert Assessment.objects.count() == 1

    def test_what_is_asked_for_is_answered_where_it_was_asked(
        self, clinician: User, episode: TreatmentEpisode, asked: AssessmentRequest, rate_url: str
    ) -> None:
        assert signed_in(clinician).get(new_url(episode, "hamd17")).headers["Location"] == rate_url

    def test_an_instrument_that_does_not_exist_is_not_there(
        self, clinician: User, episode: TreatmentEpisode
    ) -> None:
        assert signed_in(clinician).get(new_url(episode, "nothing")).status_code == 404

    def test_who_may_not(
        self, episode: TreatmentEpisode, outsider: User, rater: User, patient_user: User
    ) -> None:
        url, sheet = new_url(episode, "hamd17"), self.sheet(HAMD)
        assert_anonymous_signs_in(url, sheet)
        assert_unseen(outsider, url, episode.public_id, sheet)
        for other in (rater, patient_user):
            assert_refused(other, url, sheet, 403)


class TestAsk:
    ASK = {"instrument": "phq9", "due_on": days_ago(0).isoformat()}

    def test_a_questionnaire_is_asked_for(self, clinician: User, episode: TreatmentEpisode) -> None:
        response = signed_in(clinician).post(of(episode, "request-new"), self.ASK)
        assert response.headers["Location"] == of(episode, "link-new")
        asked = AssessmentRequest.objects.get()
        assert (asked.instrument, asked.rater, asked.due_on) == ("phq9", "self", days_ago(0))

    def test_a_rating_is_assigned(self, clinician: User, rater: User, episode: TreatmentEpisode) -> None:
        ask = self.ASK | {"instrument": "hamd17", "assigned_to": rater.pk}
        signed_in(clinician).post(of(episode, "request-new"), ask)
        assert AssessmentRequest.objects.get().assigned_to == rater

    @pytest.mark.parametrize(
        "change",
        [
            {"instrument": "nothing"},
            {"due_on": "soon"},
            {"closes_on": days_ago(5).isoformat()},
            {"assigned_to": "999"},
        ],
    )
    def test_what_is_wrong_is_named(self, clinician: User, episode: TreatmentEpisode, change: dict) -> None:
        response = signed_in(clinician).post(of(episode, "request-new"), self.ASK | change)
        assert response.status_code == 400
        assert 'class="error-summary"' in response.content.decode()
        assert not AssessmentRequest.objects.exists()

    def test_a_self_report_cannot_be_assigned(
        self, clinician: User, rater: User, episode: TreatmentEpisode
    ) -> None:
        response = signed_in(clinician).post(of(episode, "request-new"), self.ASK | {"assigned_to": rater.pk})
        assert response.status_code == 400
        assert not AssessmentRequest.objects.exists()

    def test_who_may_not(
        self, episode: TreatmentEpisode, outsider: User, rater: User, patient_user: User
    ) -> None:
        url = of(episode, "request-new")
        assert_anonymous_signs_in(url, self.ASK)
        assert_unseen(outsider, url, episode.public_id, self.ASK)
        for other in (rater, patient_user):
            assert_refused(other, url, self.ASK, 403)


class TestLink:
    @pytest.fixture
    def phq(self, episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
        return scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))

    def make(self, by: User, episode: TreatmentEpisode, **data: object):
        return signed_in(by).post(of(episode, "link-new"), data)

    def test_its_address_is_shown_once_and_opens(
        self, clinician: User, episode: TreatmentEpisode, phq: AssessmentRequest
    ) -> None:
        response = self.make(clinician, episode, requests=[phq.public_id])
        token = re.search(r"/s/([\w-]+)/", response.content.decode())[1]
        link = SittingLink.objects.get()
        assert usable_link(token, link.created_at) == link
        assert token not in signed_in(clinician).get(of(episode, "link-new")).content.decode()

    def test_it_is_mailed_when_asked(
        self, clinician: User, episode: TreatmentEpisode, phq: AssessmentRequest
    ) -> None:
        response = self.make(clinician, episode, requests=[phq.public_id], mail="on")
        token = re.search(r"/s/([\w-]+)/", response.content.decode())[1]
        mail = OutboxMail.objects.get()
        assert mail.to == "petra@example.net"
        assert token in mail.body

    def test_nothing_open_is_said(self, clinician: User, episode: TreatmentEpisode) -> None:
        assert "Nothing is open" in said(signed_in(clinician).get(of(episode, "link-new")))

    def test_what_is_not_the_patients_cannot_be_chosen(
        self, clinician: User, episode: TreatmentEpisode, phq: AssessmentRequest, asked: AssessmentRequest
    ) -> None:
        for wrong in ([], [asked.public_id], [uuid.uuid4()], ["x"]):
            assert self.make(clinician, episode, requests=wrong).status_code == 400
        assert not SittingLink.objects.exists()

    def test_who_may_not(
        self,
        episode: TreatmentEpisode,
        phq: AssessmentRequest,
        outsider: User,
        rater: User,
        patient_user: User,
    ) -> None:
        url, data = of(episode, "link-new"), {"requests": [phq.public_id]}
        assert_anonymous_signs_in(url, data)
        assert_unseen(outsider, url, episode.public_id, data)
        for other in (rater, patient_user):
            assert_refused(other, url, data, 403)

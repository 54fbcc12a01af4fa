"""A site's own words on their way: uploaded, asked in, kept with the record, on paper where there are none."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.answers import HAMD
from tests.tracking.packs import installed
from tests.tracking.pages.doors import signed_in
from tracking.actions import links, scheduling
from tracking.actions.assessments import save_draft
from tracking.actions.wordings import withdraw_wording
from tracking.errors import Conflict, InvalidInput
from tracking.models import Assessment, AssessmentRequest, Patient, Site, SittingLink, TreatmentEpisode, User

WAI = {str(number): 4 for number in range(1, 13)}


@pytest.fixture
def asked(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="wai_sr", due_on=days_ago(0))


def unescaped(response: HttpResponse) -> str:
    return html.unescape(said(response))


def begun(asked: AssessmentRequest, by: User) -> Client:
    """A browser in which the link was opened and start was pressed."""
    _, token = links.issue_link(by=by, episode=asked.episode, requests=[asked])
    client = Client()
    assert client.post(reverse("sitting-landing", args=[token])).status_code == 302
    return client


def item(asked: AssessmentRequest, number: int) -> str:
    return reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": number})


def answer(client: Client, asked: AssessmentRequest, answers: dict[str, int]) -> None:
    for code, value in answers.items():
        sent = client.post(item(asked, int(code)), {f"item-{code}": value, "step": "next"})
        assert sent.status_code == 302


def send(client: Client, asked: AssessmentRequest) -> Assessment:
    client.post(reverse("sitting-review", kwargs={"public_id": asked.public_id}))
    return Assessment.objects.get(request=asked)


class TestInTheWordsOfTheSite:
    @pytest.fixture
    def german(self, patient: Patient, site: Site, asked: AssessmentRequest) -> AssessmentRequest:
        Patient.objects.filter(pk=patient.pk).update(language="de")
        for language in ("en", "de"):
            installed(site, "wai_sr", language=language, mark=f"{language}: ")
        return AssessmentRequest.objects.get(pk=asked.pk)

    def test_every_word_of_the_questionnaire_is_in_the_patients_language(
        self, german: AssessmentRequest, clinician: User
    ) -> None:
        client = begun(german, clinician)
        assert '<p class="lead" lang="de">de: To see.</p>' in client.get(reverse("sitting")).content.decode()
        page = client.get(item(german, 1))
        for words in ("de: How often?", "de: Question 1", "de: Answer 5", "de: this week"):
            assert words in unescaped(page)
        assert page.content.decode().count('lang="de"') == 8  # the page, recall, question, five answers
        assert "en: " not in unescaped(page)
        client.post(item(german, 1), {"step": "skip"})
        review = client.get(reverse("sitting-review", kwargs={"public_id": german.public_id}))
        assert "de: Question 12" in unescaped(review)

    def test_a_newer_pack_in_mid_sitting_changes_nothing(
        self, german: AssessmentRequest, clinician: User, site: Site
    ) -> None:
        client = begun(german, clinician)
        answer(client, german, {"1": 2})
        installed(site, "wai_sr", language="de", mark="new: ")
        assert "de: Question 2" in unescaped(client.get(item(german, 2)))
        again = begun(german, clinician)
        assert "de: Question 2" in unescaped(again.get(item(german, 2)))
        answer(again, german, WAI)
        assert send(again, german).wording == "de/invented/1"

    def test_a_pack_withdrawn_in_mid_sitting_is_finished_with(
        self, german: AssessmentRequest, clinician: User, administrator: User
    ) -> None:
        client = begun(german, clinician)
        answer(client, german, {"1": 2})
        for pack in german.episode.patient.team.site.wordings.all():
            withdraw_wording(by=administrator, pack=pack, reason="The licence has ended")
        assert "de: Question 2" in unescaped(client.get(item(german, 2)))
        answer(client, german, WAI)
        assert send(client, german).wording == "de/invented/1"

    def test_the_record_keeps_its_words_through_a_correction(
        self, german: AssessmentRequest, clinician: User, administrator: User, patient_user: User, site: Site
    ) -> None:
        client = begun(german, clinician)
        answer(client, german, WAI)
        stored = send(client, german)
        installed(site, "wai_sr", language="de", mark="new: ")
        office = signed_in(clinician)
        page = unescaped(office.get(reverse("assessment", args=[stored.public_id])))
        assert "de: Question 3 de: Answer 4" in page
        assert "Wording de/invented/1, supplied by the site: Invented for a test" in page
        correcting = reverse("assessment-correct", args=[stored.public_id])
        assert "de: Question 3" in unescaped(office.get(correcting))
        sent = {f"item-{code}": value for code, value in (WAI | {"3": 1}).items()}
        more = {"reason": "Misread", "assessed_on": str(stored.assessed_on), "step": "sign"}
        assert office.post(correcting, sent | more).status_code == 302
        corrected = Assessment.objects.get(supersedes=stored)
        assert (corrected.wording, corrected.scores.get(scale="total").value) == ("de/invented/1", 45)
        own = signed_in(patient_user).get(reverse("own-answers", args=[corrected.public_id]))
        assert "de: Question 3" in unescaped(own) and 'lang="de"' in own.content.decode()


class TestOnPaper:
    def test_what_has_no_wording_is_in_no_link_and_not_on_the_own_page(
        self, asked: AssessmentRequest, clinician: User, patient_user: User
    ) -> None:
        with pytest.raises(InvalidInput, match="WAI-SR is asked on paper: no wording installed"):
            links.issue_link(by=clinician, episode=asked.episode, requests=[asked])
        page = signed_in(clinician).get(reverse("link-new", args=[asked.episode.public_id]))
        assert "WAI-SR, enter the paper form" in unescaped(page)
        assert str(asked.public_id) not in re.findall(r'value="([^"]*)"', page.content.decode())
        form = {"requests": [str(asked.public_id)]}
        assert signed_in(clinician).post(page.request["PATH_INFO"], form).status_code == 400
        assert not SittingLink.objects.exists()
        own = signed_in(patient_user)
        assert "Nothing is waiting for you" in unescaped(own.get(reverse("own-course")))
        own.post(reverse("own-answer"))
        assert not SittingLink.objects.exists()

    def test_asking_says_so(self, episode: TreatmentEpisode, clinician: User) -> None:
        url = reverse("request-new", args=[episode.public_id])
        page = signed_in(clinician).post(
            url, {"instrument": "wai_sr", "due_on": str(days_ago(0))}, follow=True
        )
        assert "Asked for, on paper: no wording installed." in unescaped(page)

    def test_a_link_asks_only_for_what_can_still_be_asked(
        self, asked: AssessmentRequest, clinician: User, administrator: User, site: Site
    ) -> None:
        pack = installed(site, "wai_sr")
        other = scheduling.create_request(
            by=clinician, episode=asked.episode, instrument="phq9", due_on=days_ago(0)
        )
        _, token = links.issue_link(by=clinician, episode=asked.episode, requests=[asked, other])
        withdraw_wording(by=administrator, pack=pack, reason="The licence has ended")
        door = reverse("sitting-landing", args=[token])
        client = Client()
        assert "One short set of questions, about 2 minutes" in unescaped(client.get(door))
        client.post(door)
        assert client.get(item(asked, 1)).status_code == 404
        assert client.get(item(other, 1)).status_code == 200
        with pytest.raises(Conflict, match="cannot be asked here"):
            save_draft(request=asked, item="1", value=3)

    def test_staff_enter_the_paper_form_by_our_labels(
        self, asked: AssessmentRequest, clinician: User
    ) -> None:
        office, url = signed_in(clinician), reverse("rate", args=[asked.public_id])
        page = unescaped(office.get(url))
        assert "go by the number of the item on the paper form" in page
        assert "A clearer way to change" in page
        sent = {f"item-{code}": value for code, value in WAI.items()}
        sent |= {"assessed_on": str(days_ago(0)), "step": "sign"}
        assert office.post(url, sent).status_code == 302
        stored = Assessment.objects.get(request=asked)
        assert (stored.wording, stored.source) == ("labels", "clinician_entered")


class TestOnTheSheetOfTheStaff:
    def test_what_was_on_the_screen_is_what_is_recorded(
        self, episode: TreatmentEpisode, clinician: User, site: Site
    ) -> None:
        """A newer pack between opening the sheet and sending it is not what the rater has read."""
        pack = installed(site, "hamd17", mark="ours: ")
        office = signed_in(clinician)
        url = reverse("rate-new", args=[episode.public_id, "hamd17"])
        page = office.get(url)
        assert "ours: Question 17" in unescaped(page) and f'value="{pack.public_id}"' in page.content.decode()
        installed(site, "hamd17", mark="newer: ")
        sent = {f"item-{code}": value for code, value in HAMD.items()}
        sent |= {"assessed_on": str(days_ago(0)), "submission_id": str(uuid.uuid4())}
        sent |= {"wording": str(pack.public_id), "step": "sign"}
        assert office.post(url, sent).status_code == 302
        assert Assessment.objects.get().wording == "en/invented/1"

    @pytest.mark.parametrize("named", ["no-uuid", "00000000-0000-4000-8000-000000000000", "another"])
    def test_a_pack_that_cannot_have_been_shown_is_refused(
        self, episode: TreatmentEpisode, clinician: User, site: Site, named: str
    ) -> None:
        other = installed(site, "phq9")
        named = str(other.public_id) if named == "another" else named
        sent = {f"item-{code}": value for code, value in HAMD.items()}
        sent |= {"assessed_on": str(days_ago(0)), "submission_id": str(uuid.uuid4()), "wording": named}
        url = reverse("rate-new", args=[episode.public_id, "hamd17"])
        page = signed_in(clinician).post(url, sent)
        assert page.status_code == 409 and "out of date" in unescaped(page)
        assert not Assessment.objects.exists()

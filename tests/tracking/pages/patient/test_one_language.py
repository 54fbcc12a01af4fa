"""A sitting speaks one language: its questions, the pages around them, whom to call, and the mail."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from measures import registry
from tests.cast import days_ago
from tests.tracking.packs import installed
from tracking.actions import links, people, scheduling
from tracking.actions.wordings import withdraw_wording
from tracking.errors import InvalidInput
from tracking.models import (
    AssessmentRequest,
    OutboxMail,
    Patient,
    Site,
    SiteContacts,
    SittingLink,
    TreatmentEpisode,
    User,
    WordingPack,
)
from tracking.queries.sittings import open_requests

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
ENGLISH = re.compile(r"\b(the|and|you|your|is|are|question|answers?)\b", re.IGNORECASE)
HOLDER = registry.get("phq9").rights.holder  # is named as the terms of the instrument want it
LANGUAGES = {"de": "Krisentelefon, 555 0101", "es": "Línea de crisis, 555 0102", "ar": "خط الأزمات, 555 0103"}


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest, patient: Patient, site: Site) -> str:
    """A patient of this language, for whom the site has words and contacts in it."""
    language: str = request.param
    Patient.objects.filter(pk=patient.pk).update(language=language)
    installed(site, "phq9", language=language, mark="¶")
    SiteContacts.objects.create(site=site, language=language, contacts=LANGUAGES[language])
    return language


@pytest.fixture
def gad7(episode: TreatmentEpisode, clinician: User) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="gad7", due_on=days_ago(0))


def fresh(asked: AssessmentRequest) -> AssessmentRequest:
    return AssessmentRequest.objects.get(pk=asked.pk)


def words_of(page: str) -> str:
    """What the page says, without the words of the pack, which are invented in English for every language."""
    without = re.sub(r"<(\w+)[^>]*\blang=\"(?:de|es|ar)\"(?! dir)[^>]*>.*?</\1>", " ", page, flags=re.DOTALL)
    body = re.sub(r"<script.*?</script>", " ", without, flags=re.DOTALL).partition("<body")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_from_the_mail_to_the_thanks(spoken: str, asked: AssessmentRequest, clinician: User) -> None:
    """Whatever the browser and the clinician read."""
    link, token = links.issue_link(by=clinician, episode=fresh(asked).episode, requests=[fresh(asked)])
    address = reverse("sitting-landing", args=[token])
    people.change_identity(by=clinician, patient=asked.episode.patient, email="petra@example.net")
    links.mail_link(by=clinician, link=link, url=address)
    mail = OutboxMail.objects.get()
    assert not ENGLISH.search(f"{mail.subject} {mail.body}")
    client = Client(headers={"Accept-Language": "en"})
    pages = [client.get(address), client.post(address, follow=True)]
    item = reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": 9})
    pages += [client.get(item), client.post(item, {"item-9": "3", "step": "next"}, follow=True)]
    pages += [client.get(reverse("sitting-review", args=[asked.public_id]))]
    for page in pages:
        text = page.content.decode()
        assert f'<html lang="{spoken}"' in text
        said = words_of(text).replace(HOLDER, "")
        assert not ENGLISH.search(said), said
    assert LANGUAGES[spoken].split(", ")[1] in pages[-1].content.decode()


def test_no_other_request_of_the_browser_speaks_it(
    spoken: str, asked: AssessmentRequest, clinician: User
) -> None:
    _, token = links.issue_link(by=clinician, episode=fresh(asked).episode, requests=[fresh(asked)])
    client = Client(headers={"Accept-Language": "en"})
    client.post(reverse("sitting-landing", args=[token]))
    assert '<html lang="en-gb"' in client.get(reverse("account_login")).content.decode()


class TestWithoutWords:
    """The GAD-7 has none in German here: staff are told before anything is sent, and choose."""

    @pytest.fixture(autouse=True)
    def german(self, patient: Patient, site: Site) -> None:
        Patient.objects.filter(pk=patient.pk).update(language="de")
        installed(site, "phq9", language="de", mark="¶")

    def test_the_page_says_so_and_offers_what_there_is(
        self, client: Client, clinician: User, asked: AssessmentRequest, gad7: AssessmentRequest
    ) -> None:
        client.force_login(clinician)
        page = client.get(reverse("link-new", args=[asked.episode.public_id])).content.decode()
        assert "<strong>No words in German:</strong> GAD-7." in re.sub(r"\s+", " ", page)
        assert "German: PHQ-9" in page
        assert "English: PHQ-9 and GAD-7" in page or "English: GAD-7 and PHQ-9" in page
        assert re.search(rf'value="{asked.public_id}"[^>]*checked', page)
        assert not re.search(rf'value="{gad7.public_id}"[^>]*checked', page)

    def test_one_without_words_is_refused(
        self, client: Client, clinician: User, asked: AssessmentRequest, gad7: AssessmentRequest
    ) -> None:
        client.force_login(clinician)
        both = {"requests": [asked.public_id, gad7.public_id], "language": "de"}
        answer = client.post(reverse("link-new", args=[asked.episode.public_id]), both)
        assert answer.status_code == 400
        assert "No words in German for GAD-7" in answer.content.decode()
        assert not SittingLink.objects.exists()

    def test_in_the_language_that_was_chosen_all_is_asked(
        self, client: Client, clinician: User, asked: AssessmentRequest, gad7: AssessmentRequest
    ) -> None:
        client.force_login(clinician)
        both = {"requests": [asked.public_id, gad7.public_id], "language": "en-gb"}
        assert client.post(reverse("link-new", args=[asked.episode.public_id]), both).status_code == 200
        link = SittingLink.objects.get()
        assert {one.instrument for one in open_requests(link)} == {"phq9", "gad7"}
        links.open_link(link=link, now=link.created_at)
        assert {fresh(one).wording_pack for one in (asked, gad7)} == {None}, "the words that ship, in English"

    def test_what_was_begun_in_one_language_is_not_gone_on_with_in_another(
        self, clinician: User, asked: AssessmentRequest
    ) -> None:
        link, token = links.issue_link(by=clinician, episode=fresh(asked).episode, requests=[fresh(asked)])
        client = Client()
        client.post(reverse("sitting-landing", args=[token]))
        item = reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": 1})
        client.post(item, {"item-1": "1", "step": "next"})
        translation.activate("en-gb")
        with pytest.raises(InvalidInput, match="no words in English for PHQ-9"):
            links.issue_link(
                by=clinician, episode=fresh(asked).episode, requests=[fresh(asked)], language="en-gb"
            )

    def test_words_that_are_withdrawn_leave_nothing_in_another_language(
        self, clinician: User, asked: AssessmentRequest, site: Site, administrator: User
    ) -> None:
        link, _ = links.issue_link(by=clinician, episode=fresh(asked).episode, requests=[fresh(asked)])
        withdraw_wording(by=administrator, pack=WordingPack.objects.get(site=site), reason="a slip")
        assert open_requests(SittingLink.objects.get(pk=link.pk)) == []


def test_an_account_is_asked_what_has_words_in_its_language(
    client: Client,
    patient_user: User,
    patient: Patient,
    asked: AssessmentRequest,
    gad7: AssessmentRequest,
    site: Site,
) -> None:
    Patient.objects.filter(pk=patient.pk).update(language="de")
    installed(site, "phq9", language="de", mark="¶")
    client.force_login(patient_user)
    page = client.get(reverse("own-course"), headers={"Accept-Language": "en"})
    assert '<html lang="de"' in page.content.decode()
    assert page.context["waiting"] == [asked]
    assert client.post(reverse("own-answer")).status_code == 302
    assert SittingLink.objects.get().language == "de"

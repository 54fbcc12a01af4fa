"""The page docs/install-a-wording.md: its whole example, uploaded, installed and answered."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import guides
from tests.cast import days_ago
from tests.markup import said
from tests.tracking.pages.doors import signed_in
from tracking.actions import links, scheduling
from tracking.models import Assessment, AssessmentRequest, Patient, Site, TreatmentEpisode, User, WordingPack

pytestmark = pytest.mark.django_db
NEW = reverse("wording-new", args=["treatment_guess"])
FILE = "treatment_guess-de.csv"


@pytest.fixture
def pack(tmp_path: Path) -> bytes:
    assert guides.save(guides.page("install-a-wording.md"), tmp_path) == [FILE]
    return (tmp_path / FILE).read_bytes()


def install(administrator: User, site: Site, pack: bytes) -> HttpResponse:
    """The page of the preview; what it offers is installed."""
    office = signed_in(administrator)
    sent = {"site": site.pk, "kind": "csv", "text": ""}
    preview = office.post(NEW, sent | {"file": SimpleUploadedFile(FILE, pack), "step": "check"})
    assert preview.status_code == 200
    assert not WordingPack.objects.exists()
    text = re.search(r'<textarea name="text" hidden>\n?(.*?)</textarea>', preview.content.decode(), re.DOTALL)
    assert text
    done = office.post(NEW, sent | {"text": html.unescape(text[1]), "step": "install"})
    assert done.status_code == 302
    return preview


def test_the_example_is_installed_and_a_patient_is_asked_in_its_words(
    administrator: User,
    clinician: User,
    site: Site,
    patient: Patient,
    episode: TreatmentEpisode,
    pack: bytes,
) -> None:
    assert "3 questions in German" in said(install(administrator, site, pack))
    Patient.objects.filter(pk=patient.pk).update(language="de")
    created = scheduling.create_request(
        by=clinician, episode=episode, instrument="treatment_guess", due_on=days_ago(0)
    )
    asked = AssessmentRequest.objects.get(pk=created.pk)
    _, token = links.issue_link(by=clinician, episode=asked.episode, requests=[asked])
    browser = Client()
    browser.post(reverse("sitting-landing", args=[token]))
    told = []
    for number, (code, value) in enumerate({"guess": 2, "confidence": 4}.items(), start=1):
        address = reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": number})
        told.append(said(browser.get(address)))
        assert browser.post(address, {f"item-{code}": value, "step": "next"}).status_code == 302
    assert "Die neue Behandlung, die geprüft wird" in told[0] and "Wie sicher sind Sie?" in told[1]
    browser.post(reverse("sitting-review", kwargs={"public_id": asked.public_id}))
    stored = Assessment.objects.get()
    assert (stored.answers["guess"], stored.answers["confidence"]) == (2, 4)
    assert stored.wording == "de/guide/1"


def test_a_line_too_few_is_named_and_nothing_is_installed(
    administrator: User, site: Site, pack: bytes
) -> None:
    spoilt = pack.replace(b"confidence,5,Ganz sicher\n", b"")
    sent = {"site": site.pk, "kind": "csv", "text": "", "step": "check"}
    answered = signed_in(administrator).post(NEW, sent | {"file": SimpleUploadedFile(FILE, spoilt)})
    assert "confidence" in said(answered) and "3 questions in German" not in said(answered)
    assert not WordingPack.objects.exists()

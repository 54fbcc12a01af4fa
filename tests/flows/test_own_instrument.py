"""A site's own instrument from its text file to a release: uploaded, asked, answered, alarming, followed, retired."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from reports.actions import release_builds, releases
from reports.actions.courses import recompute_episode
from reports.models import ReleaseStatus
from tests.cast import days_ago, person
from tests.markup import said
from tests.reports.release_clinic import build
from tests.tracking.definitions import CHECK_IN, second
from tests.tracking.own_answers import checked_in
from tests.tracking.pages.doors import signed_in
from tracking.models import (
    Assessment,
    AssessmentRequest,
    SafetyAlert,
    Site,
    SiteInstrument,
    TreatmentEpisode,
    User,
)
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


def published_by(administrator: User, site: Site, text: str = CHECK_IN) -> SiteInstrument:
    client = signed_in(administrator)
    sent = {"site": site.pk, "text": text}
    assert client.post(reverse("library-new"), sent).status_code == 200
    assert client.post(reverse("library-publish"), sent).status_code == 302
    return SiteInstrument.objects.last()


def asked_by(clinician: User, episode: TreatmentEpisode) -> AssessmentRequest:
    sent = {"instrument": "check_in", "due_on": days_ago(0).isoformat()}
    answered = signed_in(clinician).post(reverse("request-new", args=[episode.public_id]), sent)
    assert answered.status_code == 302
    return AssessmentRequest.objects.get(instrument="check_in")


def link_of(clinician: User, asked: AssessmentRequest) -> str:
    page = signed_in(clinician).post(
        reverse("link-new", args=[asked.episode.public_id]), {"requests": [str(asked.public_id)]}
    )
    return re.search(r"/s/[\w-]+/", page.content.decode()).group(0)


def test_uploaded_asked_answered_and_seen(
    administrator: User, clinician: User, site: Site, episode: TreatmentEpisode
) -> None:
    published_by(administrator, site)
    asked = asked_by(clinician, episode)
    patient = Client()
    patient.post(link_of(clinician, asked))
    for number, (code, value) in enumerate({"calm": 0, "afraid": 2, "dead": 1}.items(), start=1):
        address = reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": number})
        page = patient.get(address)
        assert {"calm": "I have felt calm", "afraid": "I have been afraid"}.get(
            code, "I have wished"
        ) in said(page)
        assert patient.post(address, {f"item-{code}": value, "step": "next"}).status_code == 302
    alert = SafetyAlert.objects.get()
    assert (alert.instrument, alert.item, alert.level) == ("check_in", "dead", "review")
    thanks = patient.post(reverse("sitting-review", kwargs={"public_id": asked.public_id}), follow=True)
    assert "0800 111 0 111" in said(thanks)

    stored = Assessment.objects.get()
    score = stored.scores.get()
    assert (stored.version, score.value, score.band, score.band_set) == ("1", 5, "high", "clinic")
    assert stored.answers == {"calm": 0, "afraid": 2, "dead": 1}
    recompute_episode(episode_id=episode.pk)
    team = signed_in(clinician)
    patient_page = said(team.get(reverse("patient", args=[episode.patient.public_id])))
    assert "Check-in" in patient_page and "high" in patient_page
    assessment_page = said(team.get(reverse("assessment", args=[stored.public_id])))
    assert "Check-in after the session, version 1" in assessment_page and "Distress" in assessment_page
    assert "I have wished to be dead Sometimes 1" in assessment_page
    assert "Check-in" in said(team.get(reverse("alerts")))


def test_rated_and_corrected_by_the_staff(
    administrator: User, clinician: User, site: Site, episode: TreatmentEpisode
) -> None:
    published_by(administrator, site, CHECK_IN.replace('rater = "self"', 'rater = "clinician"'))
    team = signed_in(clinician)
    address = reverse("rate-new", kwargs={"public_id": episode.public_id, "instrument": "check_in"})
    sent = {"item-calm": 2, "item-afraid": 1, "item-dead": 0, "assessed_on": days_ago(0).isoformat()}
    once = {"submission_id": str(uuid.uuid4()), "step": "sign"}
    assert team.post(address, sent | once).status_code == 302
    stored = Assessment.objects.get()
    assert (stored.rater, stored.scores.get().value) == (clinician, 1)
    correct = reverse("assessment-correct", args=[stored.public_id])
    again = sent | {"item-afraid": 2, "reason": "Misread", "step": "sign"}
    assert team.post(correct, again).status_code == 302
    assert stored.superseded_by.scores.get().value == 2


def test_the_interface_for_programs_takes_it_too(
    administrator: User, clinician: User, site: Site, episode: TreatmentEpisode
) -> None:
    published_by(administrator, site)
    client = signed_in(clinician)
    shown = client.get("/api/v1/instruments/check_in/").json()
    assert [item["code"] for item in shown["items"]] == ["calm", "afraid", "dead"]
    listed = client.get("/api/v1/instruments/?page_size=100").json()["results"]
    assert "check_in" in [one["key"] for one in listed]
    body = {
        "episode": str(episode.public_id),
        "instrument": "check_in",
        "answers": {"calm": 2, "afraid": 0, "dead": 0},
        "assessed_on": days_ago(0).isoformat(),
        "submission_id": str(uuid.uuid4()),
    }
    sent = client.post("/api/v1/assessments/", json.dumps(body), content_type="application/json")
    assert sent.status_code == 201, sent.content
    assert Assessment.objects.get().scores.get().band == "low"


def test_a_new_version_while_one_is_being_filled_in(
    administrator: User, clinician: User, site: Site, episode: TreatmentEpisode
) -> None:
    """What was asked in one version is answered, scored and read in that version, also when it is retired."""
    first = published_by(administrator, site)
    asked = asked_by(clinician, episode)
    patient = Client()
    patient.post(link_of(clinician, asked))
    published_by(administrator, site, second())
    retire = reverse("library-retire", args=[first.public_id])
    assert signed_in(administrator).post(retire, {"reason": "A stricter band"}).status_code == 302
    for number, (code, value) in enumerate({"calm": 1, "afraid": 1, "dead": 0}.items(), start=1):
        address = reverse("sitting-item", kwargs={"public_id": asked.public_id, "number": number})
        assert patient.post(address, {f"item-{code}": value, "step": "next"}).status_code == 302
    patient.post(reverse("sitting-review", kwargs={"public_id": asked.public_id}))
    stored = Assessment.objects.get()
    assert (stored.version, stored.scores.get().band) == ("1", "low")
    page = said(signed_in(clinician).get(reverse("assessment", args=[stored.public_id])))
    assert "I have felt calm" in page and "version 1" in page


def test_a_sheet_of_an_older_version_is_not_taken_for_the_new_one(
    administrator: User, clinician: User, site: Site, episode: TreatmentEpisode
) -> None:
    published_by(administrator, site)
    team = signed_in(clinician)
    address = reverse("rate-new", kwargs={"public_id": episode.public_id, "instrument": "check_in"})
    sheet = team.get(address).content.decode()
    hidden = {
        name: re.search(f'name="{name}" value="([^"]+)"', sheet).group(1)
        for name in ("version", "submission_id")
    }
    published_by(administrator, site, second())
    sent = {"item-calm": 2, "item-afraid": 1, "item-dead": 0, "assessed_on": days_ago(0).isoformat()}
    refused = team.post(address, sent | hidden)
    assert (refused.status_code, "A new version was published" in said(refused)) == (409, True)
    assert not Assessment.objects.exists()


def test_it_leaves_in_a_release_with_its_items_and_bands(settings: object, tmp_path: Path) -> None:
    settings.RELEASES = tmp_path
    clinic = build(8)
    site = clinic.patients[0].team.site
    published_by(person("Ada Administrator", Role.ADMINISTRATOR, site=site), site)
    for episode in TreatmentEpisode.objects.all():
        checked_in(episode)
    asked = releases.request_release(
        by=clinic.researcher, study=clinic.study, tables=["scores", "answers"], purpose="To compare"
    )
    releases.decide_release(by=clinic.steward, release=asked, approve=True)
    release_builds.build_release(release_id=asked.pk)
    asked.refresh_from_db()
    assert (asked.status, asked.reasons) == (ReleaseStatus.READY, [])
    with zipfile.ZipFile(releases.release_path(asked)) as archive:
        scores = list(csv.DictReader(io.TextIOWrapper(archive.open("scores.csv"))))
        answers = list(csv.DictReader(io.TextIOWrapper(archive.open("answers_check_in.csv"))))
    own = [row for row in scores if row["instrument"] == "check_in"]
    assert {(row["scale"], float(row["value"]), row["band"]) for row in own} == {("total", 2.0, "low")}
    assert len(own) == len(answers) == len(clinic.consenting)

"""The whole example of each guide for those who work with it, done at the pages as its steps say."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from reports.actions import release_builds, releases
from reports.models import Release, ReleaseStatus
from tests import guides
from tests.cast import days_ago, person
from tests.reader import Reader
from tests.reports.release_clinic import build
from tests.tracking.pages.doors import signed_in
from tracking import clock
from tracking.actions import audit, links, oversight, scheduling
from tracking.models import (
    Assessment,
    AssessmentRequest,
    CareTeam,
    Membership,
    OddLook,
    OutboxMail,
    Patient,
    RoleGrant,
    Site,
    SittingLink,
    TreatmentEpisode,
    User,
)
from tracking.queries.access import waiting_access
from tracking.vocabulary import ReadPage, Role

pytestmark = pytest.mark.django_db
ROLES = (
    "clinician",
    "data-steward",
    "patient",
    "privacy-officer",
    "rater",
    "researcher",
    "site-administrator",
)


def example(role: str) -> str:
    return guides.page(f"guides/{role}.md").split("## One whole example")[1]


def test_every_guide_has_an_example() -> None:
    assert {path.stem for path in (guides.DOCS / "guides").glob("*.md")} == set(ROLES)
    assert all(re.search(r"^1\. ", example(role), re.MULTILINE) for role in ROLES)


def test_a_clinician_asks_for_a_questionnaire(clinician: User, episode: TreatmentEpisode) -> None:
    reader = Reader(signed_in(clinician), "/")
    reader.follow(example("clinician"))
    asked = AssessmentRequest.objects.get()
    assert (asked.episode, asked.instrument, asked.status) == (episode, "phq9", "open")
    assert [link.episode for link in SittingLink.objects.all()] == [episode]
    assert reader.address == reverse("link-new", args=[episode.public_id])
    assert "PHQ-9" in reader.said


def test_a_patient_answers(clinician: User, episode: TreatmentEpisode) -> None:
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument="treatment_guess", due_on=days_ago(0)
    )
    _, token = links.issue_link(by=clinician, episode=episode, requests=[asked])
    Reader(Client(), reverse("sitting-landing", args=[token])).follow(example("patient"))
    stored = Assessment.objects.get()
    assert (stored.answers["guess"], stored.answers["confidence"], stored.answers["led_by"]) == (2, 3, None)
    assert stored.source == "self"


def test_a_rater_rates(clinician: User, rater: User, episode: TreatmentEpisode) -> None:
    scheduling.create_request(
        by=clinician,
        episode=episode,
        instrument="cgi_s",
        due_on=days_ago(0),
        blinded=True,
        assigned_to=rater,
    )
    reader = Reader(signed_in(rater), "/")
    reader.follow(example("rater"))
    rated, guess = Assessment.objects.order_by("pk")
    assert (rated.rater, rated.answers) == (rater, {"1": 5})
    assert (guess.instrument, guess.answers["guess"]) == ("treatment_guess_rater", 0)
    assert episode.patient.study_code in reader.said.split("Submitted in the last two days")[1]


def test_an_administrator_brings_somebody_in(administrator: User, team_a: CareTeam) -> None:
    giving, _ = example("site-administrator").split("\n4. ")
    Reader(signed_in(administrator), "/").follow(giving)
    nora = User.objects.get(email="nora@example.org")
    assert [grant.role for grant in RoleGrant.objects.filter(user=nora)] == ["clinician"]
    assert [one.team for one in Membership.objects.filter(user=nora)] == [team_a]
    assert OutboxMail.objects.first().to == "nora@example.org"
    assert len(waiting_access(administrator)) == 2


def test_a_privacy_officer_asks(site: Site, outsider: User, patient: Patient) -> None:
    audit.record_read(by=outsider, patient=patient, page=ReadPage.PATIENT)
    oversight.mark_odd_looks(now=clock.real_now())
    Reader(signed_in(person("Olga Officer", Role.OFFICER, site=site)), "/").follow(example("privacy-officer"))
    assert OddLook.objects.get().reason == "Was on call, the lead knows."


@pytest.mark.slow
def test_a_researcher_asks_a_steward_approves_and_the_zip_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases.settings, "RELEASES", tmp_path)
    clinic = build()
    asking, download = example("researcher").split("\n4. ")
    researcher = Reader(signed_in(clinic.researcher), "/")
    researcher.follow(asking)
    asked = Release.objects.get()
    assert (asked.requested_by, asked.status) == (clinic.researcher, ReleaseStatus.REQUESTED)
    Reader(signed_in(clinic.steward), "/").follow(example("data-steward"))
    asked.refresh_from_db()
    assert (asked.decided_by, asked.status) == (clinic.steward, ReleaseStatus.APPROVED)
    release_builds.build_release(release_id=asked.pk)
    researcher.go(reverse("releases"))
    researcher.follow(f"4. {download}")
    with zipfile.ZipFile(io.BytesIO(researcher.file)) as archive:
        assert {"scores.csv", "codebook.csv", "manifest.json"} <= set(archive.namelist())

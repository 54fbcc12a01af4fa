"""What a release says of people in it who were erased since: how many and when, and nothing of whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from reports.actions import release_builds, releases
from reports.actions.release_closing import erased_since
from reports.models import Release, ReleaseStatus
from tests.cast import days_ago, person
from tests.markup import said
from tests.reports.release_clinic import Clinic, build, kept_for_the_module
from tracking.actions import care, endings, retention
from tracking.actions.erasures import ask_erasure, decide_erasure, erase
from tracking.models import Patient, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def clinic(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clinic]:
    with kept_for_the_module(django_db_blocker):
        yield build(14)


@pytest.fixture
def ready(clinic: Clinic, settings: object, tmp_path: Path) -> Release:
    settings.RELEASES = tmp_path
    release = releases.request_release(
        by=clinic.researcher, study=clinic.study, tables=["scores"], purpose="To be kept"
    )
    releases.decide_release(by=clinic.steward, release=release, approve=True)
    release_builds.build_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.status == ReleaseStatus.READY
    return release


@pytest.fixture
def colleague(clinic: Clinic) -> User:
    user = person("Cora Colleague", Role.CLINICIAN)
    care.add_member(by=None, team=clinic.patients[0].team, user=user, starts_on=days_ago(300))
    return user


def erased(clinic: Clinic, colleague: User, patient: Patient, *, years: int) -> None:
    admin = person("Ada Admin", Role.ADMINISTRATOR)
    for holding in ("record", "identity"):
        retention.set_retention(
            by=admin, site=patient.team.site, holding=holding, years=years, law="§ 630f BGB"
        )
    endings.end_episode(
        by=clinic.clinician,
        episode=patient.episodes.get(),
        reason="completed",
        ends_on=days_ago(10),
        open_reason="all is said",
    )
    row = ask_erasure(by=clinic.clinician, patient=patient)
    decide_erasure(by=colleague, row=row, approve=True)
    erase(row=row)


def shown(user: User, release: Release) -> str:
    client = Client()
    client.force_login(user)
    return said(client.get(reverse("release", args=[release.public_id])))


def test_steward_and_researcher_read_how_many_and_when_and_not_who(
    clinic: Clinic, ready: Release, colleague: User
) -> None:
    patient, before = clinic.consenting[3], ready.manifest
    study_id, code = ready.members.get(patient=patient).study_id, patient.study_code
    assert "Erased since" not in shown(clinic.steward, ready)
    erased(clinic, colleague, patient, years=0)
    ready.refresh_from_db()
    for user in (clinic.steward, clinic.researcher):
        page = shown(user, ready)
        assert "Erased since 1 person in it, on request. What is out stays as it is" in page
        assert f"{erased_since(ready)[0]:%-d %B %Y}" in page
        assert study_id not in page and code not in page
    assert ready.manifest == before
    assert not ready.members.filter(study_id=study_id).exists()


def test_whose_record_the_law_keeps_is_not_counted(clinic: Clinic, ready: Release, colleague: User) -> None:
    erased(clinic, colleague, clinic.consenting[3], years=10)
    assert erased_since(ready) == []


def test_nor_is_somebody_of_no_release(clinic: Clinic, ready: Release, colleague: User) -> None:
    erased(clinic, colleague, next(p for p in clinic.patients if p not in clinic.consenting), years=0)
    assert erased_since(ready) == []

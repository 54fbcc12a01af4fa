"""A release that is closed: by a steward, or because somebody in it has taken back the consent, at whatever moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from reports import tasks
from reports.actions import release_builds, release_closing, releases
from reports.models import Release, ReleaseStatus
from tests.cast import days_ago
from tests.markup import said
from tests.reports.release_clinic import Clinic, build, kept_for_the_module
from tracking.actions import people
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import OutboxMail, Patient, User

pytestmark = pytest.mark.django_db
CLOSED = "somebody in it no longer consents"


@pytest.fixture(scope="module")
def clinic(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clinic]:
    with kept_for_the_module(django_db_blocker):
        yield build(14)


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    settings.RELEASES = tmp_path
    return tmp_path


def approved(clinic: Clinic, purpose: str = "To see it closed") -> Release:
    release = releases.request_release(
        by=clinic.researcher, study=clinic.study, tables=["scores"], purpose=purpose
    )
    releases.decide_release(by=clinic.steward, release=release, approve=True)
    return release


@pytest.fixture
def ready(clinic: Clinic) -> Release:
    release = built(approved(clinic))
    assert release.status == ReleaseStatus.READY
    return release


def built(release: Release) -> Release:
    release_builds.build_release(release_id=release.pk)
    release.refresh_from_db()
    return release


def withdraws(clinic: Clinic, patient: Patient | None = None) -> Patient:
    patient = patient or clinic.consenting[3]
    people.record_consent(by=clinic.clinician, patient=patient, kind="withdrawn", stated_on=days_ago(0))
    return patient


def page(user: User, release: Release) -> str:
    client = Client()
    client.force_login(user)
    return said(client.get(f"/releases/{release.public_id}/"))


class TestAWithdrawal:
    def test_between_build_and_download_closes_it_at_once(self, clinic: Clinic, ready: Release) -> None:
        """22:10 built, 22:13 taken back, 22:14 fetched: it was still handed over."""
        withdraws(clinic)
        with pytest.raises(Conflict, match=CLOSED):
            releases.hand_over(by=clinic.researcher, release=ready)
        ready.refresh_from_db()
        assert (ready.status, ready.closed_by) == (ReleaseStatus.REVOKED, None)
        assert "Somebody in it no longer consents" in page(clinic.researcher, ready)
        with pytest.raises(Conflict):
            releases.hand_over(by=clinic.researcher, release=ready)

    def test_while_it_is_built_leaves_the_person_out(
        self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        release, write = approved(clinic), release_builds._write
        gone = clinic.consenting[5]

        def meanwhile(path: Path, content: bytes) -> None:
            monkeypatch.undo()
            withdraws(clinic, gone)
            write(path, content)

        monkeypatch.setattr(release_builds, "_write", meanwhile)
        assert built(release).status == ReleaseStatus.APPROVED
        Release.objects.filter(pk=release.pk).update(lease_until=None)
        assert built(release).status == ReleaseStatus.READY
        assert not release.members.filter(patient=gone).exists()

    def test_closes_what_nobody_fetches_and_tells_the_stewards_who_did_before(
        self, clinic: Clinic, ready: Release, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        releases.hand_over(by=clinic.researcher, release=ready)
        withdraws(clinic)
        monkeypatch.setattr(tasks, "ask", lambda *_: None)
        tasks.sweep()
        ready.refresh_from_db()
        assert ready.status == ReleaseStatus.REVOKED
        text = page(clinic.steward, ready)
        assert "Who fetched it" in text and clinic.researcher.name in text
        told = OutboxMail.objects.get(subject="A release was closed")
        assert told.to == clinic.steward.email
        assert str(ready.public_id) in told.body
        tasks.sweep()
        assert OutboxMail.objects.filter(subject=told.subject).count() == 1

    def test_the_next_build_leaves_the_person_out(self, clinic: Clinic, ready: Release) -> None:
        """One that nobody had fetched counts as never out; beside one that was, as many more wait."""
        gone = withdraws(clinic)
        assert release_closing.close_withdrawn() == 1
        fresh = built(approved(clinic, "Again"))
        assert fresh.status == ReleaseStatus.READY
        assert {row.patient for row in fresh.members.all()} == {*clinic.consenting} - {gone}

    def test_what_holds_nobody_of_them_stays(self, clinic: Clinic, ready: Release) -> None:
        assert release_closing.close_withdrawn() == 0
        assert releases.hand_over(by=clinic.researcher, release=ready).exists()


class TestASteward:
    def test_closes_what_can_be_fetched(self, clinic: Clinic, ready: Release) -> None:
        client = Client()
        client.force_login(clinic.steward)
        address = f"/releases/{ready.public_id}/revoke/"
        assert client.post(address, {"note": ""}).status_code == 422
        assert client.post(address, {"note": "The purpose has changed."}).status_code == 302
        text = page(clinic.researcher, ready)
        assert f"{clinic.steward.name} closed it on" in text
        assert "The purpose has changed." in text
        with pytest.raises(Conflict):
            releases.hand_over(by=clinic.researcher, release=ready)
        with pytest.raises(Conflict, match="neither being built nor there"):
            release_closing.revoke_release(by=clinic.steward, release=ready, note="Twice.")
        assert client.post(address, {"note": "Once more."}, follow=True).status_code == 200

    def test_closes_what_is_being_built(
        self, clinic: Clinic, monkeypatch: pytest.MonkeyPatch, folder: Path
    ) -> None:
        release, write = approved(clinic), release_builds._write

        def meanwhile(path: Path, content: bytes) -> None:
            release_closing.revoke_release(by=clinic.steward, release=release, note="Asked for too much.")
            write(path, content)

        monkeypatch.setattr(release_builds, "_write", meanwhile)
        assert built(release).status == ReleaseStatus.REVOKED
        assert list(folder.iterdir()) == []

    def test_says_why_and_nobody_else_may(self, clinic: Clinic, ready: Release) -> None:
        for note, reason in (("  ", "say why it is closed"), ("n" * 2001, "must not be longer than 2000")):
            with pytest.raises(InvalidInput, match=reason):
                release_closing.revoke_release(by=clinic.steward, release=ready, note=note)
        with pytest.raises(NotPermitted, match="only a data steward"):
            release_closing.revoke_release(by=clinic.researcher, release=ready, note="Mine.")
        assert "Close the release" not in page(clinic.researcher, ready)
        assert "Close the release" in page(clinic.steward, ready)

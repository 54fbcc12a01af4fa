"""Building under faults: killed, doubled, disk full, nobody authorised, something found. Nothing half stays."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from reports import tasks
from reports.actions import release_builds, releases
from reports.export import package
from reports.models import Release, ReleaseStatus
from reports.release_frames import columns, read_tables
from reports.stats.disclosure import DisclosureRefusal
from tests.cast import days_ago, server_days_ago
from tests.lost_keys import lose_key
from tests.reports.release_clinic import NEVER_ASKED, Clinic, build, kept_for_the_module
from tests.tracking.sealed import AFTER, a_record, tamper
from tracking.actions import people
from tracking.actions.chain import check_chain, settle_chain
from tracking.errors import Conflict
from tracking.models import Patient, PatientIdentity, Site, TreatmentEpisode, TreatmentSession
from tracking.queries.chain import open_findings

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Ends a build as the kill of its process would: no handler of ours runs after it."""


@pytest.fixture(scope="module")
def clinic(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clinic]:
    with kept_for_the_module(django_db_blocker):
        yield build(14)


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    settings.RELEASES = tmp_path
    return tmp_path


@pytest.fixture
def approved(clinic: Clinic) -> Release:
    return approved_for(clinic, "To see it fail")


def approved_for(clinic: Clinic, purpose: str) -> Release:
    release = releases.request_release(
        by=clinic.researcher, study=clinic.study, tables=["scores", "medication"], purpose=purpose
    )
    releases.decide_release(by=clinic.steward, release=release, approve=True)
    return release


def tried(release: Release) -> Release:
    release_builds.build_release(release_id=release.pk)
    release.refresh_from_db()
    return release


def killed_while_writing(release: Release, patch: pytest.MonkeyPatch) -> None:
    """The process dies after half of the file; the file that it had begun stays, as it would."""

    def die(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        raise Killed

    with patch.context() as killing:
        killing.setattr(release_builds, "_write", die)
        killing.setattr(Path, "unlink", lambda *args, **kwargs: None)
        with pytest.raises(Killed):
            release_builds.build_release(release_id=release.pk)


def test_a_killed_build_is_found_again_and_gives_the_same_bytes(
    approved: Release, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_while_writing(approved, monkeypatch)
    ids = set(approved.members.values_list("patient", "study_id"))
    assert all(re.fullmatch(r"P(\d[A-Z]){5}", code) for _, code in ids)
    assert release_builds.waiting_releases(now=timezone.now()) == []  # its lease still runs
    later = timezone.now() + release_builds.LEASE
    assert release_builds.waiting_releases(now=later) == [approved.pk]
    Release.objects.filter(pk=approved.pk).update(lease_until=timezone.now())
    assert tried(approved).status == ReleaseStatus.READY
    assert set(approved.members.values_list("patient", "study_id")) == ids
    first = releases.release_path(approved).read_bytes()
    Release.objects.filter(pk=approved.pk).update(status=ReleaseStatus.APPROVED, sha256="")
    assert hashlib.sha256(first).hexdigest() == tried(approved).sha256
    releases.expire_releases(now=timezone.now())
    assert list(folder.iterdir()) == [releases.release_path(approved)]


def test_who_takes_back_the_consent_between_two_tries_is_no_member(
    clinic: Clinic, approved: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = approved_for(clinic, "Another one")
    for release in (approved, other):
        killed_while_writing(release, monkeypatch)
    gone = clinic.consenting[-1]
    people.record_consent(by=clinic.clinician, patient=gone, kind="withdrawn", stated_on=days_ago(0))
    Release.objects.filter(pk=approved.pk).update(lease_until=timezone.now())
    assert tried(approved).status == ReleaseStatus.READY
    assert not approved.members.filter(patient=gone).exists()
    assert approved.members.count() == len(clinic.consenting) - 1
    assert other.members.filter(patient=gone).exists()  # not built again yet


def test_three_killed_builds_end_as_failed_with_the_reason(
    approved: Release, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(release_builds.TRIES):
        killed_while_writing(approved, monkeypatch)
        Release.objects.filter(pk=approved.pk).update(lease_until=timezone.now())
    assert release_builds.waiting_releases(now=timezone.now()) == []
    approved.refresh_from_db()
    assert (approved.status, approved.reasons) == (ReleaseStatus.FAILED, [release_builds.LOST])
    releases.expire_releases(now=timezone.now())
    assert list(folder.iterdir()) == []


def test_delivered_twice_it_is_built_once(approved: Release) -> None:
    tasks.build_release(approved.pk)
    approved.refresh_from_db()
    built = approved.built_at
    tasks.build_release(approved.pk)
    approved.refresh_from_db()
    assert (approved.attempts, approved.built_at) == (1, built)


def test_a_try_that_lost_its_lease_writes_nothing(
    approved: Release, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(path: Path, content: bytes) -> None:
        Release.objects.filter(pk=approved.pk).update(attempts=2)
        path.write_bytes(content)

    monkeypatch.setattr(release_builds, "_write", overtaken)
    assert tried(approved).status == ReleaseStatus.APPROVED
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "then",
    [None, DisclosureRefusal("Too few."), OSError(errno.ENOSPC, "full")],
    ids=["goes on", "refused", "broken"],
)
def test_a_try_that_lost_its_lease_leaves_the_release_to_the_other(
    approved: Release, monkeypatch: pytest.MonkeyPatch, then: Exception | None
) -> None:
    """Whatever it comes to: it neither renews the lease, nor ends the release, nor gives a reason."""
    in_time = timezone.now() + timedelta(minutes=2)
    taken_over = {
        "attempts": 2,
        "lease_until": in_time,
        "status": ReleaseStatus.APPROVED,
        "reasons": ["first"],
    }

    def overtaken(*given: object) -> object:
        Release.objects.filter(pk=approved.pk).update(**taken_over)
        if then:
            raise then
        return read_tables(*given)

    monkeypatch.setattr(release_builds, "read_tables", overtaken)
    monkeypatch.setattr(package, "build", lambda contents: pytest.fail("it went on"))
    tried(approved)
    assert {name: getattr(approved, name) for name in taken_over} == taken_over


def test_a_full_disk_is_tried_again_then_told_and_leaves_no_file(
    approved: Release, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for _ in range(release_builds.TRIES - 1):
        assert tried(approved).status == ReleaseStatus.APPROVED
        assert approved.reasons == ["The disk is full. It will be tried again."]
        assert release_builds.waiting_releases(now=timezone.now()) == [approved.pk]
    assert tried(approved).status == ReleaseStatus.FAILED
    assert approved.reasons == [release_builds.DISK_FULL]
    assert list(folder.iterdir()) == []


def test_nothing_is_built_for_somebody_who_left_the_study(
    clinic: Clinic, approved: Release, folder: Path
) -> None:
    clinic.researcher.study_memberships.update(ends_on=server_days_ago(1))
    assert tried(approved).status == ReleaseStatus.FAILED
    assert approved.reasons == [release_builds.NOT_AUTHORISED]
    assert list(folder.iterdir()) == []


def test_nothing_leaves_while_the_record_of_who_did_what_does_not_hold(
    clinic: Clinic, approved: Release, folder: Path
) -> None:
    """What was changed today is found by the build itself; from then on nothing is approved or handed over."""
    ready = approved_for(clinic, "Built before")
    release_builds.build_release(release_id=ready.pk)
    asked = releases.request_release(
        by=clinic.researcher, study=clinic.study, tables=["scores"], purpose="Later"
    )
    a_record()
    tamper("DELETE FROM tracking_readevent WHERE at < %s", AFTER)
    release_builds.build_release(release_id=approved.pk)
    approved.refresh_from_db()
    assert (approved.status, approved.reasons) == (ReleaseStatus.REFUSED, [release_builds.BROKEN_RECORD])
    check_chain()
    with pytest.raises(Conflict, match="record of who did what was changed"):
        releases.decide_release(by=clinic.steward, release=asked, approve=True)
    ready.refresh_from_db()
    with pytest.raises(Conflict, match="record of who did what was changed"):
        releases.hand_over(by=clinic.researcher, release=ready)
    settle_chain(by=clinic.steward, findings=open_findings(), reason="An exercise.")
    releases.decide_release(by=clinic.steward, release=asked, approve=True)
    assert releases.hand_over(by=clinic.researcher, release=ready).parent == folder


def test_too_few_patients_are_refused(clinic: Clinic, approved: Release, folder: Path) -> None:
    for patient in clinic.consenting[:-4]:
        people.record_consent(by=clinic.clinician, patient=patient, kind="withdrawn", stated_on=days_ago(1))
    assert tried(approved).status == ReleaseStatus.REFUSED
    assert approved.reasons == ["Fewer than 5 patients may be released."]
    assert list(folder.iterdir()) == []


def test_a_name_that_got_into_a_column_is_found_and_nothing_leaves(
    clinic: Clinic, approved: Release, folder: Path
) -> None:
    """Five patients share the arm, so that disclosure control lets it pass; it is a therapist's name."""
    TreatmentEpisode.objects.filter(study=clinic.study).update(arm="group Quittenbaum")
    assert tried(approved).status == ReleaseStatus.REFUSED
    assert sorted(approved.reasons) == [
        f"The leak scan stopped it: {member} holds user: name."
        for member in ("episodes.csv", "manifest.json", "sample.csv")
    ]
    assert "Quittenbaum" not in str(approved.reasons)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("word", ["none", "ask", "Team", "PHQ"])
def test_a_crisis_contact_of_one_common_word_stops_no_release(
    clinic: Clinic, approved: Release, word: str
) -> None:
    """As sites had it before a contact had to name somebody: the word stands in every codebook and names nobody."""
    Site.objects.update(crisis_contacts=word)
    assert tried(approved).status == ReleaseStatus.READY, approved.reasons


def test_a_number_to_call_is_found_and_nothing_leaves(
    clinic: Clinic, approved: Release, folder: Path
) -> None:
    Site.objects.update(crisis_contacts="Quittenbaum line, 0800 4455 667")
    TreatmentEpisode.objects.filter(study=clinic.study).update(arm="call 08004455667")
    assert tried(approved).status == ReleaseStatus.REFUSED
    assert sorted(approved.reasons) == [
        f"The leak scan stopped it: {member} holds crisis contacts."
        for member in ("episodes.csv", "manifest.json", "sample.csv")
    ]


def test_whose_identity_cannot_be_read_stays_out_and_is_counted(clinic: Clinic, approved: Release) -> None:
    """Nobody could look for a leak of it; everybody else is released."""
    lost = clinic.consenting[0]
    lose_key(lost.identity)
    assert tried(approved).status == ReleaseStatus.READY
    assert lost not in cohort(approved)
    assert len(cohort(approved)) >= 5
    assert approved.manifest["patients_left_out"]["with an identity that cannot be read"]


def test_the_same_name_in_a_field_that_does_not_leave_is_no_leak(clinic: Clinic, approved: Release) -> None:
    TreatmentSession.objects.filter(episode__study=clinic.study).update(note="Quittenbaum was there")
    assert tried(approved).status == ReleaseStatus.READY


@pytest.mark.parametrize(
    ("model", "field"),
    [(PatientIdentity, "given_name"), (TreatmentSession, "note"), (TreatmentEpisode, "id"), (Patient, "new")],
)
def test_identifiers_free_text_keys_and_unclassed_fields_cannot_be_columns(model: type, field: str) -> None:
    with pytest.raises(columns.NotReleasable):
        columns.stored(model, field, "Whatever is said of it")


def test_a_quasi_identifier_cannot_pass_as_an_ordinary_column() -> None:
    with pytest.raises(columns.NotReleasable):
        columns.stored(TreatmentEpisode, "arm", "Arm of the study")


def test_a_file_of_nobody_is_swept_and_one_under_a_lease_stays(approved: Release, folder: Path) -> None:
    Release.objects.filter(pk=approved.pk).update(
        attempts=1, lease_until=timezone.now() + timedelta(minutes=1)
    )
    approved.refresh_from_db()
    releases.part_path(approved).write_bytes(b"half")
    (folder / "left-behind.zip").write_bytes(b"whole")
    releases.expire_releases(now=timezone.now())
    assert list(folder.iterdir()) == [releases.part_path(approved)]


@pytest.mark.parametrize("before_query", [1, 2, 3])
def test_a_file_that_is_finished_while_the_folder_is_swept_stays(
    approved: Release, folder: Path, before_query: int
) -> None:
    being_built = Release.objects.filter(pk=approved.pk)
    being_built.update(lease_until=timezone.now() + timedelta(minutes=1))
    releases.part_path(approved).write_bytes(b"whole")
    queries = []

    def finish(execute: Callable[..., object], sql: str, *given: object) -> object:
        queries.append(sql)
        if len(queries) == before_query:
            being_built.update(status=ReleaseStatus.READY, expires_at=timezone.now() + timedelta(days=7))
            releases.part_path(approved).rename(releases.release_path(approved))
        return execute(sql, *given)

    with connection.execute_wrapper(finish):
        releases.expire_releases(now=timezone.now())
    assert len(queries) == 4  # three of the sweep, and the one that ends the build
    assert list(folder.iterdir()) == [releases.release_path(approved)]


def test_two_that_are_built_at_once_do_not_single_out_who_joined_in_between(
    clinic: Clinic, approved: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = approved_for(clinic, "To be faster")

    def overtaken(path: Path, content: bytes) -> None:
        monkeypatch.undo()
        people.record_consent(
            by=clinic.clinician, patient=clinic.patients[NEVER_ASKED], kind="given", stated_on=days_ago(0)
        )
        assert tried(other).status == ReleaseStatus.READY
        path.write_bytes(content)

    monkeypatch.setattr(release_builds, "_write", overtaken)
    assert tried(approved).status == ReleaseStatus.APPROVED
    assert tried(approved).status == ReleaseStatus.READY
    assert cohort(approved) == cohort(other) == {*clinic.consenting, clinic.patients[NEVER_ASKED]}


def cohort(release: Release) -> set[Patient]:
    return {member.patient for member in release.members.select_related("patient")}


def test_the_sweep_asks_for_a_release_whose_message_was_lost(
    approved: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(tasks.build_release, "apply_async", lambda args, **options: asked.append(args))
    monkeypatch.setattr(tasks.recompute_episode, "apply_async", lambda args, **options: None)
    tasks.sweep()
    assert asked == [(approved.pk,)]


def test_housekeeping_removes_what_is_past_its_time(approved: Release, folder: Path) -> None:
    assert tried(approved).status == ReleaseStatus.READY
    Release.objects.filter(pk=approved.pk).update(expires_at=timezone.now())
    tasks.clear_expired()
    approved.refresh_from_db()
    assert approved.status == ReleaseStatus.EXPIRED
    assert list(folder.iterdir()) == []

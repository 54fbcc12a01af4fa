"""The release pages: each role, each state, each refusal."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from reports.actions import release_builds, releases
from reports.models import Release, ReleaseStatus
from tests.again import as_long_ago, shown_again
from tests.api import Api
from tests.cast import days_ago, person, server_days_ago
from tests.reports.release_clinic import Clinic, build, kept_for_the_module
from tracking.actions import care, people
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import AuditEvent, Study, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    settings.RELEASES = tmp_path
    return tmp_path


@pytest.fixture
def asked(study: Study, researcher: User) -> Release:
    return releases.request_release(
        by=researcher, study=study, tables=["scores"], purpose="Does experience predict outcome?"
    )


@pytest.fixture
def stranger(db: None) -> User:
    """A researcher of another study."""
    user = person("Sven Stranger", Role.RESEARCHER)
    other = care.create_study(
        by=None, key="other", title="Other", outcome_instrument="phq9", endpoint="week 4"
    )
    care.add_study_member(by=None, study=other, user=user, starts_on=days_ago(10))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(release: Release, name: str = "release") -> str:
    return reverse(name, args=[release.public_id])


def test_a_researcher_asks_and_sees_the_request(researcher: User, study: Study) -> None:
    client = signed_in(researcher)
    form = {"study": "psilo", "tables": ["scores", "doses"], "purpose": "Dose and outcome"}
    answer = client.post(reverse("release-new"), form, follow=True)
    release = Release.objects.get()
    assert release.tables == ["episodes", "doses", "scores"]
    assert answer.redirect_chain == [(page_of(release), 302)]
    assert "Dose and outcome" in answer.content.decode()
    assert AuditEvent.objects.filter(action="request_release", object_id=release.public_id).exists()


def test_who_has_asked_for_nothing_is_led_to_asking(researcher: User, steward: User) -> None:
    page = signed_in(researcher).get(reverse("releases")).content.decode()
    assert "Nothing has left the house yet" in page
    assert page.count(f'href="{reverse("release-new")}"') == 2  # above, and where the list would be
    other = signed_in(steward).get(reverse("releases")).content.decode()
    assert "Nothing to decide" in other and reverse("release-new") not in other


def test_a_release_under_way_asks_for_itself_until_it_is_there_or_refused(
    researcher: User, steward: User, asked: Release
) -> None:
    client = signed_in(researcher)
    polls = f'hx-get="{page_of(asked)}" hx-trigger="every 2s"'
    assert polls not in client.get(page_of(asked)).content.decode()
    releases.decide_release(by=steward, release=asked, approve=True)
    assert polls in client.get(page_of(asked)).content.decode()
    release_builds.build_release(release_id=asked.pk)
    page = client.get(page_of(asked)).content.decode()
    assert "<strong>Why</strong></p><p>Fewer than 5 patients may be released.</p>" in page
    assert polls not in page


def test_the_same_form_posted_twice_is_one_request(researcher: User, study: Study) -> None:
    form = {"study": "psilo", "tables": ["scores"], "purpose": "Once"}
    for _ in range(2):
        signed_in(researcher).post(reverse("release-new"), form)
    assert Release.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"purpose": "  "}, "purpose"), ({"tables": ["identities"]}, "tables"), ({"study": "other"}, "study")],
)
def test_a_wrong_request_names_the_field_and_stores_nothing(
    researcher: User, study: Study, stranger: User, change: dict, field: str
) -> None:
    form = {"study": "psilo", "tables": ["scores"], "purpose": "Why"} | change
    answer = signed_in(researcher).post(reverse("release-new"), form)
    assert field in answer.context["form"].errors
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"purpose": "  "}, "purpose: say what the data"),
        ({"tables": []}, "tables: choose at least one of: "),
        ({"tables": ["scores", "identities"]}, "tables: choose at least one of: "),
    ],
)
def test_the_action_refuses_the_same_without_a_form(
    researcher: User, study: Study, change: dict, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        releases.request_release(
            by=researcher, study=study, **{"tables": ["scores"], "purpose": "Why"} | change
        )
    assert not Release.objects.exists()


def test_what_the_action_alone_refuses_stands_at_its_field(
    researcher: User, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise InvalidInput("purpose", "was asked for before")

    monkeypatch.setattr(releases, "request_release", refuse)
    form = {"study": "psilo", "tables": ["scores"], "purpose": "Why"}
    answer = signed_in(researcher).post(reverse("release-new"), form)
    assert answer.context["form"].errors == {"purpose": ["was asked for before"]}


@pytest.mark.parametrize("approve", [True, False])
def test_only_a_steward_of_the_study_decides(asked: Release, clinician: User, approve: bool) -> None:
    elsewhere = person("Stan Steward", Role.STEWARD)
    other = care.create_study(
        by=None, key="other", title="Other", outcome_instrument="phq9", endpoint="week 4"
    )
    care.add_study_member(by=None, study=other, user=elsewhere, starts_on=days_ago(10))
    for by in (clinician, elsewhere):
        with pytest.raises(NotPermitted, match="only a data steward of the study"):
            releases.decide_release(by=by, release=asked, approve=approve, note="Why")
    asked.refresh_from_db()
    assert (asked.status, asked.decided_by) == (ReleaseStatus.REQUESTED, None)


def test_a_steward_approves_somebody_elses_request(steward: User, asked: Release) -> None:
    signed_in(steward).post(page_of(asked, "release-decide"), {"decision": "approve", "note": "Fine"})
    asked.refresh_from_db()
    assert (asked.status, asked.decided_by) == (ReleaseStatus.APPROVED, steward)


def test_declining_needs_a_reason(steward: User, asked: Release) -> None:
    answer = signed_in(steward).post(page_of(asked, "release-decide"), {"decision": "decline"})
    assert answer.status_code == 422
    assert "say why it is declined" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.status == ReleaseStatus.REQUESTED


def test_nobody_decides_twice(steward: User, asked: Release) -> None:
    client = signed_in(steward)
    client.post(page_of(asked, "release-decide"), {"decision": "decline", "note": "Too wide"})
    answer = client.post(page_of(asked, "release-decide"), {"decision": "approve"}, follow=True)
    assert "decided already" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.status == ReleaseStatus.DECLINED


def test_who_asked_cannot_approve_even_as_a_steward(researcher: User, asked: Release) -> None:
    people.grant_role(by=None, user=researcher, role=Role.STEWARD, starts_on=days_ago(1))
    user = User.objects.get(pk=researcher.pk)
    answer = signed_in(user).post(page_of(asked, "release-decide"), {"decision": "approve"})
    assert answer.status_code == 403
    asked.refresh_from_db()
    assert asked.status == ReleaseStatus.REQUESTED


@pytest.mark.parametrize("name", ["release", "release-download"])
def test_for_a_researcher_of_another_study_it_is_as_if_absent(
    stranger: User, asked: Release, name: str
) -> None:
    client = signed_in(stranger)
    method = client.get if name == "release" else client.post
    foreign = method(page_of(asked, name))
    absent = method(reverse(name, args=[uuid.uuid4()]))
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("releases", "get"),
        ("release-new", "get"),
        ("release", "get"),
        ("release-decide", "post"),
        ("release-download", "post"),
    ],
)
def test_clinicians_have_no_business_here_and_strangers_sign_in(
    clinician: User, asked: Release, name: str, method: str
) -> None:
    args = [] if name in ("releases", "release-new") else [asked.public_id]
    url = reverse(name, args=args)
    assert getattr(signed_in(clinician), method)(url).status_code == 403
    anonymous = getattr(Client(), method)(url)
    assert anonymous.status_code == 302
    assert anonymous["Location"].startswith(reverse("account_login"))


class TestApprovingIsDoneInPerson:
    """What leaves the house is approved by somebody who has just shown again who they are."""

    def test_on_the_page_it_goes_on_with_what_was_sent(self, steward: User, asked: Release) -> None:
        steward.set_password("eleven grey herons")
        steward.save()
        client = as_long_ago(signed_in(steward))
        form = {"decision": "approve", "note": "seen in person"}
        again = client.post(page_of(asked, "release-decide"), form)
        asked.refresh_from_db()
        assert asked.status == ReleaseStatus.REQUESTED
        shown_again(client, again, "eleven grey herons")
        asked.refresh_from_db()
        assert (asked.status, asked.decision_note) == (ReleaseStatus.APPROVED, "seen in person")

    def test_declining_asks_for_nothing(self, steward: User, asked: Release) -> None:
        as_long_ago(signed_in(steward)).post(
            page_of(asked, "release-decide"), {"decision": "decline", "note": "too wide"}
        )
        asked.refresh_from_db()
        assert asked.status == ReleaseStatus.DECLINED

    def test_at_the_api_by_a_session_or_by_a_token_that_is_as_fresh(
        self, steward: User, asked: Release
    ) -> None:
        address, body = f"/api/v1/releases/{asked.public_id}/decide/", {"decision": "approve", "note": ""}
        old = as_long_ago(signed_in(steward)).post(address, body, content_type="application/json")
        api = Api(steward)
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            late = api.post(f"releases/{asked.public_id}/decide/", body)
        for answer in (old, late):
            assert answer.status_code == 403 and "Show again who you are" in answer.json()["detail"]
        assert api.post(f"releases/{asked.public_id}/decide/", body).json()["status"] == "approved"


@pytest.fixture(scope="module")
def clinic(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Clinic]:
    with kept_for_the_module(django_db_blocker):
        yield build(16)


class TestReady:
    """A release that was built."""

    @pytest.fixture
    def ready(self, clinic: Clinic) -> Release:
        release = releases.request_release(
            by=clinic.researcher, study=clinic.study, tables=list(releases.TABLES), purpose="To look"
        )
        releases.decide_release(by=clinic.steward, release=release, approve=True)
        release_builds.build_release(release_id=release.pk)
        release.refresh_from_db()
        assert release.status == ReleaseStatus.READY, release.reasons
        return release

    def test_the_page_tells_what_leaves(self, clinic: Clinic, ready: Release) -> None:
        page = signed_in(clinic.steward).get(page_of(ready)).content.decode()
        assert "14 patients" in page
        assert ready.sha256 in page
        assert clinic.researcher.name in page
        assert "Download" not in page

    def test_who_asked_downloads_it_and_each_download_is_logged(self, clinic: Clinic, ready: Release) -> None:
        client = signed_in(clinic.researcher)
        answer = client.post(page_of(ready, "release-download"))
        package = b"".join(answer.streaming_content)
        assert zipfile.ZipFile(io.BytesIO(package)).testzip() is None
        assert (
            AuditEvent.objects.filter(action="download_release", actor=clinic.researcher.public_id).count()
            == 1
        )

    def test_following_a_link_downloads_nothing(self, clinic: Clinic, ready: Release) -> None:
        assert signed_in(clinic.researcher).get(page_of(ready, "release-download")).status_code == 405

    def test_a_colleague_in_the_study_may_not_download_it(self, clinic: Clinic, ready: Release) -> None:
        colleague = person("Kunigunde Kollegin", Role.RESEARCHER)
        care.add_study_member(by=None, study=clinic.study, user=colleague, starts_on=days_ago(1))
        assert signed_in(colleague).post(page_of(ready, "release-download")).status_code == 403

    def test_who_left_the_study_does_not_even_see_it(self, clinic: Clinic, ready: Release) -> None:
        clinic.researcher.study_memberships.update(ends_on=server_days_ago(1))
        assert signed_in(clinic.researcher).post(page_of(ready, "release-download")).status_code == 404

    def test_after_its_time_it_is_not_handed_out_and_then_removed(
        self, clinic: Clinic, ready: Release, folder: Path
    ) -> None:
        with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
            answer = signed_in(clinic.researcher).post(page_of(ready, "release-download"), follow=True)
            assert "not there to be downloaded" in answer.content.decode()
            assert releases.expire_releases(now=timezone.now()) == 1
        ready.refresh_from_db()
        assert ready.status == ReleaseStatus.EXPIRED
        assert list(folder.iterdir()) == []

    def test_a_file_that_was_changed_is_not_handed_out(self, clinic: Clinic, ready: Release) -> None:
        releases.release_path(ready).write_bytes(b"something else")
        answer = signed_in(clinic.researcher).post(page_of(ready, "release-download"), follow=True)
        assert "not the one that was built" in answer.content.decode()

    def test_only_the_owner_of_the_process_reads_the_file(self, ready: Release) -> None:
        assert releases.release_path(ready).stat().st_mode & 0o777 == 0o600

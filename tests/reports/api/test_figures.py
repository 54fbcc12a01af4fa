"""Courses, flags, figures of studies and releases through the API: the same rows and rules as on the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.utils import timezone

from reports.actions import release_builds
from reports.actions.courses import recompute_episode
from reports.actions.studies import recompute_study
from reports.models import Release, ReleaseStatus, StudyResult
from reports.pages.study.page import study_figures
from tests.api import Api
from tests.reports.clinic import another_episode, rate
from tracking.actions import care
from tracking.actions.marks import want_study
from tracking.models import AuditEvent, CareTeam, ReadEvent, Study, TreatmentEpisode, User

REQUEST = {"study": "psilo", "tables": ["scores"], "purpose": "Does the experience go with the outcome?"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    messages: list[tuple] = []
    monkeypatch.setattr("reports.api.views.nudge", lambda *message: messages.append(message))
    return messages


@pytest.fixture
def relapsed(episode: TreatmentEpisode, clinician: User) -> TreatmentEpisode:
    for day, total in ((0, 24), (14, 6), (42, 5), (60, 16), (74, 18)):
        rate(episode, clinician, day, total)
    recompute_episode(episode_id=episode.pk)
    return episode


@pytest.fixture
def figures(relapsed: TreatmentEpisode, study: Study, clinician: User, team_a: CareTeam) -> Study:
    """Three patients: fewer than may be told of to somebody who does not treat them."""
    for total in (9, 12):
        other = another_episode(team_a, clinician, study)
        rate(other, clinician, 0, 22, time_point="baseline")
        rate(other, clinician, 28, total, time_point="week 4")
    want_study(study=study)
    recompute_study(study_id=study.pk)
    return study


@pytest.fixture
def folder(tmp_path: Path, settings: object) -> Iterator[Path]:
    settings.RELEASES = tmp_path
    yield tmp_path


def test_a_course_is_shown_and_noted(relapsed: TreatmentEpisode, clinician: User) -> None:
    course = Api(clinician).get("courses/", instrument="hamd17").json()["results"][0]
    assert (course["baseline"], course["latest"], course["change"]) == (24, 18, -6)
    assert ReadEvent.objects.get(page="api-courses").patient == relapsed.patient.public_id


def test_a_flag_comes_with_its_evidence(relapsed: TreatmentEpisode, clinician: User) -> None:
    api = Api(clinician)
    flags = {flag["kind"]: flag for flag in api.get("flags/", state="open").json()["results"]}
    assert flags
    flag = next(iter(flags.values()))
    assert flag["evidence"] and flag["rule_version"] and flag["sentence"]
    assert api.get(f"flags/{flag['id']}/").json() == flag


def test_a_cohort_shows_what_its_page_shows(figures: Study, researcher: User) -> None:
    api = Api(researcher)
    assert [row["key"] for row in api.get("cohorts/").json()["results"]] == ["psilo"]
    shown = api.get("cohorts/psilo/").json()
    page = study_figures(researcher, figures)
    assert (shown["withheld_below"], shown["rounded_to"]) == (8, 5)
    for analysis in ("course", "growth", "contrast", "predict", "agreement", "blinding", "published"):
        assert shown[analysis] == json.loads(json.dumps(page.results.get(analysis)))


def test_figures_of_three_patients_are_withheld(figures: Study, researcher: User) -> None:
    stored = StudyResult.objects.get(study=figures, analysis="course", instrument="hamd17").result
    assert min(mean["n"] for mean in stored["means"]) < 5
    shown = Api(researcher).get("cohorts/psilo/").json()
    assert shown["patients"] is None
    assert "refused" in shown["course"] or all(mean["mean"] is None for mean in shown["course"]["means"])


def test_who_treats_them_all_sees_them(figures: Study, clinician: User) -> None:
    care.add_study_member(by=None, study=figures, user=clinician)
    shown = Api(clinician).get("cohorts/psilo/").json()
    assert (shown["patients"], shown["withheld_below"]) == (3, None)


def test_a_release_from_request_to_download(
    figures: Study, researcher: User, steward: User, sent: list[tuple], folder: Path
) -> None:
    asking, deciding = Api(researcher), Api(steward)
    asked = asking.post("releases/", REQUEST)
    assert (asked.status_code, asked.json()["status"]) == (201, "requested")
    path = f"releases/{asked.json()['id']}/"
    assert asking.post(f"{path}decide/", {"decision": "approve"}).status_code == 403
    assert list(deciding.post(f"{path}decide/", {"decision": "decline"}).json()) == ["note"]
    assert deciding.post(f"{path}decide/", {"decision": "approve"}).json()["status"] == "approved"
    assert deciding.post(f"{path}decide/", {"decision": "approve"}).status_code == 409
    release = Release.objects.get()
    assert sent == [("reports.build_release", release.pk)]
    assert asking.post(f"{path}download/").status_code == 409
    release_builds.build_release(release_id=release.pk)
    assert asking.get(path).json()["status"] in {"ready", "refused"}


def test_a_finished_file_goes_to_who_asked_and_to_nobody_else(
    study: Study, researcher: User, steward: User, folder: Path
) -> None:
    release, content = _ready(study, researcher, steward, folder)
    path = f"releases/{release.public_id}/download/"
    answer = Api(researcher).post(path)
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Type"] == "application/zip"
    assert AuditEvent.objects.filter(action="download_release", actor=researcher.public_id).count() == 1
    assert Api(steward).post(path).status_code == 403
    membership = researcher.study_memberships.get()
    care.end_study_membership(by=None, membership=membership, ends_on=membership.starts_on)
    assert Api(researcher).post(path).status_code == 404


def _ready(study: Study, researcher: User, steward: User, folder: Path) -> tuple[Release, bytes]:
    """A release whose file is there. That it is built well is tested where it is built."""
    content = b"PK\x05\x06" + bytes(18)
    release = Release.objects.create(
        study=study,
        tables=["episodes"],
        purpose="growth",
        requested_by=researcher,
        decided_by=steward,
        status=ReleaseStatus.READY,
        expires_at=timezone.now() + timedelta(hours=1),
        sha256=sha256(content).hexdigest(),
    )
    (folder / f"{release.public_id}.zip").write_bytes(content)
    return release, content


@pytest.mark.parametrize(
    ("changes", "blamed"),
    [
        ({"study": "another"}, "study"),
        ({"study": 7}, "study"),
        ({"tables": []}, "tables"),
        ({"tables": ["identities"]}, "tables"),
        ({"tables": "scores"}, "tables"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": None}, "purpose"),
        *(({name: "1"}, name) for name in ("status", "requested_by", "decided_by", "sha256", "id", "team")),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_its_name(
    study: Study, researcher: User, changes: dict, blamed: str
) -> None:
    answer = Api(researcher).post("releases/", REQUEST | changes)
    assert (answer.status_code, list(answer.json())) == (400, [blamed])
    assert Release.objects.count() == 0


def test_a_study_of_others_is_refused_as_one_that_is_not_there(
    study: Study, researcher: User, site: object
) -> None:
    care.create_study(
        by=None, key="foreign", title="Foreign", site=site, outcome_instrument="hamd17", endpoint="week 4"
    )
    api = Api(researcher)
    foreign, absent = (api.post("releases/", REQUEST | {"study": key}) for key in ("foreign", "absent"))
    assert (foreign.status_code, foreign.content) == (400, absent.content)
    assert api.get("cohorts/foreign/").content == api.get("cohorts/absent/").content
    assert api.get("releases/", study="foreign").json()["results"] == []

"""Answers that come in through the API: stored once and whole, or refused by name."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from measures import registry
from tests.api import Api
from tests.cast import days_ago
from tests.reports.clinic import another_episode, rate
from tests.tracking.answers import CAPS, HAMD, PHQ9
from tracking.actions import scheduling
from tracking.actions.totals import record_total
from tracking.models import (
    Assessment,
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    SafetyAlert,
    ScaleScore,
    TreatmentEpisode,
    User,
)

WRITTEN = [Assessment, ScaleScore, SafetyAlert, AuditEvent]
FORBIDDEN = [
    "is_staff",
    "is_superuser",
    "team",
    "patient",
    "rater",
    "source",
    "total_score",
    "recorded_at",
    "locked",
    "version",
    "id",
    "scores",
    "supersedes",
]
MISSING = object()
LONG_BEFORE = days_ago(20)  # anything was asked for


def unasked(episode: TreatmentEpisode, /, **changes: Any) -> dict[str, Any]:
    body = {
        "submission_id": str(uuid.uuid4()),
        "episode": str(episode.public_id),
        "instrument": "phq9",
        "answers": PHQ9,
        "assessed_on": str(days_ago(1)),
    } | changes
    return {name: value for name, value in body.items() if value is not MISSING}


def answering(request: AssessmentRequest, /, **changes: Any) -> dict[str, Any]:
    body = {
        "submission_id": str(uuid.uuid4()),
        "request": str(request.public_id),
        "answers": PHQ9,
        "assessed_on": str(days_ago(0)),
    }
    return body | changes


def rows() -> list[int]:
    return [model.objects.count() for model in WRITTEN]


def test_an_assessment_is_stored_scored_and_wakes_the_worker(
    api: Api, episode: TreatmentEpisode, nudged: list[int]
) -> None:
    answer = api.post("assessments/", unasked(episode))
    assert answer.status_code == 201
    total = next(score for score in answer.json()["scores"] if score["scale"] == "total")
    assert (total["value"], total["band"]) == (9, "mild")
    assert nudged == [episode.pk]
    assert Assessment.objects.get().source == "clinician_entered"


def test_a_rating_by_a_clinician_is_a_rating(api: Api, episode: TreatmentEpisode, clinician: User) -> None:
    answer = api.post("assessments/", unasked(episode, instrument="caps5", answers=CAPS))
    assert (answer.status_code, answer.json()["source"]) == (201, "clinician")
    assert Assessment.objects.get().rater == clinician


def test_a_request_is_answered_and_done(api: Api, asked: AssessmentRequest) -> None:
    assert api.post("assessments/", answering(asked)).status_code == 201
    assert api.get(f"requests/{asked.public_id}/").json()["status"] == "done"


def test_a_request_is_named_alone(api: Api, asked: AssessmentRequest) -> None:
    before = rows()
    for more in ({"episode": str(asked.episode.public_id)}, {"instrument": "phq9"}):
        answer = api.post("assessments/", answering(asked, **more))
        assert (answer.status_code, list(answer.json())) == (400, ["request"])
    assert rows() == before


def test_what_is_asked_for_is_not_recorded_beside_it(
    api: Api, episode: TreatmentEpisode, asked: AssessmentRequest
) -> None:
    before = rows()
    answer = api.post("assessments/", unasked(episode, assessed_on=str(days_ago(0))))
    assert (answer.status_code, set(answer.json())) == (409, {"detail"})
    assert "was asked for, due" in answer.json()["detail"]
    assert rows() == before


@pytest.mark.parametrize("door", [unasked, answering])
def test_the_same_submission_twice_is_one(
    api: Api, episode: TreatmentEpisode, asked: AssessmentRequest, door: Any, nudged: list[int]
) -> None:
    body = door(asked) if door is answering else unasked(episode, assessed_on=str(LONG_BEFORE))
    first, again = api.post("assessments/", body), api.post("assessments/", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (Assessment.objects.count(), len(nudged)) == (1, 1)


@pytest.mark.parametrize("door", [unasked, answering])
@pytest.mark.parametrize(
    "changes",
    [{"answers": PHQ9 | {"1": 3}}, {"assessed_on": str(days_ago(2))}, {"answers": PHQ9 | {"1": None}}],
)
def test_other_content_under_the_same_id_is_a_conflict(
    api: Api, episode: TreatmentEpisode, asked: AssessmentRequest, door: Any, changes: dict
) -> None:
    body = door(asked) if door is answering else unasked(episode, assessed_on=str(LONG_BEFORE))
    api.post("assessments/", body)
    before = rows()
    answer = api.post("assessments/", body | changes)
    assert answer.status_code == 409
    assert set(answer.json()) == {"detail"}
    assert rows() == before


def test_a_request_that_was_answered_takes_nothing_else(api: Api, asked: AssessmentRequest) -> None:
    api.post("assessments/", answering(asked))
    before = rows()
    assert api.post("assessments/", answering(asked)).status_code == 409
    assert rows() == before


def test_another_sheet_of_the_same_day_is_stored_when_that_is_said(
    api: Api, episode: TreatmentEpisode
) -> None:
    api.post("assessments/", unasked(episode))
    before = rows()
    held = api.post("assessments/", unasked(episode))
    assert held.status_code == 400 and list(held.json()) == ["two_sheets"]
    assert rows() == before
    assert api.post("assessments/", unasked(episode, two_sheets=True)).status_code == 201


def test_the_submission_id_may_come_as_a_header(api: Api, episode: TreatmentEpisode) -> None:
    body = unasked(episode)
    key = body.pop("submission_id")
    answer = api.post("assessments/", body, **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["submission_id"]) == (201, key)
    assert api.post("assessments/", body, **{"Idempotency-Key": key}).status_code == 200
    differs = unasked(episode)
    assert api.post("assessments/", differs, **{"Idempotency-Key": key}).status_code == 400
    assert api.post("assessments/", body, **{"Idempotency-Key": "one"}).status_code == 400
    assert api.post("assessments/", body).json() == {
        "submission_id": ["Needed, here or as the header Idempotency-Key."]
    }


@pytest.mark.parametrize(
    ("changes", "blamed"),
    [
        ({"answers": PHQ9 | {"9": 4}}, "9"),
        ({"answers": PHQ9 | {"9": "3"}}, "9"),
        ({"answers": PHQ9 | {"9": True}}, "9"),
        ({"answers": PHQ9 | {"9": [1]}}, "9"),
        ({"answers": PHQ9 | {"9": {"a": 1}}}, "9"),
        ({"answers": PHQ9 | {"1": 10**4000}}, "1"),
        ({"answers": PHQ9 | {"12": 1}}, "12"),
        ({"answers": PHQ9 | {"<script>": 1}}, "<script>"),
        ({"answers": {code: value for code, value in PHQ9.items() if code != "9"}}, "answers"),
        ({"answers": {}}, "answers"),
        ({"answers": [2, 2, 1]}, "answers"),
        ({"answers": None}, "answers"),
        ({"answers": "0"}, "answers"),
        ({"assessed_on": str(days_ago(-3))}, "assessed_on"),
        ({"assessed_on": str(days_ago(5000))}, "assessed_on"),
        ({"assessed_on": "2026-02-30"}, "assessed_on"),
        ({"assessed_on": None}, "assessed_on"),
        ({"assessed_on": 20260101}, "assessed_on"),
        ({"instrument": "phq99"}, "instrument"),
        ({"instrument": 9}, "instrument"),
        ({"instrument": "../phq9"}, "instrument"),
        ({"submission_id": "1"}, "submission_id"),
        ({"submission_id": None}, "submission_id"),
        ({"submission_id": 7}, "submission_id"),
        ({"episode": 1}, "episode"),
        ({"episode": None}, "episode"),
        ({"episode": ["x"]}, "episode"),
        ({"episode": str(uuid.uuid4())}, "episode"),
        ({"request": str(uuid.uuid4())}, "request"),
        ({"episode": MISSING}, "request"),
        ({"instrument": MISSING}, "request"),
        ({"episode": MISSING, "instrument": MISSING}, "request"),
        *(({name: "1"}, name) for name in FORBIDDEN),
    ],
)
def test_what_cannot_be_taken_is_refused_by_its_name(
    api: Api, episode: TreatmentEpisode, changes: dict, blamed: str
) -> None:
    before = rows()
    answer = api.post("assessments/", unasked(episode, **changes))
    assert answer.status_code == 400
    assert list(answer.json()) == [blamed]
    assert rows() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"7",
        b"\xff\xfe",
        b'{"answers": NaN}',
        b'{"answers": {"1": 1e999}}',
        b'{"answers": {"1": -Infinity}}',
        b'{"answers": {"1": ' + b"9" * 5000 + b"}}",
        b'{"answers": {"1": 1, "1": 0}}',
        b'{"answers": {"\\ud800": 1}}',
        b'{"answers": {"1": "\\udfff"}}',
        b'{"\\u0000": 1}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"answers":' * 10_000,
        b'{"answers": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'[{"submission_id": "x"}]',
    ],
)
def test_a_malformed_body_is_a_refusal_and_never_a_fault(
    api: Api, clinician: User, episode: TreatmentEpisode, body: bytes
) -> None:
    stored = rate(episode, clinician, 0, 20)
    before = rows()
    for path in ("assessments/", f"assessments/{stored.public_id}/correct/"):
        answer = api.post(path, body)
        assert answer.status_code == 400
        assert isinstance(answer.json(), dict)
    assert rows() == before


def test_a_body_that_is_too_large_is_not_read(api: Api, episode: TreatmentEpisode) -> None:
    assert api.post("assessments/", b'{"a": "' + b"x" * 3_000_000 + b'"}').status_code == 413


def test_another_media_type_is_refused(api: Api, episode: TreatmentEpisode) -> None:
    sent = api.client.post("/api/v1/assessments/", unasked(episode), headers=api.headers)
    assert sent.status_code == 415


def test_patients_of_others_cannot_be_written_to(
    api: Api, clinician: User, outsider: User, team_b: CareTeam, episode: TreatmentEpisode
) -> None:
    foreign = another_episode(team_b, outsider)
    theirs = scheduling.create_request(by=outsider, episode=foreign, instrument="phq9", due_on=days_ago(1))
    stored = rate(foreign, outsider, 0, 20)
    before = rows()

    def refused(path: str, body: dict) -> tuple[int, bytes]:
        answer = api.post(path, body)
        return answer.status_code, answer.content

    assert refused("assessments/", unasked(foreign)) == refused(
        "assessments/", unasked(foreign, episode=str(uuid.uuid4()))
    )
    assert refused("assessments/", answering(theirs)) == refused(
        "assessments/", answering(theirs, request=str(uuid.uuid4()))
    )
    correction = {"answers": HAMD, "reason": "because"}
    absent = refused(f"assessments/{uuid.uuid4()}/correct/", correction)
    assert absent[0] == 404
    assert refused(f"assessments/{stored.public_id}/correct/", correction) == absent
    assert rows() == before


def test_a_rating_given_to_somebody_else_is_not_the_therapists(
    api: Api, clinician: User, rater: User, episode: TreatmentEpisode
) -> None:
    asked = scheduling.create_request(
        by=clinician, episode=episode, instrument="hamd17", due_on=days_ago(0), assigned_to=rater
    )
    answer = api.post("assessments/", answering(asked, answers=HAMD))
    assert answer.status_code == 403
    assert Assessment.objects.count() == 0


def test_a_correction_is_a_new_version_with_a_reason(
    api: Api, clinician: User, episode: TreatmentEpisode, nudged: list[int]
) -> None:
    stored = rate(episode, clinician, 0, 20)
    path = f"assessments/{stored.public_id}/correct/"
    assert list(api.post(path, {"answers": HAMD}).json()) == ["reason"]
    assert list(api.post(path, {"answers": HAMD, "reason": " "}).json()) == ["reason"]
    assert list(api.post(path, {"answers": {"1": 1}, "reason": "x"}).json()) == ["answers"]
    answer = api.post(path, {"answers": HAMD, "reason": "item 3 was misread"})
    assert answer.status_code == 201
    assert answer.json()["supersedes"] == str(stored.public_id)
    assert answer.json()["correction_reason"] == "item 3 was misread"
    assert api.get(f"assessments/{stored.public_id}/").json()["correction_reason"] == ""
    assert nudged == [episode.pk]


def test_who_corrects_second_is_told_so(api: Api, clinician: User, episode: TreatmentEpisode) -> None:
    stored = rate(episode, clinician, 0, 20)
    path = f"assessments/{stored.public_id}/correct/"
    body = {"answers": HAMD, "reason": "misread"}
    api.post(path, body)
    before = rows()
    answer = api.post(path, body | {"answers": HAMD | {"1": 4}, "reason": "misheard"})
    assert (answer.status_code, set(answer.json())) == (409, {"detail", "on_record", "sent"})
    both = answer.json()
    assert both["on_record"]["supersedes"] == str(stored.public_id)
    assert (both["on_record"]["answers"]["1"], both["on_record"]["correction_reason"]) == (
        HAMD["1"],
        "misread",
    )
    assert (both["sent"]["answers"]["1"], both["sent"]["reason"]) == (4, "misheard")
    assert rows() == before


def test_a_total_has_no_answers_to_correct(api: Api, clinician: User, episode: TreatmentEpisode) -> None:
    sheet = {"totals": {"total": 20}, "assessed_on": days_ago(3), "submission_id": uuid.uuid4()}
    total = record_total(by=clinician, episode=episode, instrument=registry.get("bdi2"), **sheet).assessment
    before = rows()
    answer = api.post(
        f"assessments/{total.public_id}/correct/", {"answers": PHQ9, "reason": "the sheet was found"}
    )
    assert (answer.status_code, set(answer.json())) == (409, {"detail"})
    assert rows() == before


@pytest.mark.parametrize("name", [*FORBIDDEN, "request", "episode", "submission_id"])
def test_a_correction_takes_nothing_but_answers_day_and_reason(
    api: Api, clinician: User, episode: TreatmentEpisode, name: str
) -> None:
    stored = rate(episode, clinician, 0, 20)
    before = rows()
    answer = api.post(
        f"assessments/{stored.public_id}/correct/", {"answers": HAMD, "reason": "misread", name: "1"}
    )
    assert (answer.status_code, list(answer.json())) == (400, [name])
    assert rows() == before


def test_a_broker_that_is_down_fails_no_answer(
    clinician: User, episode: TreatmentEpisode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*arguments: object, **options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("tracking.tasks.current_app.send_task", down)
    assert Api(clinician).post("assessments/", unasked(episode)).status_code == 201

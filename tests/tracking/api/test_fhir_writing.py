"""What is handed in in FHIR: stored once and whole, with the same safety answer as at the JSON doors."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from measures import registry
from measures.fhir.observation import totals_of
from tests.api import ROOT, Api
from tests.cast import days_ago
from tests.reports.clinic import another_episode
from tests.tracking.answers import CAPS, PHQ9
from tests.tracking.definitions import published
from tests.tracking.fhir_posts import (
    NEW,
    TOTAL,
    answering,
    post,
    refused,
    response_to,
    said,
    total_of,
)
from tracking.models import (
    Assessment,
    AssessmentRequest,
    CareTeam,
    SafetyAlert,
    TreatmentEpisode,
    User,
)


def test_a_response_is_stored_scored_and_wakes_the_worker(
    api: Api, episode: TreatmentEpisode, nudged: list[int]
) -> None:
    body = response_to(episode)
    answer = post(api, NEW, body)
    stored = Assessment.objects.get()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ROOT}{NEW}/{stored.public_id}"
    assert said(answer) == ["It is stored."]
    assert (stored.answers, stored.assessed_on) == (PHQ9 | {"10": None}, days_ago(1))
    assert stored.source == "clinician_entered"
    assert stored.scores.get(scale="total").value == 9
    assert nudged == [episode.pk]
    read = api.get(f"{NEW}/{stored.public_id}").json()
    assert {name: read[name] for name in body if name != "meta"} == body


def test_a_rating_by_a_clinician_is_a_rating(api: Api, episode: TreatmentEpisode, clinician: User) -> None:
    assert post(api, NEW, response_to(episode, "caps5", CAPS)).status_code == 201
    assert Assessment.objects.get().rater == clinician


def test_the_answer_carries_the_safety_alerts(api: Api, episode: TreatmentEpisode) -> None:
    answer = post(api, NEW, response_to(episode, answers=PHQ9 | {"9": 2}))
    warning = answer.json()["issue"][1]
    assert said(answer)[1] == "Safety item 9: endorsed. Urgent."
    assert warning["severity"] == "warning"
    assert [coding["code"] for coding in warning["details"]["coding"]] == ["urgent", "endorsed"]
    assert SafetyAlert.objects.get().level == "urgent"


def test_a_safety_item_that_the_response_leaves_out_is_an_alert(api: Api, episode: TreatmentEpisode) -> None:
    body = response_to(episode)
    body["item"] = [row for row in body["item"] if row["linkId"] != "9"]
    assert said(post(api, NEW, body))[1] == "Safety item 9: left unanswered. Needs review."


def test_a_request_is_answered_and_done(api: Api, asked: AssessmentRequest) -> None:
    assert post(api, NEW, answering(asked)).status_code == 201
    assert api.get(f"requests/{asked.public_id}/").json()["status"] == "done"
    assert post(api, NEW, answering(asked)).status_code == 409


def test_a_request_and_its_own_episode_may_both_be_named(api: Api, asked: AssessmentRequest) -> None:
    body = response_to(asked.episode, request_id=asked.public_id)
    assert post(api, NEW, body).status_code == 201


def test_the_same_response_twice_is_one(api: Api, episode: TreatmentEpisode, nudged: list[int]) -> None:
    body = response_to(episode)
    first, again = post(api, NEW, body), post(api, NEW, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"]
    assert said(again) == ["It was stored before."]
    assert (Assessment.objects.count(), len(nudged)) == (1, 1)
    assert post(api, NEW, body | {"authored": str(days_ago(2))}).status_code == 409


def test_another_response_of_the_same_day_is_left_to_people(api: Api, episode: TreatmentEpisode) -> None:
    post(api, NEW, response_to(episode))
    held = post(api, NEW, response_to(episode, submission_id=uuid.uuid4()))
    assert held.status_code == 400 and "is on record already and says the same" in said(held)[0]
    assert Assessment.objects.count() == 1


def test_the_submission_id_may_come_as_a_header(api: Api, episode: TreatmentEpisode) -> None:
    body = response_to(episode, submission_id=None)
    key = str(uuid.uuid4())
    assert post(api, NEW, body).status_code == 400
    assert post(api, NEW, body, **{"Idempotency-Key": key}).status_code == 201
    assert str(Assessment.objects.get().submission_id) == key


def test_a_time_is_a_day_where_the_patient_lives(api: Api, episode: TreatmentEpisode) -> None:
    late = f"{days_ago(3)}T23:30:00Z"  # half past midnight in Berlin, on the next day
    assert post(api, NEW, response_to(episode) | {"authored": late}).status_code == 201
    assert Assessment.objects.get().assessed_on == days_ago(2)


def test_a_sites_own_instrument_is_answered(api: Api, episode: TreatmentEpisode, team_a: CareTeam) -> None:
    own = published(team_a.site)
    shown = api.get(f"fhir/Questionnaire/{own.key.replace('_', '-')}").json()
    items = [item for item in shown["item"] if item["type"] == "choice"]
    rows = [{"linkId": item["linkId"], "answer": [item["answerOption"][0]]} for item in items]
    for row in rows:
        del row["answer"][0]["valueCoding"]["extension"]
    body = response_to(episode) | {"questionnaire": f"{shown['url']}|{shown['version']}", "item": rows}
    assert post(api, NEW, body).status_code == 201
    assert Assessment.objects.get().instrument == own.key


def test_a_total_is_recorded_and_survives(api: Api, episode: TreatmentEpisode, nudged: list[int]) -> None:
    body = total_of(episode)
    answer = post(api, TOTAL, body)
    assert (answer.status_code, said(answer)) == (201, ["It is stored."])
    stored = Assessment.objects.get()
    assert (stored.instrument, stored.entered_totals, stored.answers) == ("bdi2", {"total": 31}, {})
    bundle = api.client.get(answer.headers["Location"], headers=api.headers).json()
    assert totals_of(registry.get("bdi2"), [entry["resource"] for entry in bundle["entry"]]) == {"total": 31}
    assert nudged == [episode.pk]
    assert post(api, TOTAL, body).status_code == 200
    assert post(api, TOTAL, body | {"effectiveDateTime": str(days_ago(3))}).status_code == 409
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"valueQuantity": {"value": 64}}, "valueQuantity"),
        ({"valueQuantity": {"value": 3, "comparator": ">"}}, "valueQuantity"),
        ({"valueQuantity": {"value": "31"}}, "valueQuantity"),
        ({"valueQuantity": {}}, "valueQuantity"),
        ({"status": "preliminary"}, "status"),
        ({"component": []}, "component"),
        ({"derivedFrom": [{"reference": "QuestionnaireResponse/1"}]}, "derivedFrom"),
        ({"extension": [{"url": "urn:x", "valueBoolean": True}]}, "extension"),
        ({"effectiveDateTime": "2026"}, "effectiveDateTime"),
        ({"identifier": [{"value": "1"}, {"value": "2"}]}, "identifier"),
        ({"code": {"coding": [{"system": "urn:throughline:scores:phq9", "code": "total"}]}}, "code"),
        ({"code": {"coding": [{"system": "http://loinc.org", "code": "89209-1"}]}}, "code"),
        ({"subject": {"reference": "Patient/1"}}, "subject"),
        ({"resourceType": "QuestionnaireResponse"}, "resourceType"),
    ],
)
def test_a_total_that_cannot_be_taken_is_refused_by_name(
    api: Api, episode: TreatmentEpisode, changes: dict[str, Any], where: str
) -> None:
    assert refused(api, total_of(episode, **changes), path=TOTAL)[0].startswith(where)


@pytest.mark.parametrize("missing", ["valueQuantity", "extension", "subject", "code", "identifier"])
def test_a_total_needs_its_place_and_its_value(api: Api, episode: TreatmentEpisode, missing: str) -> None:
    body = total_of(episode)
    del body[missing]
    assert refused(api, body, path=TOTAL)


def test_the_total_of_another_teams_patient_is_refused_like_that_of_nobody(
    api: Api, outsider: User, team_b: CareTeam
) -> None:
    foreign = another_episode(team_b, outsider)
    absent = total_of(foreign) | {"extension": response_to(foreign, episode_id=uuid.uuid4())["extension"]}
    assert refused(api, total_of(foreign), path=TOTAL) == refused(api, absent, path=TOTAL)

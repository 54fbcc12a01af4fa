"""What FHIR doors refuse: by name, with a status of 4xx, and with nothing stored."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.api import ROOT, Api
from tests.cast import days_ago
from tests.reports.clinic import another_episode
from tests.tracking.fhir_posts import (
    NEW,
    TOTAL,
    answering,
    refused,
    response_to,
    said,
)
from tracking.actions import scheduling
from tracking.models import (
    CareTeam,
    TreatmentEpisode,
    User,
)

SYSTEM = "urn:throughline:answers:phq9"


def subject(**reference: Any) -> dict[str, Any]:
    return {"subject": reference}


@pytest.mark.parametrize(
    "changes",
    [
        subject(identifier={"system": "urn:throughline:study-code", "value": "TL-0000"}),
        subject(identifier={"system": "urn:other", "value": "CODE"}),
        subject(identifier={"value": "CODE"}),
        subject(reference=f"Patient/{uuid.uuid4()}"),
        subject(reference="Patient/1", identifier={"system": "urn:throughline:study-code", "value": "CODE"}),
        subject(display="Petra Patientin"),
        subject(),
        {"subject": None},
    ],
)
def test_answers_are_never_filed_under_somebody_else(
    api: Api, episode: TreatmentEpisode, changes: dict[str, Any]
) -> None:
    body = json.loads(
        json.dumps(response_to(episode) | changes).replace('"CODE"', f'"{episode.patient.study_code}"')
    )
    assert refused(api, body)[0].startswith("subject: ")


def test_the_patient_of_another_team_cannot_be_reached(
    api: Api, episode: TreatmentEpisode, outsider: User, team_b: CareTeam
) -> None:
    """Neither as the episode, nor as the request, nor as the subject; and nobody is told that there is one."""
    foreign = another_episode(team_b, outsider)
    asked = scheduling.create_request(by=outsider, episode=foreign, instrument="phq9", due_on=days_ago(1))
    absent = refused(api, response_to(foreign, episode_id=uuid.uuid4()))
    assert refused(api, response_to(foreign)) == absent
    absent = refused(api, response_to(foreign, episode_id=None, request_id=uuid.uuid4()))
    assert refused(api, answering(asked)) == absent
    absent = refused(api, response_to(episode, episode_id=None))
    assert absent == ["basedOn: names no request, and no extension an episode of care."]
    mixed = response_to(episode) | {"subject": response_to(foreign)["subject"]}
    assert refused(api, mixed) == ["subject: is not the patient of this episode."]


def test_the_episode_is_that_of_the_request(
    api: Api, episode: TreatmentEpisode, clinician: User, team_a: CareTeam
) -> None:
    asked = scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(1))
    other = another_episode(team_a, clinician)
    body = response_to(episode, request_id=asked.public_id, episode_id=other.public_id)
    assert refused(api, body) == ["extension: is not the episode of the request."]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"questionnaire": "urn:throughline:questionnaire:none|1"}, "questionnaire"),
        ({"questionnaire": "urn:throughline:questionnaire:phq9|0"}, "questionnaire"),
        ({"questionnaire": "http://loinc.org/q/44249-1"}, "questionnaire"),
        ({"questionnaire": "urn:throughline:questionnaire:bdi2|score-only"}, "questionnaire"),
        ({"status": "in-progress"}, "status"),
        ({"authored": "2026"}, "authored"),
        ({"authored": "2026-03"}, "authored"),
        ({"authored": "2026-03-09T10:00:00"}, "authored"),
        ({"authored": "9999-12-31"}, "assessed_on"),
        ({"authored": "0001-01-01T00:00:00+14:00"}, "authored"),
        ({"identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1"}}, "identifier"),
        ({"identifier": {"system": "urn:mine", "value": "urn:uuid:" + str(uuid.uuid4())}}, "identifier"),
        ({"author": {"reference": "Practitioner/1"}}, "author"),
        ({"source": {"reference": "Patient/1"}}, "source"),
        ({"encounter": {"reference": "Encounter/1"}}, "encounter"),
        ({"contained": [{"resourceType": "Patient", "id": "p"}]}, "contained"),
        ({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "modifierExtension"),
        ({"extension": [{"url": "urn:x", "valueBoolean": True}]}, "extension"),
        ({"extension": []}, "extension"),
        ({"extension": [{"url": "urn:x"}]}, "extension"),
        ({"basedOn": [{"reference": "CarePlan/1"}]}, "basedOn"),
        ({"basedOn": [{"display": "x"}]}, "basedOn"),
        ({"basedOn": [{"reference": f"ServiceRequest/{uuid.uuid4()}"}] * 2}, "basedOn"),
        ({"resourceType": "Observation"}, "resourceType"),
        ({"resourceType": "Patient"}, "resourceType"),
        ({"item": None}, "item"),
        ({"item": [{"linkId": "1", "answer": [{"valueInteger": "2"}]}]}, "item"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(
    api: Api, episode: TreatmentEpisode, changes: dict[str, Any], where: str
) -> None:
    assert refused(api, response_to(episode) | changes)[0].startswith(where)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"valueCoding": {"system": SYSTEM, "code": "4"}}, "Item 1: must be one of 0, 1, 2, 3."),
        ({"valueInteger": 2}, "Item 1: has valueInteger, which is not taken here."),
    ],
)
def test_a_wrong_answer_is_refused_by_its_item(
    api: Api, episode: TreatmentEpisode, answer: dict[str, Any], reason: str
) -> None:
    body = response_to(episode)
    body["item"][0] = {"linkId": "1", "answer": [answer]}
    assert refused(api, body) == [reason]


def deep(depth: int) -> bytes:
    return (
        b'{"resourceType":"QuestionnaireResponse","item":'
        + b'[{"item":' * depth
        + b"[]"
        + b"}]" * depth
        + b"}"
    )


HOSTILE = [
    deep(10_000),
    b"[" * 10_000,
    b'{"resourceType":"QuestionnaireResponse","resourceType":"Patient"}',
    b'{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"1","linkId":"9"}]}',
    b'{"resourceType":"QuestionnaireResponse","item":[{"linkId":"1","answer":[{"valueDecimal":1e999}]}]}',
    b'{"resourceType":"QuestionnaireResponse","item":[{"linkId":"1","answer":[{"valueInteger":'
    + b"9" * 5_000
    + b"}]}]}",
    b'{"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"1","answer":[{"valueInteger":'
    + b"9" * 400
    + b"}]}]}",
    b'{"resourceType":"QuestionnaireResponse","status":"\\ud800"}',
    b'{"resourceType":"QuestionnaireResponse","status":"\\u0000"}',
    b'{"resourceType":"QuestionnaireResponse","status":NaN}',
    b'{"resourceType":"QuestionnaireResponse","status":"\xff"}',
    b'{"resourceType":"Patient","name":[{"family":"Patientin"}]}',
    b'{"resourceType":["QuestionnaireResponse"]}',
    b'{"resourceType":"QuestionnaireResponse"',
    b"[]",
    b"null",
    b'"x"',
    b"",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_are_refused_at_every_door(api: Api, administrator: User, body: bytes) -> None:
    assert len(refused(api, body)) == 1
    sent = body.replace(b"QuestionnaireResponse", b"Observation")
    assert len(refused(api, sent, path=TOTAL)) == 1
    sent = body.replace(b"QuestionnaireResponse", b"Questionnaire")
    assert len(refused(Api(administrator), sent, path="fhir/Questionnaire")) == 1


def test_a_body_that_is_too_large_is_refused(api: Api) -> None:
    assert refused(api, b" " * (2 * 1024 * 1024 + 1), status=413)


def test_another_media_type_is_refused(api: Api, episode: TreatmentEpisode) -> None:
    body = json.dumps(response_to(episode))
    answer = api.client.post(ROOT + NEW, body, content_type="application/fhir+xml", headers=api.headers)
    assert answer.status_code == 415
    assert said(answer)


def test_nobody_is_told_in_fhir_too(db: None) -> None:
    answer = Api(None).get("fhir/Questionnaire/phq9")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (401, "login")
    assert said(answer)

"""FHIR at the doors: the same rows, rules and safety answer as the JSON doors, and never a name."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from django.http import HttpResponse
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from measures import registry
from measures.fhir.observation import observations, totals_of
from measures.fhir.occasion import Occasion
from measures.fhir.questionnaire import questionnaire
from measures.fhir.resource import as_json
from measures.fhir.response import answers_of, questionnaire_response
from measures.scoring import score_total
from tests.api import ROOT, Api
from tests.cast import CRISIS, days_ago, person
from tests.reports.clinic import another_episode, rate
from tests.tracking.answers import CAPS, PHQ9, recorded
from tests.tracking.definitions import published
from tracking.actions import assessments, care, scheduling, totals
from tracking.models import (
    Assessment,
    AssessmentRequest,
    AuditEvent,
    CareTeam,
    ReadEvent,
    SafetyAlert,
    ScaleScore,
    TreatmentEpisode,
    User,
)
from tracking.vocabulary import Role

IDENTITY = ["Petra", "Patientin", "MRN-4711", "petra@example.net", "1234567", "1984"]
WRITTEN = [Assessment, ScaleScore, SafetyAlert, AuditEvent]
NEW, TOTAL = "fhir/QuestionnaireResponse", "fhir/Observation"
TYPE = "application/fhir+json"
SYSTEM = "urn:throughline:answers:phq9"


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    ids: list[int] = []
    monkeypatch.setattr("tracking.api.fhir.nudge_episode", ids.append)
    return ids


@pytest.fixture
def api(clinician: User, nudged: list[int]) -> Api:
    return Api(clinician)


@pytest.fixture
def asked(clinician: User, episode: TreatmentEpisode) -> AssessmentRequest:
    return scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(1))


def post(api: Api, path: str, body: Any, **headers: str) -> HttpResponse:
    data = body if isinstance(body, bytes) else json.dumps(body)
    return api.client.post(ROOT + path, data, content_type=TYPE, headers=api.headers | headers)


def response_to(
    episode: TreatmentEpisode, key: str = "phq9", answers: Mapping[str, Any] = PHQ9, **changes: Any
) -> dict[str, Any]:
    """What another system posts, unasked."""
    facts = {"submission_id": uuid.uuid4(), "episode_id": episode.public_id} | changes
    occasion = Occasion(episode.patient.study_code, days_ago(1), **facts)
    return as_json(questionnaire_response(registry.get(key), dict(answers), occasion))


def answering(request: AssessmentRequest) -> dict[str, Any]:
    return response_to(request.episode, episode_id=None, request_id=request.public_id)


def rows() -> list[int]:
    return [model.objects.count() for model in WRITTEN]


def said(answer: HttpResponse) -> list[str]:
    """The lines of an OperationOutcome, checked against its model."""
    assert answer.headers["Content-Type"] == TYPE
    OperationOutcome.model_validate(answer.json())
    return [issue["diagnostics"] for issue in answer.json()["issue"]]


# --- questionnaires ---------------------------------------------------------------------------------------


def test_an_instrument_is_read_as_a_questionnaire(researcher: User) -> None:
    answer = Api(researcher).get("fhir/Questionnaire/qids-sr16")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, TYPE)
    assert answer.json() == as_json(questionnaire(registry.get("qids_sr16")))
    Questionnaire.model_validate(answer.json())
    version = registry.get("qids_sr16").version
    assert Api(researcher).get(f"fhir/Questionnaire/qids-sr16/_history/{version}").json() == answer.json()


@pytest.mark.parametrize("path", ["none", "phq9/_history/99", "bdi2", "PHQ9"])
def test_what_is_no_questionnaire_is_not_found(researcher: User, path: str) -> None:
    answer = Api(researcher).get(f"fhir/Questionnaire/{path}")
    assert answer.status_code == 404
    assert answer.json()["issue"][0]["code"] == "not-found"
    assert len(said(answer)) == 1


def test_a_sites_own_instrument_is_read_at_that_site(clinician: User, team_a: CareTeam) -> None:
    own = published(team_a.site)
    south = care.create_site(by=None, key="south", name="South", timezone="UTC", crisis_contacts=CRISIS)
    path = f"fhir/Questionnaire/{own.key.replace('_', '-')}"
    assert Api(clinician).get(path).json()["version"] == own.version
    assert Api(person("Sam South", Role.RESEARCHER, site=south)).get(path).status_code == 404


def test_whoever_asks_for_plain_json_gets_it(researcher: User) -> None:
    api = Api(researcher)
    api.headers["Accept"] = "application/json"
    answer = api.get("fhir/Questionnaire/phq9")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    api.headers["Accept"] = "application/fhir+xml"
    assert api.get("fhir/Questionnaire/phq9").status_code == 406


def test_a_draft_is_made_and_nothing_is_stored(administrator: User) -> None:
    api = Api(administrator)
    before = rows()
    answer = post(api, "fhir/Questionnaire", as_json(questionnaire(registry.get("gad7"))))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/toml; charset=utf-8"
    assert 'key = "gad7"' in answer.content.decode() and "undecided = [" in answer.content.decode()
    assert rows() == before


def test_a_draft_that_cannot_be_made_names_the_item(administrator: User) -> None:
    body = as_json(questionnaire(registry.get("gad7")))
    body["item"][1]["type"] = "open-choice"
    answer = post(Api(administrator), "fhir/Questionnaire", body)
    assert answer.status_code == 400
    assert said(answer) == ["item 1: is of a type that cannot be taken: open-choice."]


# --- reading ----------------------------------------------------------------------------------------------


def test_answers_are_read_as_they_were_given_under_a_study_code(
    clinician: User, episode: TreatmentEpisode
) -> None:
    stored = recorded(episode, None, "phq9", PHQ9 | {"9": None}).assessment
    answer = Api(clinician).get(f"fhir/QuestionnaireResponse/{stored.public_id}")
    QuestionnaireResponse.model_validate(answer.json())
    assert answers_of(registry.get("phq9"), answer.json()) == stored.answers
    assert answer.json()["subject"]["identifier"]["value"] == episode.patient.study_code
    assert answer.json()["meta"]["tag"][0]["code"] == "verbatim"


def test_no_name_leaves_by_any_door(clinician: User, episode: TreatmentEpisode) -> None:
    stored = recorded(episode, clinician, "caps5", CAPS).assessment
    api = Api(clinician)
    seen = api.get(f"fhir/QuestionnaireResponse/{stored.public_id}").content.decode()
    seen += api.get("fhir/Observation", assessment=str(stored.public_id)).content.decode()
    assert episode.patient.study_code in seen
    assert [word for word in [*IDENTITY, clinician.name, clinician.email] if word in seen] == []


def test_scores_are_read_as_observations(clinician: User, episode: TreatmentEpisode) -> None:
    stored = rate(episode, clinician, 0, 20, "phq9")
    answer = Api(clinician).get("fhir/Observation", assessment=str(stored.public_id))
    bundle = answer.json()
    Bundle.model_validate(bundle)
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert bundle["total"] == len(resources) == stored.scores.count()
    assert totals_of(registry.get("phq9"), resources)["total"] == 20
    assert resources[0]["interpretation"][0]["coding"][0]["code"] == "severe"


def test_a_total_that_was_recorded_without_items_is_an_observation_and_no_response(
    clinician: User, episode: TreatmentEpisode
) -> None:
    bdi = registry.get("bdi2")
    stored = totals.record_total(
        by=clinician,
        episode=episode,
        instrument=bdi,
        totals={"total": 31},
        assessed_on=days_ago(1),
        submission_id=uuid.uuid4(),
    ).assessment
    bundle = Api(clinician).get("fhir/Observation", assessment=str(stored.public_id)).json()
    (resource,) = [entry["resource"] for entry in bundle["entry"]]
    assert totals_of(bdi, [resource]) == {"total": 31}
    assert resource["method"]["text"].startswith("The total as it was entered")
    assert Api(clinician).get(f"fhir/QuestionnaireResponse/{stored.public_id}").status_code == 404


def test_a_corrected_version_and_the_one_before_say_so(clinician: User, episode: TreatmentEpisode) -> None:
    first = recorded(episode, None, "phq9", PHQ9).assessment
    second = assessments.correct_assessment(
        by=clinician, assessment=first, answers=PHQ9 | {"1": 0}, reason="misread"
    ).assessment

    def status(of: Assessment) -> tuple[str, str]:
        api = Api(clinician)
        answers = api.get(f"fhir/QuestionnaireResponse/{of.public_id}").json()
        scores = api.get("fhir/Observation", assessment=str(of.public_id)).json()
        return answers["status"], scores["entry"][0]["resource"]["status"]

    assert status(first) == ("entered-in-error", "entered-in-error")
    assert status(second) == ("amended", "corrected")


def test_reading_is_logged_and_others_see_nothing(
    clinician: User, outsider: User, episode: TreatmentEpisode
) -> None:
    stored = recorded(episode, None, "phq9", PHQ9).assessment
    paths = [
        (f"fhir/QuestionnaireResponse/{stored.public_id}", {}),
        ("fhir/Observation", {"assessment": str(stored.public_id)}),
    ]
    for path, parameters in paths:
        assert Api(clinician).get(path, **parameters).status_code == 200
        seen = Api(outsider).get(path, **parameters)
        absent = path.replace(str(stored.public_id), str(uuid.uuid4()))
        none = Api(outsider).get(absent, **{name: str(uuid.uuid4()) for name in parameters})
        assert (seen.status_code, seen.content) == (404, none.content)
    pages = ReadEvent.objects.filter(patient=episode.patient.public_id).values_list("page", "actor")
    assert sorted(pages) == [
        ("api-fhir-observations", clinician.public_id),
        ("api-fhir-responses", clinician.public_id),
    ]


@pytest.mark.parametrize(
    "parameters", [{}, {"assessment": "1"}, {"assessment": ""}, {"patient": "TL-1"}, {"_count": "5"}]
)
def test_observations_are_asked_for_by_assessment(clinician: User, parameters: dict[str, str]) -> None:
    answer = Api(clinician).get("fhir/Observation", **parameters)
    assert answer.status_code == 400
    assert said(answer)


# --- handing in -------------------------------------------------------------------------------------------


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


# --- totals -----------------------------------------------------------------------------------------------


def total_of(episode: TreatmentEpisode, value: float = 31, **changes: Any) -> dict[str, Any]:
    """A total of the BDI-II, as another system posts it."""
    bdi = registry.get("bdi2")
    occasion = Occasion(
        episode.patient.study_code, days_ago(1), episode_id=episode.public_id, totals_only=True
    )
    (made,) = observations(bdi, {"total": score_total(bdi, "total", value)}, occasion)
    identifier = [{"system": "urn:ietf:rfc:3986", "value": uuid.uuid4().urn}]
    return as_json(made) | {"identifier": identifier} | changes


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


# --- what is refused, with nothing stored -----------------------------------------------------------------


def refused(api: Api, body: Any, status: int = 400, path: str = NEW) -> list[str]:
    before = rows()
    answer = post(api, path, body)
    assert answer.status_code == status, answer.content
    assert rows() == before
    return said(answer)


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
    mixed = response_to(episode) | {"subject": response_to(foreign)["subject"]}
    assert refused(api, mixed) == ["subject: is not the patient of this episode."]


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


def test_a_worker_starts_without_the_models_of_fhir() -> None:
    """They take a third of a second to import: only an address of the API needs them."""
    program = (
        "import os, sys, django;"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings';"
        "django.setup();"
        "import config.celery, tracking.tasks, reports.tasks, measures.__main__;"
        "sys.exit(any(name.startswith(('fhir.', 'pydantic')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0

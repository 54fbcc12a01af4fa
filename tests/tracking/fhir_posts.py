"""Resources as another system posts them, and what comes back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from fhir.resources.R4B.operationoutcome import OperationOutcome

from measures import registry
from measures.fhir.observation import observations
from measures.fhir.occasion import Occasion
from measures.fhir.resource import as_json
from measures.fhir.response import questionnaire_response
from measures.scoring import score_total
from tests.api import ROOT, Api
from tests.cast import days_ago
from tests.tracking.answers import PHQ9
from tracking.models import (
    Assessment,
    AssessmentRequest,
    AuditEvent,
    SafetyAlert,
    ScaleScore,
    TreatmentEpisode,
)

NEW, TOTAL = "fhir/QuestionnaireResponse", "fhir/Observation"
TYPE = "application/fhir+json"
WRITTEN = [Assessment, ScaleScore, SafetyAlert, AuditEvent]


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


def total_of(episode: TreatmentEpisode, value: float = 31, **changes: Any) -> dict[str, Any]:
    """A total of the BDI-II, as another system posts it."""
    bdi = registry.get("bdi2")
    occasion = Occasion(
        episode.patient.study_code, days_ago(1), episode_id=episode.public_id, totals_only=True
    )
    (made,) = observations(bdi, {"total": score_total(bdi, "total", value)}, occasion)
    identifier = [{"system": "urn:ietf:rfc:3986", "value": uuid.uuid4().urn}]
    return as_json(made) | {"identifier": identifier} | changes


def rows() -> list[int]:
    return [model.objects.count() for model in WRITTEN]


def said(answer: HttpResponse) -> list[str]:
    """The lines of an OperationOutcome, checked against its model."""
    assert answer.headers["Content-Type"] == TYPE
    OperationOutcome.model_validate(answer.json())
    return [issue["diagnostics"] for issue in answer.json()["issue"]]


def refused(api: Api, body: Any, status: int = 400, path: str = NEW) -> list[str]:
    before = rows()
    answer = post(api, path, body)
    assert answer.status_code == status, answer.content
    assert rows() == before
    return said(answer)

"""FHIR on the wire: its media type, and refusals as OperationOutcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from measures.errors import AnswerError
from measures.fhir.resource import FhirError
from tracking.api.errors import refusal
from tracking.api.parsing import StrictJSONParser

MEDIA_TYPE = "application/fhir+json"
ALERT = "urn:throughline:alert"

Issue = dict[str, Any]

_CODES = {
    status.HTTP_401_UNAUTHORIZED: "login",
    status.HTTP_403_FORBIDDEN: "forbidden",
    status.HTTP_404_NOT_FOUND: "not-found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "not-supported",
    status.HTTP_406_NOT_ACCEPTABLE: "not-supported",
    status.HTTP_409_CONFLICT: "conflict",
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: "too-long",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "not-supported",
    status.HTTP_429_TOO_MANY_REQUESTS: "throttled",
}


class FhirParser(StrictJSONParser):
    """The same strict JSON under FHIR's own media type."""

    media_type = MEDIA_TYPE


class FhirRenderer(JSONRenderer):
    """JSON under FHIR's own media type."""

    media_type = MEDIA_TYPE


def outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """An OperationOutcome: what was wrong, or what became of it."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def issue(severity: str, code: str, diagnostics: str, **more: object) -> Issue:
    """One line of an OperationOutcome."""
    return {"severity": severity, "code": code, "diagnostics": diagnostics, **more}


def refusal_as_outcome(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer of the JSON doors in FHIR's words: the same status, an OperationOutcome as the body."""
    if isinstance(error, FhirError):
        body = issue("error", "invalid", f"{error.path}: {error.reason}.", expression=[error.path])
        return Response(outcome([body]), status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, AnswerError):
        body = issue(
            "error", "value", _("Item {item}: {reason}.").format(item=error.item, reason=error.reason)
        )
        return Response(outcome([body]), status=status.HTTP_400_BAD_REQUEST)
    answer = refusal(error, context)
    if answer is not None:
        code = _CODES.get(answer.status_code, "invalid")
        answer.data = outcome(issue("error", code, said) for said in _sentences(answer.data))
    return answer


def _sentences(data: Any) -> list[str]:
    if not isinstance(data, Mapping):
        return [str(data)]
    if set(data) == {"detail"}:
        return [str(data["detail"])]
    return [f"{field}: {reason}" for field, reasons in data.items() for reason in reasons]

"""How the API says no: ``{"detail": …}``, or ``{field: [reasons]}`` where a field is to blame."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from tracking.errors import Conflict, InvalidInput, NotPermitted


def refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an action's refusal; everything else is answered as the framework does."""
    if isinstance(error, InvalidInput):
        return Response({error.field: [_sentence(error.reason)]}, status=status.HTTP_400_BAD_REQUEST)
    if isinstance(error, Conflict):
        return Response(refused(error), status=status.HTTP_409_CONFLICT)
    if isinstance(error, NotPermitted):
        return Response({"detail": _sentence(str(error))}, status=status.HTTP_403_FORBIDDEN)
    return exception_handler(error, context)


def refused(error: Conflict) -> dict[str, Any]:
    """The body of a 409."""
    return {"detail": _sentence(str(error))}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."

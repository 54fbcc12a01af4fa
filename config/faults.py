"""What whoever meets a fault of ours is told: that it is ours, whom to call, and a code that stands in the log, too."""

from __future__ import annotations

import logging
import secrets
import sys
from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse

from config import outage
from config.environment import BASE
from config.logs import FAULT

log = logging.getLogger(__name__)

CODE_IN_PAGE = "FAULT-CODE"
WORDS = "Something went wrong on our side."


def fault(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database, the session or a template: any of them may be what is broken. A database that is
    away is no fault of the page: whoever is there can send it again."""
    error = sys.exc_info()[1]
    answer = outage.answer(request, error) if error and outage.is_away(error) else _answer(request)
    vars(answer)["_has_been_logged"] = True  # which Django asks before it writes the same again
    return answer


def _answer(request: HttpRequest) -> HttpResponse:
    code = secrets.token_hex(4).upper()
    request.META[FAULT] = code
    # Of a fault on the page for another fault Django would tell no place at all.
    log.error("met by somebody", exc_info=True, extra={"request": request, "status_code": 500})
    if request.path.startswith(outage.API):
        return JsonResponse({"detail": WORDS, "code": code}, status=500)
    return HttpResponse(_page().replace(CODE_IN_PAGE, code), status=500)


@cache
def _page() -> str:
    return (BASE / "config" / "templates" / "500.html").read_text()

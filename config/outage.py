"""The database does not answer: 503 in the reader's language, whom to call, and what was sent, to be sent again.

Nothing here asks the database, the session or a template that does. Whom to call was kept on disk when it was saved.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from config import traces
from config.middleware import SPOKEN
from tracking.api.fhir_wire import MEDIA_TYPE, issue, outcome
from tracking.rules.crisis import Contact

log = logging.getLogger(__name__)

RETRY_AFTER = 30  # seconds
API, FHIR = "/api/", "/api/v1/fhir/"
SECRET = re.compile("password|code|credential")  # is not written into a page
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
SPOILT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY}
READ_ONLY = "25006"  # PostgreSQL: a standby, or a disk that is full


def is_away(error: BaseException | None) -> bool:
    """Whether it is that, or what was thrown on the way out of that."""
    return error is not None and any(_is_of_database(each) for each in traces.with_causes(error))


def _is_of_database(error: BaseException) -> bool:
    if isinstance(error, OperationalError | InterfaceError):
        return True
    cause = error.__cause__
    state, code = getattr(cause, "sqlstate", None), getattr(cause, "sqlite_errorcode", None)
    return isinstance(error, DatabaseError) and (state == READ_ONLY or code in SPOILT)


def answer(request: HttpRequest, error: BaseException) -> HttpResponse:
    """A page, or what a program reads that asks. Its headers are those of every page, as no middleware may have come
    to set them."""
    more = {"request": request, "status_code": 503}
    log.error("the database does not answer: %s", traces.name(error), extra=more)
    with translation.override(language_of(request)):
        response = _for_program(request) if request.path.startswith(API) else _page(request)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Frame-Options"] = "DENY"
    if getattr(request.resolver_match, "view_name", "") == "sitting-landing":
        response.headers["Referrer-Policy"] = "no-referrer"  # its address is the link
    return response


def language_of(request: HttpRequest) -> str:
    """That which somebody has chosen or a link is in, as far as it came to that; else that of the page before; else
    that of the browser."""
    asked = translation.get_language_from_request(request)
    now = translation.get_language()
    if now and now != getattr(request, "LANGUAGE_CODE", now):
        return now
    before = request.COOKIES.get(SPOKEN, "")
    return before if before in dict(settings.LANGUAGES) else asked


def contacts(language: str) -> list[Contact]:
    """What was kept on disk; nothing when it cannot be read, for then the numbers of emergency stand alone."""
    try:
        known = json.loads(settings.CONTACTS_FILE.read_text())
        return [Contact(label, phone) for label, phone in known.get(language, [])]
    except (OSError, ValueError, TypeError, AttributeError):
        return []


def _for_program(request: HttpRequest) -> HttpResponse:
    words = _("The database does not answer. Nothing was stored: send it again.")
    if request.path.startswith(FHIR):
        body = outcome([issue("error", "transient", words)])
        return JsonResponse(body, status=503, content_type=MEDIA_TYPE)
    return JsonResponse({"detail": words}, status=503)


def _page(request: HttpRequest) -> HttpResponse:
    context = {
        "sent": request.method == "POST",
        "fields": _fields(request),
        "address": request.get_full_path(),
        "contacts": contacts(translation.get_language() or ""),
    }
    return HttpResponse(render_to_string("503.html", context), status=503)


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent, as far as a page can send it again: no file, and nothing of a form with a secret in it."""
    if request.method != "POST" or request.content_type not in FORMS:
        return []
    try:
        sent, files = request.POST, request.FILES
    except (
        RawPostDataException,
        UnreadablePostError,
        RequestDataTooBig,
        TooManyFieldsSent,
        SuspiciousOperation,
    ):
        return []
    if files or any(SECRET.search(name) for name in sent):
        return []
    return [(name, str(value)) for name, values in sent.lists() for value in values]

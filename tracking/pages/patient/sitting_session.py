"""The session of a patient's sitting: which link opened it, and when it was last used. Holds no token."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation

from tracking.models import SittingLink
from tracking.pages.access import SiteRequest, View
from tracking.queries.sittings import link_of_sitting
from tracking.tongues import language_of

KEY = "sitting"
P = ParamSpec("P")


def begin(request: HttpRequest, link: SittingLink) -> None:
    """From here on this session may answer what the link asks for."""
    request.session.cycle_key()
    request.session[KEY] = {"link": str(link.public_id), "seen": time.time(), "concern": False}


def in_sitting(view: Callable[Concatenate[SiteRequest, SittingLink, P], HttpResponseBase]) -> View[P]:
    """Gives the view the link of a sitting that is still going on; otherwise says to open the link again.

    The link is read anew each time, so a sitting ends at the next click once its link is revoked. That it goes on is
    noted once a minute: with each answer, it would be a second write beside the answer's own.
    """

    @wraps(view)
    def guarded(request: SiteRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        link = _link(request)
        if link is None:
            request.session.pop(KEY, None)
            return render(request, "tracking/patient/portal/ended.html", status=404)
        if time.time() - request.session[KEY]["seen"] > settings.SESSION_SEEN_SECONDS:
            request.session[KEY] |= {"seen": time.time()}
        speak_as_in(link)
        return view(request, link, *args, **kwargs)

    return guarded


def speak_as_in(link: SittingLink) -> None:
    """The page is in the language of the sitting, whatever the browser asks for: one language with the questions and
    the mail. The next request begins with its own again."""
    patient = link.episode.patient
    translation.activate(language_of(link.language, patient.language, patient.team.site.language))


def _link(request: HttpRequest) -> SittingLink | None:
    state = request.session.get(KEY)
    if not state or time.time() - state["seen"] > settings.SESSION_IDLE_SECONDS:
        return None
    return link_of_sitting(state["link"])


def note_concern(request: HttpRequest) -> None:
    """A safety item was endorsed or left out: crisis contacts come first from now on."""
    request.session[KEY] |= {"concern": True}


def has_concern(request: HttpRequest) -> bool:
    """Whether a safety item of this sitting was endorsed or left out."""
    return bool(request.session.get(KEY, {}).get("concern"))

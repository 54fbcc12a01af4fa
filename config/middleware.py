"""Small rules for every response: sessions end, clocks go back, and pages are not kept by caches."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

Handler = Callable[[HttpRequest], HttpResponse]
SEEN = "seen_at"
BEGAN = "began_at"
SPOKEN = "spoken"  # the cookie with the language of the last page, until the browser is closed
BACKGROUND = "X-Background"  # an open page asking by itself is not a person who is there


class SessionLimits:
    """Signs a person out after the idle limit, and after the absolute limit however busy they are."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            began = request.session.setdefault(BEGAN, now)
            idle = now - request.session.get(SEEN, now)
            if idle > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE:
                logout(request)
            elif BACKGROUND not in request.headers and self._is_to_be_noted(request, idle):
                request.session[SEEN] = now
        return self.get_response(request)

    def _is_to_be_noted(self, request: HttpRequest, idle: float) -> bool:
        """Once a minute: with each page it would be a write for each."""
        return SEEN not in request.session or idle > settings.SESSION_SEEN_SECONDS


class OwnClock:
    """A page about a patient tells the time where the patient lives. The next request, in the same thread, begins with
    the server's own time again."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        timezone.deactivate()
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


class OwnLanguage:
    """Whoever has chosen a language reads it; everybody else that of the browser (``LocaleMiddleware``)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if chosen:
            translation.activate(chosen)
        response = self.get_response(request)
        self._remember(request, response)
        return response

    def _remember(self, request: HttpRequest, response: HttpResponse) -> None:
        """For the page that is shown when nobody can be asked who reads: see ``config.outage``."""
        spoken = translation.get_language()
        if spoken and spoken != request.COOKIES.get(SPOKEN, request.LANGUAGE_CODE):
            response.set_cookie(SPOKEN, spoken, secure=settings.SECURE_TLS, httponly=True, samesite="Lax")


class PrivateByDefault:
    """Pages show health data: no cache keeps them unless a view has said otherwise."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

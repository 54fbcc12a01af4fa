"""Browsers in which somebody has signed in before. Guessing elsewhere uses up none of their tries.

A signed cookie holds a number of the browser's own and a mark for each name that has been in. The server keeps nothing;
the cookie lets nobody in and tells nobody's name.
"""

from __future__ import annotations

import secrets
import unicodedata

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

SALT = "config.known-browsers"
MOST = 30  # names of one browser: a computer of a ward
PROVED = "proved"  # in the session: the name whose new password was chosen here, by a link out of its mail


def same(name: str) -> str:
    """How a name counts, however it is typed."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def known_browser(request: HttpRequest, name: str) -> str:
    """The number of this browser if somebody has been in under this name; empty otherwise."""
    if request.user.is_authenticated and same(request.user.email) == same(name):
        return "a session"
    if request.session.get(PROVED) == same(name):
        return "a link of the mail"
    browser, marks = _read(request)
    return browser if browser and _mark(browser, name) in marks else ""


def note_link_of_the_mail(request: HttpRequest, name: str) -> None:
    """Whoever has chosen a new password by a link reads the mail of this account."""
    request.session[PROVED] = same(name)


def remember(request: HttpRequest, response: HttpResponse, name: str) -> None:
    """From now on this browser is known under this name."""
    browser, marks = _read(request)
    browser = browser or secrets.token_hex(16)
    mark = _mark(browser, name)
    kept = [mark, *(each for each in marks if each != mark)][:MOST]
    response.set_signed_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        ".".join([browser, *kept]),
        salt=SALT,
        max_age=settings.KNOWN_BROWSER_LIFE,
        secure=settings.SECURE_TLS,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    value = request.get_signed_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME, default="", salt=SALT, max_age=settings.KNOWN_BROWSER_LIFE
    )
    browser, *marks = str(value).split(".")
    return browser, marks


def _mark(browser: str, name: str) -> str:
    return salted_hmac(SALT, f"{browser} {same(name)}", algorithm="sha256").hexdigest()[:20]

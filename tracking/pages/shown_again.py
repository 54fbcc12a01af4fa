"""Before what only its author may do, the page asks once more who is there, and goes on with all that was sent."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    is_reauthentication_required,
    stash_and_reauthenticate,
)
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tracking.pages.access import SignedInRequest


class Sent(TypedDict):
    """What was sent where: as it lies in the session until it is shown who is there."""

    address: str
    fields: list[tuple[str, str]]


def check_shown_again(request: SignedInRequest) -> None:
    """Whoever has not shown who they are within ``ACCOUNT_REAUTHENTICATION_TIMEOUT`` is asked for password, code or
    key first. Nothing that was sent is lost."""
    if not is_reauthentication_required(request, app="tracking"):
        return
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    sent = Sent(address=request.get_full_path(), fields=fields)
    asked = stash_and_reauthenticate(request, sent, f"{__name__}.{go_on.__name__}")
    raise ImmediateHttpResponse(redirect(f"{asked.url}?{urlencode({'next': sent['address']})}"))


def go_on(request: HttpRequest, sent: Sent) -> HttpResponse:
    """The page that sends it again, from where it came: it is shown and refused there as ever. What belongs to another
    window, or was given up before, is never sent from here."""
    address = get_next_redirect_url(request) or ""
    if address != sent["address"]:
        request.session[STATE_SESSION_KEY] = {"state": sent, "callback": f"{__name__}.{go_on.__name__}"}
        return redirect(address or "home")
    return render(request, "tracking/go_on.html", {"sent": sent})

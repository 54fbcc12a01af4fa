"""Who has just shown once more who it is, as is asked before a signature, a grant or an approval."""

from __future__ import annotations

import re
from html import unescape

from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

SHOWN = "account_authentication_methods"  # where allauth keeps it in the session
FORM = re.compile(r'<form method="post" action="([^"]+)" id="go-on">(.*?)</form>', re.S)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def show_again(client: Client) -> None:
    session = client.session
    session[SHOWN] = [{"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True}]
    session[f"{SHOWN}_user"] = session[SESSION_KEY]
    session.save()


def as_long_ago(client: Client) -> Client:
    """The same browser after the minutes for which that holds."""
    session = client.session
    del session[SHOWN]
    session.save()
    return client


def is_asked_again(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith(
        reverse("account_reauthenticate")
    )


def shown_again(client: Client, asked: HttpResponse, password: str) -> HttpResponse:
    """What follows when the page that asks is answered: what was sent goes on, where the password is right."""
    assert is_asked_again(asked)
    answer = client.post(asked.headers["Location"], {"password": password})
    return gone_on(client, answer) if 'id="go-on"' in answer.content.decode() else answer


def gone_on(client: Client, page: HttpResponse) -> HttpResponse:
    """What the script of the page does: it sends again what was sent before."""
    address, body = FORM.search(page.content.decode()).groups()
    fields: dict[str, list[str]] = {}
    for name, value in FIELD.findall(body):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return client.post(unescape(address), fields)

"""Who may come in, asked of any address the same way."""

from __future__ import annotations

import uuid

from django.db import models
from django.test import Client
from django.urls import reverse

from tracking.models import Assessment, AssessmentRequest, SafetyAlert, SittingLink, User

STORED: list[type[models.Model]] = [Assessment, AssessmentRequest, SafetyAlert, SittingLink]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def counts() -> list[int]:
    return [model.objects.count() for model in STORED]


def assert_anonymous_signs_in(url: str, data: dict) -> None:
    before = counts()
    for response in (Client().get(url), Client().post(url, data)):
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("account_login"))
    assert counts() == before


def assert_refused(user: User, url: str, data: dict, status: int) -> None:
    """Refused for reading and for writing, and nothing is stored."""
    before, client = counts(), signed_in(user)
    answered = {client.get(url).status_code, client.post(url, data).status_code}
    assert answered in ({status}, {status, 405})
    assert counts() == before


def assert_unseen(user: User, url: str, shown: uuid.UUID, data: dict) -> None:
    """404 with the same body as for something that does not exist."""
    assert_refused(user, url, data, 404)
    client, absent = signed_in(user), url.replace(str(shown), str(uuid.uuid4()))
    assert client.get(url).content == client.get(absent).content
    assert client.post(url, data).content == client.post(absent, data).content

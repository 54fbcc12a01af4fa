"""Tokens of the API: made by hand by somebody who is there, shown once, ended by time, role or account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from tests.again import as_long_ago, is_asked_again, shown_again
from tests.api import Api
from tracking.actions import people
from tracking.actions.tokens import create_token
from tracking.errors import Conflict
from tracking.models import AuditEvent, User

PASSWORD = "correct horse battery"


@pytest.fixture
def desk(clinician: User) -> Client:
    """A clinician who is signed in."""
    clinician.set_password(PASSWORD)
    clinician.save()
    client = Client()
    client.force_login(clinician)
    return as_long_ago(client)


def made(desk: Client) -> str:
    """Asks for a token, shows the password again, and reads the token from the page."""
    asked = desk.post(reverse("tokens"))
    page = shown_again(desk, asked, PASSWORD).content.decode()
    return re.search(r"<code>([0-9a-f]{64})</code>", page)[1]


def test_a_token_is_shown_once_and_works(desk: Client, clinician: User) -> None:
    text = made(desk)
    assert text not in desk.get(reverse("tokens")).content.decode()
    assert not AuthToken.objects.filter(digest=text).exists()
    api = Client()
    assert api.get("/api/v1/patients/", headers={"Authorization": f"Token {text}"}).status_code == 200
    assert AuditEvent.objects.filter(action="create_token", actor=clinician.public_id).count() == 1


def test_only_who_shows_again_who_they_are_makes_one(desk: Client) -> None:
    asked = desk.post(reverse("tokens"))
    assert is_asked_again(asked)
    wrong = shown_again(desk, asked, "not this one")
    assert "<code>" not in wrong.content.decode()
    assert AuthToken.objects.count() == 0


def test_a_revoked_token_is_out_at_once(desk: Client, clinician: User) -> None:
    api = Api(clinician)
    key = AuthToken.objects.get(user=clinician).token_key
    desk.post(reverse("token-revoke"), {"token": key})
    assert api.get("patients/").status_code == 401


def test_nobody_revokes_the_token_of_another(desk: Client, outsider: User) -> None:
    api = Api(outsider)
    key = AuthToken.objects.get(user=outsider).token_key
    desk.post(reverse("token-revoke"), {"token": key})
    assert api.get("patients/").status_code == 200


def test_a_token_ends_by_itself(clinician: User) -> None:
    api = Api(clinician)
    with time_machine.travel(timezone.now() + settings.REST_KNOX["TOKEN_TTL"] + timedelta(seconds=1)):
        assert api.get("patients/").status_code == 401


def test_a_token_ends_with_the_account(clinician: User, administrator: User) -> None:
    api = Api(clinician)
    people.set_active(by=administrator, user=clinician, is_active=False)
    assert api.get("patients/").status_code == 401


@pytest.mark.parametrize(
    "header", ["Token", "Token x", "Token a b", "Token ÿþ", "Token " + "0" * 64, "Basic eDp4"]
)
def test_a_wrong_header_is_no_token(db: None, header: str) -> None:
    answer = Client().get("/api/v1/patients/", headers={"Authorization": header})
    assert (answer.status_code, set(answer.json())) == (401, {"detail"})


def test_there_is_an_end_to_how_many(clinician: User) -> None:
    for _ in range(settings.REST_KNOX["TOKEN_LIMIT_PER_USER"]):
        create_token(by=clinician)
    with pytest.raises(Conflict, match="revoke one first"):
        create_token(by=clinician)


def test_too_many_requests_are_slowed(clinician: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rest_framework.throttling.UserRateThrottle.rate", "2/min", raising=False)
    api = Api(clinician)
    assert [api.get("instruments/phq9/").status_code for _ in range(3)] == [200, 200, 429]

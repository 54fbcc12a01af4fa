"""The doors of the second step with hostile eyes: what they tell, how many tries they give, what they log and keep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from tests.second_factor import code_of, with_app
from tracking.actions import people
from tracking.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "eleven grey herons"
SECOND_STEP = reverse("mfa_authenticate")
ALLOWED = 5
AWAY = "203.0.113.9"


@pytest.fixture(autouse=True)
def pages_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of allauth's own ask for variables that are not always there."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture(autouse=True)
def at_one_moment(time_machine: TimeMachineFixture) -> None:
    """A code is that of one half minute."""
    time_machine.move_to(timezone.now(), tick=False)


@pytest.fixture
def member(db: None) -> User:
    return people.create_user(by=None, email="mona@example.org", name="Mona Member", password=PASSWORD)


@pytest.fixture
def secret(member: User) -> str:
    return with_app(member)


def past_the_password(email: str = "mona@example.org", address: str = "127.0.0.1") -> Client:
    client = Client(REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    return client


def tried(client: Client, code: str) -> HttpResponse:
    return client.post(SECOND_STEP, {"code": code})


def wrong(secret: str, number: int) -> str:
    return f"{(int(code_of(secret)) + 1 + number) % 1_000_000:06}"


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_nothing_is_told_before_the_password(client: Client, secret: str) -> None:
    """Whether there is such an account, and whether it has a second step."""
    people.create_user(by=None, email="nora@example.org", name="Nora None", password=PASSWORD)
    assert client.get(SECOND_STEP).headers["Location"].startswith(reverse("account_login"))
    answers = {
        email: client.post(reverse("account_login"), {"login": email, "password": "not this one"})
        for email in ("mona@example.org", "nora@example.org", "nobody@example.org")
    }
    bodies = {answer.content.decode().count("form-error") for answer in answers.values()}
    said = {answer.context["form"].errors.as_text() for answer in answers.values()}
    assert len(said) == len(bodies) == 1
    assert {answer.status_code for answer in answers.values()} == {200}


@pytest.mark.parametrize("kind", ["app", "recovery code"])
def test_five_tries_for_an_account_from_wherever_and_then_also_the_right_code_waits(
    member: User, secret: str, kind: str, time_machine: TimeMachineFixture
) -> None:
    codes = RecoveryCodes.activate(member).get_unused_codes()
    right = {"app": lambda: code_of(secret), "recovery code": lambda: codes[0]}[kind]
    for number in range(ALLOWED):
        guesser = past_the_password(address=f"203.0.113.{number + 1}")
        tried(guesser, wrong(secret, number) if kind == "app" else f"{number:08}")
        assert not is_in(guesser)
    late = past_the_password(address=AWAY)
    tried(late, right())
    assert not is_in(late)
    time_machine.move_to(timezone.now() + timedelta(minutes=16), tick=False)
    owner = past_the_password()
    tried(owner, right())
    assert is_in(owner)


def test_who_is_shut_out_shuts_nobody_else_out_at_the_same_address(secret: str) -> None:
    other = people.create_user(by=None, email="olga@example.org", name="Olga Other", password=PASSWORD)
    others = with_app(other)
    for number in range(ALLOWED + 1):
        tried(past_the_password(), wrong(secret, number))
    colleague = past_the_password(other.email)
    tried(colleague, code_of(others))
    assert is_in(colleague)


def test_showing_it_again_has_the_same_five_tries(member: User, secret: str) -> None:
    """Whoever sits down at an open session does not guess on."""
    client = past_the_password()
    tried(client, code_of(secret))
    for number in range(ALLOWED):
        client.post(reverse("mfa_reauthenticate"), {"code": wrong(secret, number)})
    last = client.post(
        reverse("mfa_reauthenticate"), {"code": RecoveryCodes.activate(member).get_unused_codes()[0]}
    )
    assert last.status_code in (200, 429)
    assert not [one for one in client.session["account_authentication_methods"] if one.get("reauthenticated")]


def test_a_code_is_taken_once(member: User, secret: str) -> None:
    recovery = RecoveryCodes.activate(member).get_unused_codes()[0]
    for code in (code_of(secret), recovery):
        for is_first in (True, False):
            client = past_the_password()
            tried(client, code)
            assert is_in(client) is is_first


def test_neither_log_nor_session_holds_what_opens_the_door(
    member: User, secret: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    recovery = RecoveryCodes.activate(member).get_unused_codes()
    caplog.set_level(0)
    client = past_the_password()
    guess, right = wrong(secret, 0), code_of(secret)
    tried(client, guess)
    tried(client, right)
    assert is_in(client)
    written = caplog.text + "".join(capfd.readouterr())
    kept = repr([row.get_decoded() for row in Session.objects.all()])
    for word in (PASSWORD, secret, right, guess, *recovery):
        assert word not in written and word not in kept
    assert member.email not in written
    assert Authenticator.objects.filter(user=member).count() == 2

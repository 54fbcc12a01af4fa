"""The pages of one's own account: the password, signing in by two steps, keys, signing out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.http import HttpResponse
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from tests.markup import markup
from tests.second_factor import code_of
from tracking.actions import people
from tracking.models import OutboxMail, User

pytestmark = pytest.mark.django_db
FIRST, SECOND = "eleven grey herons", "twelve brown otters"
CHANGE, LOGOUT = reverse("account_change_password"), reverse("account_logout")
CODES = reverse("mfa_view_recovery_codes")


@pytest.fixture(autouse=True)
def pages_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of allauth's own ask for variables that are not always there."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture
def member(db: None) -> User:
    return people.create_user(by=None, email="mona@example.org", name="Mona Member", password=FIRST)


@pytest.fixture
def desk(client: Client, member: User) -> Client:
    """Signed in with the password."""
    sign_in(client, FIRST)
    return client


@pytest.fixture
def sure(desk: Client) -> Client:
    """Who has said the password again a moment ago, as changes of the sign-in ask for."""
    desk.post(reverse("account_reauthenticate"), {"password": FIRST})
    return desk


def sign_in(client: Client, password: str) -> HttpResponse:
    given = {"login": "mona@example.org", "password": password}
    return client.post(reverse("account_login"), given, follow=True)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def html(response: HttpResponse) -> str:
    return markup(response)


def with_app(client: Client) -> str:
    """An app is set up. Returns its secret."""
    page = html(client.get(reverse("mfa_activate_totp")))
    secret = re.search(r'id="authenticator_secret" value="(\w+)"', page)
    assert secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret[1])})
    return secret[1]


class TestThePassword:
    def test_the_link_of_the_mail_leads_to_a_new_one_and_works_once(
        self, client: Client, member: User
    ) -> None:
        client.post(reverse("account_reset_password"), {"email": member.email})
        link = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", OutboxMail.objects.get().body)
        assert link
        response = client.get(link[1], follow=True)
        address = response.request["PATH_INFO"]
        page = html(response)
        assert "<h1>Choose a new password</h1>" in page and f'action="{address}"' in page
        assert '<label for="id_password1">New Password</label>' in page
        assert "at least 12 characters" in page
        refused = html(client.post(address, {"password1": "short", "password2": "short"}))
        assert "Nothing was saved. Please look at:" in refused and "This password is too short" in refused
        changed = client.post(address, {"password1": SECOND, "password2": SECOND}, follow=True)
        assert "<h1>Your password is changed</h1>" in html(changed)
        assert "This link no longer works" in html(Client().get(link[1], follow=True))
        assert not is_in(client)
        assert sign_in(client, FIRST).status_code == 200 and not is_in(client)
        sign_in(client, SECOND)
        assert is_in(client)

    def test_a_mail_waits_in_the_outbox_and_nobody_else_is_written_to(
        self, client: Client, member: User, mailoutbox: list[object]
    ) -> None:
        for address in (member.email, "nobody@example.com"):
            assert client.post(reverse("account_reset_password"), {"email": address}).status_code == 302
        assert [each.to for each in OutboxMail.objects.all()] == [member.email]
        assert mailoutbox == []  # the page has spoken to no mail server

    def test_it_is_changed_by_who_knows_it_and_one_signs_in_again(self, desk: Client) -> None:
        page = html(desk.get(CHANGE))
        assert re.findall(r'<label for="id_\w+">([^<]*)</label>', page) == [
            "Current Password",
            "New Password",
            "New Password (again)",
        ]
        new = {"password1": SECOND, "password2": SECOND}
        refused = html(desk.post(CHANGE, new | {"oldpassword": "a guess"}))
        assert '<a href="#id_oldpassword">Current Password</a>: Please type your current' in refused
        desk.post(CHANGE, new | {"oldpassword": FIRST})
        assert not is_in(desk)
        sign_in(desk, SECOND)
        assert is_in(desk)


def test_signing_out_is_asked_about_and_goes_on_to_where_one_wanted(desk: Client) -> None:
    page = html(desk.get(LOGOUT, {"next": "/instruments/"}))
    assert "<h1>Sign out?</h1>" in page and "What you have saved stays saved." in page
    assert f'action="{LOGOUT}"' in page and 'name="next" value="/instruments/"' in page
    assert is_in(desk)
    assert desk.post(LOGOUT, {"next": "/instruments/"}).headers["Location"] == "/instruments/"
    assert not is_in(desk)


class TestTwoSteps:
    @pytest.fixture(autouse=True)
    def the_app_shows_one_code(self, time_machine: TimeMachineFixture) -> None:
        """For half a minute, which could end between reading the code and typing it: here time stands still."""
        time_machine.move_to(timezone.now(), tick=False)

    def test_an_app_is_set_up_with_the_picture_or_the_secret(self, sure: Client) -> None:
        page = html(sure.get(reverse("mfa_activate_totp")))
        field = re.search(r'<input type="text" id="authenticator_secret" value="(\w{32})" disabled>', page)
        assert field
        assert f'alt="{field[1]}" width="200"' in page and 'src="data:image/svg+xml;' in page
        assert re.search(r'<label for="authenticator_secret"> ?Authenticator secret ?</label>', page)
        assert "You can store this secret" in page
        wrong = html(sure.post(reverse("mfa_activate_totp"), {"code": "000"}))
        assert "<h2>That did not work</h2>" in wrong and "Incorrect code" in wrong

    def test_then_there_are_ten_codes_for_the_day_when_the_app_is_lost(self, sure: Client) -> None:
        with_app(sure)
        page = html(sure.get(CODES))
        shown = re.search(r'<textarea id="recovery_codes" rows="10" readonly>(.*?)</textarea>', page)
        assert shown and len(set(shown[1].split())) == 10
        assert "There are 10 out of 10 recovery codes available." in page

    def test_the_second_step_takes_a_code_of_the_app_or_one_of_the_ten_once(
        self, sure: Client, time_machine: TimeMachineFixture
    ) -> None:
        secret = with_app(sure)
        codes = re.search(r"<textarea[^>]*>(.*?)</textarea>", html(sure.get(CODES)))
        assert codes
        spare = codes[1].split()[0]
        time_machine.move_to(
            timezone.now() + timedelta(minutes=2), tick=False
        )  # the app shows another code by then
        for given, taken in ((spare, True), (spare, False), ("000000", False), (code_of(secret), True)):
            client = Client()
            page = html(sign_in(client, FIRST))
            assert "protected by two-factor authentication" in page and not is_in(client)
            assert re.search(
                r'<button type="submit" form="logout-from-stage" +class="button +ghost[^>]*>Cancel', page
            )
            assert re.search(r'form="webauthn_form" id="mfa_webauthn_authenticate".*Use a security key', page)
            assert re.search(r'<form class="form" [^>]*id="webauthn_form">.*type="hidden"', page)
            client.post(reverse("mfa_authenticate"), {"code": given})
            assert is_in(client) == taken

    def test_after_a_while_a_change_asks_again_in_either_way(
        self, sure: Client, time_machine: TimeMachineFixture
    ) -> None:
        with_app(sure)
        time_machine.move_to(timezone.now() + timedelta(minutes=10), tick=False)
        page = html(sure.get(CODES, follow=True))
        assert "please show once more that it is you" in page
        assert re.search(r'class="button ghost" href="/account/2fa/reauthenticate/', page)
        assert "recovery_codes" not in page


class TestKeys:
    def test_a_key_is_added_with_what_the_device_says(self, sure: Client) -> None:
        page = html(sure.get(reverse("mfa_add_webauthn")))
        assert "<h1>Add Security Key</h1>" in page
        assert re.search(r'<input type="hidden" name="credential"[^>]*id="id_credential"', page)
        assert re.search(r'<button type="button" +id="mfa_webauthn_add" +class="button[^>]*>Add', page)

    @pytest.mark.parametrize(
        ("told", "tag"),
        [
            ({"credProps": {"rk": True}}, '<span class="tag">Passkey</span>'),
            ({"credProps": {"rk": False}}, '<span class="tag">Security key</span>'),
            (
                {},
                '<span class="tag" title="This key does not indicate whether it is a passkey.">Unspecified',
            ),
        ],
    )
    def test_each_says_of_which_kind_it_is(self, desk: Client, member: User, told: dict, tag: str) -> None:
        WebAuthn.add(member, "The blue key", {"clientExtensionResults": told})
        page = html(desk.get(reverse("mfa_list_webauthn")))
        assert "The blue key" in page and tag in page


def test_the_address_that_is_chosen_is_the_one_that_is_sent(desk: Client) -> None:
    page = html(desk.get(reverse("account_email")))
    assert re.search(r'<input type="radio" [^>]*name="email" value="mona@example.org" checked>', page)

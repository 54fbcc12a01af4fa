"""A password is chosen by a link that works once, and whoever is signed out is out everywhere."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from tests.cast import person
from tracking.actions import people, tokens
from tracking.actions.sign_in import end_sessions, send_password_link
from tracking.models import AuditEvent, OutboxMail, User
from tracking.queries.sign_in import open_sessions, sign_in_of

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-and-unlikely-phrase-81"  # noqa: S105 (of a test)


def link_in_the_mail() -> str:
    return re.search(r"http\S+(/account/password/reset/key/\S+)", OutboxMail.objects.latest("pk").body)[1]


def choose(link: str) -> bool:
    """Follows the link, types a password, and returns whether it was taken."""
    client = Client()
    page = client.get(link, follow=True)
    here = page.redirect_chain[-1][0] if page.redirect_chain else link
    answer = client.post(here, {"password1": PASSWORD, "password2": PASSWORD})
    return answer.status_code == 302


def test_an_invitation_lets_a_password_be_chosen_once(administrator: User) -> None:
    user = people.invite_user(by=administrator, email="nora@example.org", name="Nora New")
    assert not sign_in_of(user).has_password
    link = link_in_the_mail()
    assert choose(link)
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert not choose(link)


def test_the_link_is_good_for_days_and_not_for_ever(administrator: User) -> None:
    people.invite_user(by=administrator, email="nora@example.org", name="Nora New")
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert not choose(link_in_the_mail())


def test_a_link_for_a_new_password_goes_to_the_owner_and_changes_nothing_by_itself(
    administrator: User,
) -> None:
    user = people.create_user(by=None, email="nora@example.org", name="Nora New", password=PASSWORD)
    send_password_link(by=administrator, user=user)
    assert OutboxMail.objects.get().to == "nora@example.org"
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    event = AuditEvent.objects.last()
    assert (event.action, event.actor, event.object_id) == (
        "send_password_link",
        administrator.public_id,
        user.public_id,
    )


def test_who_is_signed_out_is_out_everywhere_and_nobody_else(administrator: User, clinician: User) -> None:
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(clinician)
    other = Client()
    other.force_login(person("Other Person"))
    tokens.create_token(by=clinician)
    assert (sign_in_of(clinician).sessions, sign_in_of(clinician).tokens) == (2, 1)
    assert end_sessions(by=administrator, user=clinician) == 3
    assert open_sessions(clinician) == [] and not AuthToken.objects.exists()
    for browser in browsers:
        assert browser.get(reverse("home")).url.startswith(reverse("account_login"))
    assert other.get(reverse("language")).status_code in (200, 403)
    assert AuditEvent.objects.last().details == {"ended": 3}

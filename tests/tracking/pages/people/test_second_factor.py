"""Staff have a second step of the sign-in before they are shown anything, after days of grace or at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from tests.again import as_long_ago
from tests.api import Api
from tests.cast import server_days_ago
from tests.markup import said
from tests.second_factor import code_of, with_app
from tests.tracking.pages.doors import signed_in
from tracking.actions import people
from tracking.actions.tokens import create_token
from tracking.errors import Conflict
from tracking.models import Patient, User
from tracking.queries.second_factor import SecondFactor, owed_from, second_factor_of
from tracking.vocabulary import Role

PAGE, ALERTS, LANGUAGE = reverse("second-factor"), reverse("alerts"), reverse("language")
NOTICE = "You still sign in with a password alone."
PASSWORD = "eleven grey herons"


def without(user: User, *, since: int) -> User:
    """Nothing is set up, and the account was made so many days ago."""
    Authenticator.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(created_at=timezone.now() - timedelta(days=since))
    return User.objects.get(pk=user.pk)


class TestGrace:
    def test_with_a_second_step_nothing_is_said(self, clinician: User) -> None:
        assert owed_from(clinician) is None
        assert NOTICE not in said(signed_in(clinician).get(ALERTS))

    def test_pages_are_open_and_say_the_last_day(self, clinician: User) -> None:
        page = said(signed_in(without(clinician, since=6)).get(ALERTS))
        assert NOTICE in page and re.search(r"until the end of \d+ \w+ \d{4}", page)

    def test_on_the_next_day_they_lead_to_the_set_up(self, clinician: User) -> None:
        client = signed_in(without(clinician, since=7))
        for response in (client.get(ALERTS), client.post(ALERTS), client.get(reverse("today"))):
            assert response.headers["Location"] == PAGE
        page = said(client.get(PAGE))
        assert "nothing else opens before it is set up" in page and "With an authenticator app" in page

    def test_the_page_of_the_set_up_can_be_left_until_then(self, clinician: User) -> None:
        page = said(signed_in(without(clinician, since=6)).get(PAGE))
        assert "You can go on without it until the end of" in page and "Later" in page

    def test_the_site_sets_how_many_days(self, clinician: User, settings: object) -> None:
        settings.SECOND_FACTOR_GRACE_DAYS = 0
        assert signed_in(without(clinician, since=0)).get(ALERTS).headers["Location"] == PAGE

    def test_they_begin_with_the_first_role_where_that_is_later_than_the_account(self, site: object) -> None:
        user = people.create_user(by=None, email="n@example.org", name="Nele Neu")
        people.grant_role(by=None, user=user, role=Role.CLINICIAN, starts_on=server_days_ago(2))
        assert owed_from(without(user, since=90)) == server_days_ago(-5)

    def test_a_role_that_is_given_anew_gives_no_new_days(self, clinician: User) -> None:
        grant = clinician.role_grants.get()
        people.end_role(by=None, grant=grant, ends_on=server_days_ago(1))
        people.grant_role(by=None, user=clinician, role=Role.CLINICIAN)
        assert owed_from(without(clinician, since=90)) < server_days_ago(80)

    def test_a_role_that_waits_for_a_second_person_uses_up_no_day(self, administrator: User) -> None:
        user = people.create_user(by=None, email="n@example.org", name="Nele Neu")
        people.grant_role(by=administrator, user=user, role=Role.CLINICIAN, starts_on=server_days_ago(30))
        people.grant_role(by=None, user=user, role=Role.RATER, starts_on=server_days_ago(1))
        assert owed_from(without(user, since=90)) == server_days_ago(-6)


class TestAtOnce:
    @pytest.mark.parametrize(
        ("name", "door"),
        [("administrator", "administration"), ("steward", "releases"), ("researcher", "studies")],
    )
    def test_some_roles_have_no_grace(self, request: pytest.FixtureRequest, name: str, door: str) -> None:
        user = request.getfixturevalue(name)
        assert signed_in(user).get(reverse(door)).status_code == 200
        assert signed_in(without(user, since=0)).get(reverse(door)).headers["Location"] == PAGE

    def test_a_key_is_enough_and_codes_for_the_day_of_loss_are_not(self, administrator: User) -> None:
        user, door = without(administrator, since=0), reverse("administration")
        RecoveryCodes.activate(user)
        assert signed_in(user).get(door).status_code == 302
        WebAuthn.add(user, "The blue key", {"clientExtensionResults": {}})
        assert signed_in(user).get(door).status_code == 200
        assert second_factor_of(user) == SecondFactor(has_app=False, keys=1, codes=10)


class TestWhoOwesNothing:
    def test_a_patient(self, patient: Patient, patient_user: User) -> None:
        client = signed_in(without(patient_user, since=900))
        assert client.get(reverse("own-course")).status_code == 200
        assert client.get(PAGE).headers["Location"] == reverse("home")

    def test_a_demonstration_which_says_so(self, administrator: User, settings: object) -> None:
        settings.SITE_IS_DEMO = True
        client = signed_in(without(administrator, since=900))
        assert client.get(reverse("administration")).status_code == 200
        for place in (client.get(reverse("mfa_index")), Client().get(reverse("account_login"))):
            assert "This is a demonstration: nobody in it needs a second step." in said(place)

    def test_who_has_signed_out_or_never_signed_in(self, db: None) -> None:
        assert Client().get(PAGE).headers["Location"].startswith(reverse("account_login"))


class TestTheWayOut:
    def test_language_and_signing_out_stay_open(self, administrator: User) -> None:
        client = signed_in(without(administrator, since=0))
        assert client.post(LANGUAGE, {"language": "de"}).headers["Location"] == LANGUAGE
        assert "zwei Schritten" in said(client.get(PAGE))
        client.post(reverse("account_logout"))
        assert "_auth_user_id" not in client.session

    def test_after_the_set_up_codes_are_shown_and_the_work_is_open(self, administrator: User) -> None:
        administrator.set_password(PASSWORD)
        administrator.save()
        client = as_long_ago(signed_in(without(administrator, since=0)))
        asked = client.get(reverse("mfa_activate_totp"))
        page = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True).content.decode()
        secret = re.search(r'id="authenticator_secret"[^>]* value="(\w+)"', page)
        done = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret[1])})
        assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
        assert client.get(reverse("administration")).status_code == 200
        assert "10 codes are left" in said(client.get(reverse("mfa_index")))

    def test_an_open_page_asks_for_itself_as_a_whole_and_a_form_stays(self, clinician: User) -> None:
        client = signed_in(without(clinician, since=7))
        assert client.get(ALERTS, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
        assert client.post(ALERTS, headers={"X-Filling": "1"}).status_code == 401


class TestTokens:
    def test_none_is_made_without_also_in_the_days_of_grace(self, clinician: User) -> None:
        user = without(clinician, since=1)
        with pytest.raises(Conflict, match="two-step sign-in"):
            create_token(by=user)
        assert not AuthToken.objects.exists()

    def test_one_that_was_made_is_refused_with_the_reason(self, clinician: User) -> None:
        api = Api(clinician)
        without(clinician, since=7)
        answer = api.get("patients/")
        assert (answer.status_code, set(answer.json())) == (403, {"detail"})
        assert "two-step sign-in" in answer.json()["detail"]
        with_app(clinician)
        assert api.get("patients/").status_code == 200


def test_codes_are_asked_for_after_the_password_so_no_outsider_uses_them_up(clinician: User) -> None:
    """Wrong ones are counted for the account, and somebody who does not know the password gets as far as none."""
    clinician.set_password(PASSWORD)
    clinician.save()
    Authenticator.objects.all().delete()
    secret = with_app(clinician)
    for _ in range(4):
        outsider = Client()
        outsider.post(reverse("account_login"), {"login": clinician.email, "password": "a guess of twelve"})
        sent = outsider.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert sent.headers["Location"] == reverse("account_login")
    owner = Client()
    owner.post(reverse("account_login"), {"login": clinician.email, "password": PASSWORD})
    owner.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "_auth_user_id" in owner.session

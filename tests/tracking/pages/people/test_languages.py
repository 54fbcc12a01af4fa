"""The language that somebody chose, and whom patients can call in theirs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import person
from tracking.actions.languages import change_contacts
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import Site, SiteContacts, User
from tracking.tongues import interface_for
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db

GERMAN = {"Accept-Language": "de-CH,de;q=0.9,en;q=0.5"}


def language_of(client: Client, **headers: str) -> str:
    return client.get(reverse("language"), headers=headers).headers["Content-Language"]


class TestTheOwnLanguage:
    def test_is_that_of_the_browser_until_one_is_chosen(self, client: Client, clinician: User) -> None:
        client.force_login(clinician)
        assert language_of(client) == "en-gb"
        assert language_of(client, **GERMAN) == "de"
        client.post(reverse("language"), {"language": "es"})
        assert language_of(client, **GERMAN) == "es"
        client.post(reverse("language"), {"language": ""})
        assert language_of(client, **GERMAN) == "de"

    def test_goes_on_into_no_other_request(self, client: Client, clinician: User) -> None:
        client.force_login(clinician)
        client.post(reverse("language"), {"language": "ar"})
        page = client.get(reverse("language")).content.decode()
        assert '<html lang="ar" dir="rtl">' in page
        assert '<html lang="en-gb" dir="ltr">' in Client().get(reverse("account_login")).content.decode()

    def test_is_one_that_the_interface_speaks(self, client: Client, clinician: User) -> None:
        client.force_login(clinician)
        assert client.post(reverse("language"), {"language": "fr"}).status_code == 400
        clinician.refresh_from_db()
        assert clinician.language == ""

    @pytest.mark.parametrize(
        ("tag", "code"), [("de-CH", "de"), ("en-US", "en-gb"), ("ar-EG", "ar"), ("fr", None)]
    )
    def test_answers_to_a_tag(self, tag: str, code: str | None) -> None:
        assert interface_for(tag) == code


class TestContacts:
    @pytest.fixture
    def administrator(self, site: Site) -> User:
        return person("Femke Forms", Role.ADMINISTRATOR, site=site)

    @pytest.fixture
    def office(self, client: Client, administrator: User) -> Client:
        client.force_login(administrator)
        return client

    def test_are_kept_by_language(self, office: Client, site: Site) -> None:
        address = reverse("site-contacts", args=[site.key])
        typed = {"everybody": "Line, 555 0100", "in_de": "  Krisentelefon, 555 0101 \n\n"}
        assert office.post(address, typed).status_code == 302
        site.refresh_from_db()
        assert site.crisis_contacts == "Line, 555 0100"
        assert list(site.contacts.values_list("language", "contacts")) == [("de", "Krisentelefon, 555 0101")]
        assert office.post(address, typed | {"in_de": ""}).status_code == 302
        assert not site.contacts.exists()

    @pytest.mark.parametrize("typed", [{"everybody": ""}, {"in_es": "Una amiga"}, {"everybody": "Somebody"}])
    def test_name_a_number(self, office: Client, site: Site, typed: dict[str, str]) -> None:
        before = site.crisis_contacts
        posted = {"everybody": "Line, 555 0100"} | typed
        assert office.post(reverse("site-contacts", args=[site.key]), posted).status_code == 400
        site.refresh_from_db()
        assert (site.crisis_contacts, SiteContacts.objects.count()) == (before, 0)

    @pytest.mark.parametrize(
        ("language", "contacts"), [("", ""), ("", "Nobody"), ("de", "Niemand"), ("fr", "Line, 555 0100")]
    )
    def test_are_checked_at_the_deepest(
        self, administrator: User, site: Site, language: str, contacts: str
    ) -> None:
        with pytest.raises(InvalidInput):
            change_contacts(by=administrator, site=site, contacts={language: contacts})

    def test_are_said_by_an_administrator_of_the_site(self, clinician: User, site: Site) -> None:
        with pytest.raises(NotPermitted, match="administrator of the site"):
            change_contacts(by=clinician, site=site, contacts={"": "Line, 555 0100"})

"""The washout rules of a site."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import person
from tracking.actions import care
from tracking.models import Site, User, WashoutRule
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db
SET = ["north", "psilocybin-mdd", 1]


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def test_a_rule_is_set(office: Client, administrator: User) -> None:
    assert "not set" in office.get(reverse("washouts")).content.decode()
    assert office.post(reverse("washout-set", args=SET), {"days": "14"}).status_code == 302
    rule = WashoutRule.objects.get()
    assert (rule.protocol, rule.what, rule.days, rule.set_by) == (
        "psilocybin-mdd",
        "Antidepressants",
        14,
        administrator,
    )
    assert "Change" in office.get(reverse("washouts")).content.decode()
    assert 'value="14"' in office.get(reverse("washout-set", args=SET)).content.decode()


@pytest.mark.parametrize("days", ["", "-1", "367", "two weeks"])
def test_no_number_of_days_is_refused(office: Client, days: str) -> None:
    assert office.post(reverse("washout-set", args=SET), {"days": days}).status_code == 400
    assert not WashoutRule.objects.exists()


@pytest.mark.parametrize(
    "place", [["north", "psilocybin-mdd", 99], ["north", "nothing", 1], ["nowhere", "psilocybin-mdd", 1]]
)
def test_what_is_not_there_is_not_found(office: Client, place: list) -> None:
    assert office.get(reverse("washout-set", args=place)).status_code == 404


def test_the_site_of_somebody_else_is_not_found(client: Client, site: Site) -> None:
    south = care.create_site(by=None, key="south", name="South", timezone="UTC", crisis_contacts="112")
    client.force_login(person("Sue South", Role.ADMINISTRATOR, site=south))
    assert client.post(reverse("washout-set", args=SET), {"days": "1"}).status_code == 404
    assert "North Clinic" not in client.get(reverse("washouts")).content.decode()


def test_before_there_is_a_site_nothing_is_said_to_be_settled(client: Client, db: None) -> None:
    client.force_login(person("Ada Everywhere", Role.ADMINISTRATOR))
    page = client.get(reverse("washouts")).content.decode()
    assert "No site yet" in page and "not set" not in page


def test_a_clinician_is_refused(client: Client, clinician: User, site: Site) -> None:
    client.force_login(clinician)
    assert client.get(reverse("washouts")).status_code == 403
    assert client.post(reverse("washout-set", args=SET), {"days": "1"}).status_code == 403
    assert not WashoutRule.objects.exists()

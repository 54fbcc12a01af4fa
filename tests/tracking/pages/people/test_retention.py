"""How long a site keeps what it holds: read and changed in the browser, by the same rule as by the command."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.markup import said
from tests.tracking.pages.doors import signed_in
from tracking.actions.endings import end_episode
from tracking.clock import today
from tracking.models import AuditEvent, RetentionRule, Site, TreatmentEpisode, User
from tracking.queries.retention import retained

pytestmark = pytest.mark.django_db
RULE = {"holding": "record", "years": "10", "law": "§ 630f BGB"}


@pytest.fixture
def office(administrator: User) -> Client:
    return signed_in(administrator)


@pytest.fixture
def address(site: Site) -> str:
    return reverse("site-retention", args=[site.key])


def test_what_is_set_counts_and_says_who_and_why(office: Client, address: str, administrator: User) -> None:
    page = said(office.get(address))
    assert "always: no rule is set" in page and "not at all: erased with the first request" in page
    answer = office.post(address, RULE)
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    page = said(office.get(address))
    assert "10 years" in page and "§ 630f BGB" in page and administrator.name in page
    assert AuditEvent.objects.filter(action="set_retention").count() == 1


def test_a_shorter_time_says_from_when_on(office: Client, address: str) -> None:
    for years in ("10", "3"):
        office.post(address, RULE | {"years": years})
    page = said(office.get(address))
    assert "10 years" in page and "3 years from " in page


@pytest.mark.parametrize(
    ("change", "field"),
    [({"years": "101"}, "years"), ({"law": " "}, "law"), ({"holding": "soul"}, "holding")],
)
def test_what_the_command_refuses_is_refused_beside_its_field(
    office: Client, address: str, change: dict[str, str], field: str
) -> None:
    answer = office.post(address, RULE | change)
    assert (answer.status_code, field in answer.context["form"].errors) == (400, True)
    assert not RetentionRule.objects.exists()


def test_whose_time_is_over_is_counted_and_nobody_in_treatment(
    office: Client, address: str, site: Site, episode: TreatmentEpisode, clinician: User
) -> None:
    for holding in ("record", "identity"):
        office.post(address, RULE | {"holding": holding, "years": "0"})
    assert (retained(site).running, [each.over for each in retained(site).stands]) == (1, [0, 0, 0])
    end_episode(by=clinician, episode=episode, reason="completed", ends_on=today(), open_reason="all is said")
    TreatmentEpisode.objects.update(ends_on=episode.starts_on)
    assert (retained(site).running, [each.over for each in retained(site).stands]) == (0, [1, 1, 0])
    page = said(office.get(address))
    assert episode.patient.study_code not in page


def test_another_site_is_not_there(office: Client, clinician: User, address: str) -> None:
    assert office.get(reverse("site-retention", args=["nowhere"])).status_code == 404
    assert signed_in(clinician).get(address).status_code == 403

"""The privacy officer's pages: codes and who looked, no name of a patient, nothing of another site."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import identity_in, person
from tests.markup import said
from tracking import clock
from tracking.actions import audit
from tracking.actions.oversight import mark_odd_looks
from tracking.models import OddLook, Patient, ReadEvent, Site, User
from tracking.vocabulary import ReadPage, Role

pytestmark = pytest.mark.django_db
PAGE = "/oversight/"


@pytest.fixture
def officer(client: Client, site: Site) -> User:
    user = person("Olga Officer", Role.OFFICER, site=site)
    client.force_login(user)
    return user


def looked(reader: User, patient: Patient) -> None:
    audit.record_read(by=reader, patient=patient, page=ReadPage.PATIENT)
    mark_odd_looks(now=clock.real_now())


def page(client: Client, query: str = "") -> str:
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return said(response.content.decode())


def test_what_is_odd_and_open_comes_first(
    client: Client, officer: User, clinician: User, outsider: User, patient: Patient
) -> None:
    assert "Nothing odd waits" in page(client)
    looked(clinician, patient)
    looked(outsider, patient)
    text = page(client)
    assert "One thing is odd" in text and "Otto Outsider" in text and "not in the team" in text
    assert patient.study_code in text and identity_in(text) == []
    table = text.partition("What was seen")[2]
    assert "Clara Clinician" not in table


def test_every_look_of_today_and_of_a_reader_and_a_patient(
    client: Client, officer: User, clinician: User, outsider: User, patient: Patient
) -> None:
    looked(clinician, patient)
    looked(clinician, patient)
    looked(outsider, patient)
    rows = client.get(f"{PAGE}?show=all").context["lines"]
    assert {(line.reader.name, line.times) for line, _ in rows} == {
        ("Clara Clinician", 2),
        ("Otto Outsider", 1),
    }
    for query, names in (
        (f"reader={clinician.public_id}", {"Clara Clinician"}),
        (f"code={patient.study_code.lower()}", {"Clara Clinician", "Otto Outsider"}),
        ("code=NOBODY", set()),
        ("day=2020-01-01", set()),
        ("day=nonsense", {"Clara Clinician", "Otto Outsider"}),
    ):
        lines = client.get(f"{PAGE}?show=all&{query}").context["lines"]
        assert {line.reader.name for line, _ in lines} == names


def test_looking_here_is_noted_and_not_listed(
    client: Client, officer: User, clinician: User, patient: Patient
) -> None:
    looked(clinician, patient)
    page(client, "?show=all")
    assert "Olga Officer" not in page(client, "?show=all").partition("What was seen")[2]
    noted = ReadEvent.objects.filter(actor=officer.public_id)
    assert set(noted.values_list("page", "patient")) == {("oversight", patient.public_id)}


def test_it_is_looked_into_and_closed(
    client: Client, officer: User, outsider: User, patient: Patient
) -> None:
    looked(outsider, patient)
    where = reverse("oversight-odd", args=[OddLook.objects.get().public_id])
    assert "not in the team" in said(client.get(where).content.decode())
    assert client.post(where, {"reason": ""}).status_code == 400
    answer = client.post(where, {"reason": "was on call"}, follow=True)
    assert "Nothing odd waits" in said(answer.content.decode())
    text = said(client.get(where).content.decode())
    assert "was on call" in text and "Looked into by Olga Officer" in text
    assert client.post(where, {"reason": "again"}).status_code == 409
    assert "looked into" in page(client, "?show=odd")


def test_whose_eyes_are_whose(client: Client, south: Site, outsider: User, patient: Patient) -> None:
    """An officer of another site is shown nothing; one without a site everything; one whose role has ended nothing."""
    looked(outsider, patient)
    where = reverse("oversight-odd", args=[OddLook.objects.get().public_id])
    client.force_login(person("Sol South", Role.OFFICER, site=south))
    assert patient.study_code not in page(client) + page(client, "?show=all")
    assert client.get(where).status_code == 404
    client.force_login(person("Ella Everywhere", Role.OFFICER))
    assert patient.study_code in page(client)


def test_a_clinician_of_another_site_is_no_choice(
    client: Client, officer: User, clinician: User, elsewhere: User, rater: User
) -> None:
    choices = client.get(PAGE).context["form"]["reader"].field.queryset
    assert clinician in choices and rater in choices and elsewhere not in choices


@pytest.mark.parametrize("who", ["clinician", "administrator", "rater", "researcher", "patient_user"])
def test_nobody_else_comes_in(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 403


def test_the_first_page_of_an_officer(client: Client, officer: User) -> None:
    assert client.get("/").headers["Location"] == PAGE


def test_a_page_asks_the_database_no_more_for_more_rows(
    client: Client, officer: User, clinician: User, outsider: User, patient: Patient
) -> None:
    page(client)
    counts = []
    for reader in (clinician, outsider):
        looked(reader, patient)
        with CaptureQueriesContext(connection) as asked:
            page(client, "?show=all")
        counts.append(len(asked))
    assert counts[0] == counts[1]

"""Who looked at me: the team by name, everybody else by what they do, on the days of the patient's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from tests.cast import days_ago, person
from tests.markup import said
from tracking.actions import audit, care, people, scheduling
from tracking.models import CareTeam, Patient, TreatmentEpisode, User
from tracking.queries import own_looks as looks
from tracking.vocabulary import ReadPage, Role

pytestmark = pytest.mark.django_db
PAGE = "/own/looks/"


@pytest.fixture
def own(client: Client, patient_user: User) -> Client:
    client.force_login(patient_user)
    return client


def rows(client: Client) -> list[tuple[str, int, list[str]]]:
    found = client.get(PAGE).context["page"].object_list
    return [(row.who, row.times, [str(place) for place in row.places]) for row in found]


def test_nobody_has_looked(own: Client) -> None:
    assert "Nobody has looked at your record yet" in said(own.get(PAGE).content.decode())


def test_the_team_stands_there_by_name(own: Client, clinician: User, patient: Patient) -> None:
    for page in (ReadPage.PATIENT, ReadPage.ASSESSMENT, ReadPage.PATIENT):
        audit.record_read(by=clinician, patient=patient, page=page)
    assert rows(own) == [("Clara Clinician", 3, ["record", "answers"])]
    text = said(own.get(PAGE).content.decode())
    assert "Clara Clinician of your team" in text and "the record, answers 3 times" in text


def test_others_by_what_they_do(
    own: Client, clinician: User, rater: User, outsider: User, researcher: User, episode: TreatmentEpisode
) -> None:
    patient = episode.patient
    scheduling.create_request(
        by=clinician,
        episode=episode,
        instrument="hamd17",
        due_on=days_ago(0),
        assigned_to=rater,
        blinded=True,
    )
    audit.record_read(by=rater, patient=patient, page=ReadPage.RATINGS)
    audit.record_read(by=outsider, patient=patient, page=ReadPage.PATIENT)
    audit.record_read(by=researcher, patient=patient, page=ReadPage.STUDY_SETTING)
    audit.record_read(by=person("Olga", Role.OFFICER), patient=patient, page=ReadPage.OVERSIGHT)
    names = {who for who, _, _ in rows(own)}
    assert names == {looks.RATER, looks.STRANGER, "A researcher", "The privacy officer"}
    text = own.get(PAGE).content.decode()
    assert "Rita" not in text and "Otto" not in text


def test_nobody_is_of_the_team_before_a_second_person_says_so(
    own: Client, administrator: User, outsider: User, patient: Patient, team_a: CareTeam
) -> None:
    care.add_member(by=administrator, team=team_a, user=outsider, starts_on=days_ago(30))
    audit.record_read(by=outsider, patient=patient, page=ReadPage.PATIENT)
    assert [who for who, _, _ in rows(own)] == [looks.STRANGER]


def test_days_are_those_of_the_patient(own: Client, clinician: User, patient: Patient) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), tick=False):
        audit.record_read(by=clinician, patient=patient, page=ReadPage.TODAY)
    assert "2 July 2026" in said(own.get(PAGE).content.decode())


def test_looks_at_another_patient_and_ones_own_are_not_told(
    own: Client, clinician: User, patient: Patient, patient_user: User
) -> None:
    other = people.enrol_patient(
        by=clinician, team=patient.team, identity=None, sex="unknown", enrolled_on=days_ago(9)
    )
    audit.record_read(by=clinician, patient=other, page=ReadPage.PATIENT)
    audit.record_read(by=patient_user, patient=patient, page=ReadPage.PATIENT)
    assert rows(own) == []


def test_an_account_without_a_patient_sees_nothing(client: Client) -> None:
    client.force_login(person("Nobody's Account", Role.PATIENT))
    assert rows(client) == []


def test_the_own_page_leads_there(own: Client) -> None:
    assert f'href="{PAGE}"' in own.get("/own/").content.decode()

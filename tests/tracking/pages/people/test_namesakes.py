"""Two people of the same name in one team: wherever both are named, each is told from the other and can be called."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import markup, said
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.begun import begun_entry
from tests.tracking.pages.doors import signed_in
from tracking import clock
from tracking.actions import care, people
from tracking.models import CareTeam, Patient, TreatmentEpisode, User
from tracking.queries.names import whose

NAME = "Petra Patientin"


@pytest.fixture
def namesake(team_a: CareTeam, clinician: User) -> TreatmentEpisode:
    patient = people.enrol_patient(
        by=clinician,
        team=team_a,
        identity={
            "given_name": "Petra",
            "family_name": "Patientin",
            "date_of_birth": date(1990, 5, 3),
            "phone": "555 0142",
        },
        sex="female",
        enrolled_on=days_ago(30),
        timezone="Europe/Berlin",
    )
    return care.start_episode(
        by=clinician,
        patient=patient,
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=days_ago(20),
    )


@pytest.mark.parametrize("page", ["alerts", "today", "patients"])
def test_each_is_told_from_the_other(
    page: str, episode: TreatmentEpisode, namesake: TreatmentEpisode, clinician: User
) -> None:
    for one in (episode, namesake):
        recorded(one, None, "phq9", PHQ9 | {"9": 2})
    answer = signed_in(clinician).get(reverse(page))
    text = said(answer)
    assert text.count(NAME) == 2
    for one, born in ((episode, "29 February 1984"), (namesake, "3 May 1990")):
        assert born in text and one.patient.study_code in text
    assert 'href="tel:5550142"' in markup(answer) and 'href="tel:+49301234567"' in markup(answer)


def test_what_was_begun_says_of_whom(
    episode: TreatmentEpisode, namesake: TreatmentEpisode, clinician: User
) -> None:
    begun_entry(clinician, namesake, "caps5", {"1": 2})
    section = said(signed_in(clinician).get(reverse("today"))).partition("Begun and not submitted")[2]
    assert f"born 3 May 1990, {whose(namesake.patient).age} · {namesake.patient.study_code}" in section


def test_nobody_is_called_who_needs_nothing(namesake: TreatmentEpisode, clinician: User) -> None:
    assert "tel:" not in markup(signed_in(clinician).get(reverse("patients")))


@pytest.mark.parametrize("page", ["alerts", "today", "patient"])
def test_whoever_calls_is_told_what_time_it_is_there(
    page: str, namesake: TreatmentEpisode, clinician: User
) -> None:
    recorded(namesake, None, "phq9", PHQ9 | {"9": 2})
    own = {"public_id": namesake.patient.public_id} if page == "patient" else {}
    url = reverse(page, kwargs=own)
    assert "555 0142" in said(signed_in(clinician).get(url))
    assert " there" not in said(signed_in(clinician).get(url)).partition("555 0142")[2][:30]
    Patient.objects.filter(pk=namesake.patient_id).update(timezone="Pacific/Auckland")
    with time_machine.travel(clock.now(), tick=False):
        text = said(signed_in(clinician).get(url))
        there = clock.now().astimezone(ZoneInfo("Pacific/Auckland"))
    assert f"555 0142 it is {there:%a %H:%M} there" in text


@pytest.mark.parametrize(("day", "age"), [("2026-05-02T22:30:00Z", 36), ("2026-05-02T21:30:00Z", 35)])
def test_somebody_is_a_year_older_where_they_live(day: str, age: int, namesake: TreatmentEpisode) -> None:
    with time_machine.travel(day, tick=False):
        assert whose(Patient.objects.get(pk=namesake.patient_id)).age == age


def test_whoever_is_blind_is_told_nothing_of_the_identity(namesake: TreatmentEpisode) -> None:
    found = whose(namesake.patient, blind=True)
    assert (found.name, found.born, found.age, found.phone, found.apart) == (found.code, None, None, "", "")


def test_where_no_name_is_held_the_code_stands_for_it(team_a: CareTeam, clinician: User) -> None:
    nameless = people.enrol_patient(
        by=clinician, team=team_a, identity=None, sex="unknown", enrolled_on=days_ago(3)
    )
    found = whose(nameless)
    assert (found.name, found.is_named, found.apart) == (nameless.study_code, False, "")

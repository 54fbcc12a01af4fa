"""The named cast of the tests, made by the product's own actions: nobody here could not exist."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.clock import today
from tests.second_factor import with_app
from tracking import clock
from tracking.actions import care, people
from tracking.models import CareTeam, Patient, Site, Study, TreatmentEpisode, User
from tracking.vocabulary import Role

CRISIS = "Crisis line, 0800 111 0 111, day and night"
IDENTITY = ("Petra", "Patientin", "petra@example.net", "MRN-4711", "1234567", "1984")  # of ``patient``, below
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def days_ago(count: int) -> date:
    """A day in the past, by the site's calendar."""
    return today() - timedelta(days=count)


def server_days_ago(count: int) -> date:
    """The same by the server's own calendar, which roles and memberships go by."""
    return clock.today() - timedelta(days=count)


def person(name: str, *roles: Role, site: Site | None = None) -> User:
    """A user with roles, as the command line makes the first ones, who has set up an app for the second step. Signs in
    by ``client.force_login``."""
    user = people.create_user(by=None, email=f"{name.lower().replace(' ', '.')}@example.org", name=name)
    for role in roles:
        people.grant_role(by=None, user=user, role=role, site=site, starts_on=days_ago(400))
    if roles:
        with_app(user)
    return user


def identity_in(text: str) -> list[str]:
    """What of the patient's identity stands in a text. Digits count as a number of their own and outside of random
    keys, which hold any year now and then."""
    told = UUID.sub("", text)
    found = []
    for word in IDENTITY:
        pattern = rf"(?<![0-9A-Za-z]){word}(?![0-9A-Za-z])" if word.isdigit() else re.escape(word)
        found += [word] if re.search(pattern, told, re.IGNORECASE) else []
    return found


@pytest.fixture
def site(db: None) -> Site:
    return care.create_site(
        by=None, key="north", name="North Clinic", timezone="Europe/Berlin", crisis_contacts=CRISIS
    )


@pytest.fixture
def administrator(site: Site) -> User:
    return person("Ada Administrator", Role.ADMINISTRATOR, site=site)


@pytest.fixture
def team_a(site: Site) -> CareTeam:
    return care.create_team(by=None, site=site, name="Team A")


@pytest.fixture
def team_b(site: Site) -> CareTeam:
    return care.create_team(by=None, site=site, name="Team B")


@pytest.fixture
def clinician(team_a: CareTeam) -> User:
    """Leads team A, which treats ``patient``."""
    user = person("Clara Clinician", Role.CLINICIAN)
    care.add_member(by=None, team=team_a, user=user, is_lead=True, starts_on=days_ago(400))
    return user


@pytest.fixture
def desk(client: Client, clinician: User) -> Client:
    """The browser of the clinician."""
    client.force_login(clinician)
    return client


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The episodes whose recomputation was asked for now; no broker is needed."""
    sent: list[int] = []
    for page in ("writing", "treatment.setting"):
        monkeypatch.setattr(f"tracking.pages.{page}.nudge_episode", sent.append)
    return sent


@pytest.fixture
def outsider(team_b: CareTeam) -> User:
    """A clinician of team B: nothing of team A may be seen."""
    user = person("Otto Outsider", Role.CLINICIAN)
    care.add_member(by=None, team=team_b, user=user, is_lead=True, starts_on=days_ago(400))
    return user


@pytest.fixture
def south(db: None) -> Site:
    """Another site."""
    return care.create_site(by=None, key="south", name="South Clinic", crisis_contacts=CRISIS)


@pytest.fixture
def elsewhere(south: Site) -> User:
    """A clinician of the other site."""
    user = person("Sue South", Role.CLINICIAN)
    team = care.create_team(by=None, site=south, name="Team S")
    care.add_member(by=None, team=team, user=user, starts_on=days_ago(400))
    return user


@pytest.fixture
def rater(db: None) -> User:
    return person("Rita Rater", Role.RATER)


@pytest.fixture
def researcher(study: Study) -> User:
    user = person("Rolf Researcher", Role.RESEARCHER)
    care.add_study_member(by=None, study=study, user=user, starts_on=days_ago(400))
    return user


@pytest.fixture
def officer(site: Site) -> User:
    return person("Olga Officer", Role.OFFICER, site=site)


@pytest.fixture
def steward(study: Study) -> User:
    user = person("Stella Steward", Role.STEWARD)
    care.add_study_member(by=None, study=study, user=user, starts_on=days_ago(400))
    return user


@pytest.fixture
def patient(team_a: CareTeam, clinician: User) -> Patient:
    return people.enrol_patient(
        by=clinician,
        team=team_a,
        identity={
            "given_name": "Petra",
            "family_name": "Patientin",
            "date_of_birth": date(1984, 2, 29),
            "record_number": "MRN-4711",
            "email": "petra@example.net",
            "phone": "+49 30 1234567",
        },
        sex="female",
        enrolled_on=days_ago(200),
        timezone="Europe/Berlin",
    )


@pytest.fixture
def patient_user(patient: Patient, clinician: User) -> User:
    """The patient's own account."""
    user = people.create_user(by=clinician, email="petra@example.net", name="Petra Patientin")
    people.link_account(by=clinician, patient=patient, user=user)
    return user


@pytest.fixture
def study(site: Site) -> Study:
    return care.create_study(
        by=None,
        key="psilo",
        title="Psilocybin for depression",
        site=site,
        outcome_instrument="hamd17",
        endpoint="week 4",
    )


@pytest.fixture
def episode(patient: Patient, study: Study, clinician: User) -> TreatmentEpisode:
    """Began 120 days ago; consents and treatment are the test's to record."""
    return care.start_episode(
        by=clinician,
        patient=patient,
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=days_ago(120),
        study=study,
    )

"""Two who write about the same people."""

from __future__ import annotations

from tests.cast import person
from tests.deeds.clinics import Clinic, beside
from tests.deeds.pair import Act, pair
from tests.deeds.table.care import new_team, not_in_treatment
from tracking.actions import care, people

LINKED = "~Patient:user +RoleGrant +AuditEvent !link_account"
CORRECTED = (
    "~PatientIdentity:date_of_birth ~TreatmentEpisode:age_at_start ~EpisodeMark:wanted_rev +AuditEvent"
)
BEGUN = "+TreatmentEpisode +EpisodeMark +AuditEvent"
ONE_TEAM = "+CareTeam +AuditEvent !create_team"


@pair(one_first=LINKED, other_first=LINKED)
def one_account_for_two_patients(clinic: Clinic) -> tuple[Act, Act]:
    user = person(f"Account {clinic.word}")
    other = beside(clinic).patient
    return (
        (people.link_account, {"by": clinic.lead, "patient": clinic.patient, "user": user}),
        (people.link_account, {"by": clinic.colleague, "patient": other, "user": user}),
    )


@pair(one_first=LINKED, other_first=LINKED)
def two_accounts_for_one_patient(clinic: Clinic) -> tuple[Act, Act]:
    mine, yours = person(f"Account {clinic.word}"), person(f"Another {clinic.word}")
    return (
        (people.link_account, {"by": clinic.lead, "patient": clinic.patient, "user": mine}),
        (people.link_account, {"by": clinic.colleague, "patient": clinic.patient, "user": yours}),
    )


@pair(one_first=f"{CORRECTED} {BEGUN}", other_first=f"{CORRECTED} {BEGUN}")
def a_date_of_birth_and_an_episode_that_begins(clinic: Clinic) -> tuple[Act, Act]:
    """Whoever is first: the age at the start is that of the new date of birth. An episode is over."""
    start = not_in_treatment(clinic)
    name = {"given_name": "Paul", "family_name": "Patient"}
    people.change_identity(by=clinic.lead, patient=start["patient"], date_of_birth="1990-05-04", **name)
    born = {"by": clinic.colleague, "patient": start["patient"], "date_of_birth": "1970-05-04"}
    return (people.change_identity, born), (care.start_episode, start)


@pair(one_first=ONE_TEAM, other_first=ONE_TEAM)
def two_teams_of_one_name(clinic: Clinic) -> tuple[Act, Act]:
    """Whatever its letters."""
    team = new_team(clinic)
    return (care.create_team, team), (care.create_team, team | {"name": team["name"].upper()})

"""A clinic in which every deed can be done, and others beside it in the same state, which it must not touch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tests.cast import CRISIS, days_ago, person, server_days_ago
from tracking.actions import care, people
from tracking.models import CareTeam, Patient, Site, Study, TreatmentEpisode, User
from tracking.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Clinic:
    """One site with one of everybody. ``lead`` and ``colleague`` treat ``patient``."""

    word: str
    site: Site
    administrator: User
    team: CareTeam
    lead: User
    colleague: User
    rater: User
    study: Study
    researcher: User
    steward: User
    patient: Patient
    episode: TreatmentEpisode


def clinic(word: str) -> Clinic:
    """A new clinic, told apart from others by ``word``."""
    site = care.create_site(
        by=None, key=word, name=f"Clinic {word}", timezone="Europe/Berlin", crisis_contacts=CRISIS
    )
    team = care.create_team(by=None, site=site, name=f"Team {word}")
    study = care.create_study(
        by=None, key=word, title=f"Study {word}", site=site, outcome_instrument="hamd17", endpoint="week 4"
    )
    lead = person(f"Lead {word}", Role.CLINICIAN)
    colleague = person(f"Colleague {word}", Role.CLINICIAN)
    researcher, steward = (
        person(f"Researcher {word}", Role.RESEARCHER),
        person(f"Steward {word}", Role.STEWARD),
    )
    for user in (lead, colleague):
        care.add_member(by=None, team=team, user=user, is_lead=user == lead, starts_on=server_days_ago(400))
    for user in (researcher, steward):
        care.add_study_member(by=None, study=study, user=user, starts_on=server_days_ago(400))
    patient, episode = admitted(team, lead, study, f"petra.{word}@example.net")
    return Clinic(
        word=word,
        site=site,
        administrator=person(f"Administrator {word}", Role.ADMINISTRATOR, site=site),
        team=team,
        lead=lead,
        colleague=colleague,
        rater=person(f"Rater {word}", Role.RATER, site=site),
        study=study,
        researcher=researcher,
        steward=steward,
        patient=patient,
        episode=episode,
    )


def beside(ours: Clinic) -> Clinic:
    """The same clinic with another of its patients."""
    mail = f"paula.{ours.word}@example.net"
    patient, episode = admitted(ours.team, ours.lead, ours.study, mail)
    return replace(ours, patient=patient, episode=episode)


def admitted(team: CareTeam, lead: User, study: Study, mail: str) -> tuple[Patient, TreatmentEpisode]:
    patient = people.enrol_patient(
        by=lead,
        team=team,
        identity={
            "given_name": "Petra",
            "family_name": "Patientin",
            "date_of_birth": date(1984, 2, 29),
            "email": mail,
        },
        sex="female",
        enrolled_on=days_ago(200),
        timezone="Europe/Berlin",
    )
    episode = care.start_episode(
        by=lead,
        patient=patient,
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=days_ago(120),
        study=study,
    )
    return patient, episode

"""A clinic of forty patients, made by the real actions, with the people who are easy to find among them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from pytest_django import DjangoDbBlocker

from measures import registry
from tests.cast import CRISIS, days_ago, person
from tests.tracking.dosing import sure
from tests.tracking.packs import installed
from tests.tracking.treated import dosed, medicated
from tracking.actions import assessments, care, people, treatment
from tracking.models import CareTeam, Patient, Study, TreatmentEpisode, User, WordingPack
from tracking.vocabulary import AnswerSource, Role

SIZE = 40
OLDEST, RARE_DRUG, NON_BINARY, WITHDRAWN, NEVER_ASKED = range(5)
GERMAN, FRENCH = range(10, 17), 17  # the numbers of those who read the words of the site
ZONE = "Europe/Berlin"


@contextmanager
def kept_for_the_module(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is made inside is there for all tests of a module, each of which undoes only its own writes."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class Clinic:
    """Who is there. ``born``, ``numbers``: what was recorded of the patients, kept apart from the database."""

    study: Study
    clinician: User
    researcher: User
    steward: User
    patients: list[Patient] = field(default_factory=list)
    identities: list[dict] = field(default_factory=list)
    enrolled: list[date] = field(default_factory=list)
    packs: dict[int, WordingPack] = field(default_factory=dict)

    @property
    def consenting(self) -> list[Patient]:
        return [p for n, p in enumerate(self.patients) if n not in (WITHDRAWN, NEVER_ASKED)]


def build(size: int = SIZE) -> Clinic:
    site = care.create_site(
        by=None, key="quellhof", name="Quellhof Clinic", timezone=ZONE, crisis_contacts=CRISIS
    )
    team = care.create_team(by=None, site=site, name="Morgenrot")
    study = care.create_study(
        by=None,
        key="psilo",
        title="Psilocybin for depression",
        site=site,
        outcome_instrument="phq9",
        endpoint="week 4",
    )
    clinic = Clinic(
        study,
        clinician=person("Konstanze Quittenbaum", Role.CLINICIAN),
        researcher=person("Ruprecht Zwiebelfisch", Role.RESEARCHER),
        steward=person("Sieglinde Haferkorn", Role.STEWARD),
    )
    care.add_member(by=None, team=team, user=clinic.clinician, starts_on=days_ago(900))
    for user in (clinic.researcher, clinic.steward):
        care.add_study_member(by=None, study=study, user=user, starts_on=days_ago(900))
    clinic.packs = dict.fromkeys(GERMAN, installed(site, "phq9", language="de"))
    clinic.packs[FRENCH] = installed(site, "phq9", language="fr")
    chance = random.Random(20)  # noqa: S311
    for number in range(size):
        _patient(clinic, team, number, chance)
    return clinic


def _patient(clinic: Clinic, team: CareTeam, number: int, chance: random.Random) -> None:
    started = days_ago(700 - 5 * number)
    identity = {
        "given_name": f"Vorname{chr(97 + number % 26)}{chr(97 + number // 26)}x",
        "family_name": f"Qz{chr(97 + number % 26)}{chr(97 + number // 26)}mann-Wüßt",
        "date_of_birth": started
        - timedelta(days=int(365.25 * (93.5 if number == OLDEST else 25 + number % 30))),
        "record_number": f"MRN-{880000 + 7 * number}",
        "email": f"person{number}@mail.example.net",
        "phone": f"+49 30 55{number:05d}",
    }
    patient = people.enrol_patient(
        by=clinic.clinician,
        team=team,
        identity=identity,
        sex="other" if number == NON_BINARY else ("female", "male")[number % 2],
        enrolled_on=started,
        timezone=ZONE,
    )
    clinic.patients.append(patient)
    clinic.identities.append(identity)
    clinic.enrolled.append(started)
    if number != NEVER_ASKED:
        people.record_consent(by=clinic.clinician, patient=patient, kind="given", stated_on=started)
    if number == WITHDRAWN:
        people.record_consent(by=clinic.clinician, patient=patient, kind="withdrawn", stated_on=days_ago(3))
    episode = care.start_episode(
        by=clinic.clinician,
        patient=patient,
        diagnosis="mdd",
        protocol="psilocybin-escitalopram",
        arm=("psilocybin", "escitalopram")[number // 2 % 2],
        starts_on=started,
        study=clinic.study,
    )
    _treat(clinic.clinician, episode, number, started)
    for week, time_point in enumerate(("baseline", "week 2", "week 4", "week 6")):
        on = started + timedelta(days=14 * week)
        _assess(clinic.clinician, episode, on, time_point, chance, clinic.packs.get(number))


def _treat(by: User, episode: TreatmentEpisode, number: int, started: date) -> None:
    drugs = ["Sertraline"] if number % 3 else []
    drugs += ["Moclobemide"] if number == RARE_DRUG else []
    for drug in drugs:
        amount = Decimal(150 if drug == "Moclobemide" else 50)
        course = medicated(by, episode, drug, started_on=started + timedelta(days=1), amount_per_day=amount)
        treatment.stop_medication(
            by=by, course=course, stopped_on=started + timedelta(days=90), reason="no_effect"
        )
    at = datetime.combine(started + timedelta(days=7), datetime.min.time(), ZoneInfo(ZONE)) + timedelta(
        hours=10
    )
    session = treatment.record_session(
        by=by, episode=episode, kind="dosing", starts_at=at, minutes=360, note="=cmd|' /C calc'!A0"
    )
    dosed(by, session, washout_reason="agreed with the physician", **sure(25))


def _assess(
    by: User,
    episode: TreatmentEpisode,
    on: date,
    time_point: str,
    chance: random.Random,
    pack: WordingPack | None,
) -> None:
    answers = {str(item): chance.randint(0, 3) for item in range(1, 9)} | {"9": 0}
    assessments.record_assessment(
        by=by,
        episode=episode,
        instrument=registry.get("phq9"),
        answers=answers,
        source=AnswerSource.CLINICIAN_ENTERED,
        assessed_on=on,
        submission_id=uuid4(),
        time_point=time_point,
        wording=pack,
    )

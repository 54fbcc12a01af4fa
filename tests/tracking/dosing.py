"""A dosing session of today, begun by the real actions, for the tests of the run-sheet."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from measures import registry
from tests.cast import days_ago, person
from tracking import clock
from tracking.actions import care, dosing
from tracking.actions.assessments import Submitted
from tracking.models import CareTeam, Dose, Patient, RunSheetEntry, TreatmentEpisode, TreatmentSession, User
from tracking.vocabulary import Role

CALM = {"systolic": 122, "diastolic": 78, "heart_rate": 70, "temperature": 36.6}
DENIED = {"1": False, "2": False, "6": False}
CHECKS = ("washout", "consent_today", "way_home")
PASSWORD = "a quiet room with a view"  # noqa: S105 (of nobody)


def mdma_episode(patient: Patient, by: User) -> TreatmentEpisode:
    return care.start_episode(
        by=by, patient=patient, diagnosis="ptsd", protocol="mdma-ptsd", arm="mdma", starts_on=days_ago(30)
    )


def second_therapist(team: CareTeam) -> User:
    user = person("Sam Second", Role.CLINICIAN)
    care.add_member(by=None, team=team, user=user, starts_on=days_ago(400))
    return user


@pytest.fixture
def mdma(patient: Patient, clinician: User) -> TreatmentEpisode:
    return mdma_episode(patient, clinician)


@pytest.fixture
def second(team_a: CareTeam) -> User:
    return second_therapist(team_a)


@pytest.fixture
def session(mdma: TreatmentEpisode, clinician: User, second: User) -> TreatmentSession:
    return begun(clinician, mdma, second)


def begun(
    by: User, episode: TreatmentEpisode, second: User | None = None, ago: int = 240, **more: object
) -> TreatmentSession:
    """A session that began so many minutes ago."""
    people = [(by, "lead"), (second, "second")] if second else [(by, "lead")]
    values = {"submission_id": uuid.uuid4(), "alone_reason": "" if second else "the other one is on the way"}
    starts = timezone.now() - timedelta(minutes=ago)
    with clock.simulated(starts):
        return dosing.begin_session(
            by=by, episode=episode, starts_at=starts, people_present=people, **(values | more)
        )


def minute(session: TreatmentSession, count: float) -> datetime:
    return session.starts_at + timedelta(minutes=count)


def check(
    by: User, session: TreatmentSession, topic: str, at: float = 5, met: bool = True, text: str = ""
) -> None:
    dosing.record_check(
        by=by,
        session=session,
        submission_id=uuid.uuid4(),
        topic=topic,
        met=met,
        text=text,
        happened_at=minute(session, at),
    )


def form(
    by: User, session: TreatmentSession, key: str, answers: dict[str, object], at: float, **more: object
) -> Submitted:
    values = {"submission_id": uuid.uuid4(), "assessed_at": minute(session, at)}
    return dosing.record_in_session(
        by=by, session=session, instrument=registry.get(key), answers=answers, **(values | more)
    )


def vitals(by: User, session: TreatmentSession, at: float, **values: object) -> Submitted:
    return form(by, session, "vital_signs", CALM | values, at)


def prepared(by: User, session: TreatmentSession) -> None:
    """Every check before the dose is met."""
    for topic in CHECKS:
        check(by, session, topic)
    vitals(by, session, 10)
    form(by, session, "cssrs_screener", DENIED, 12)


def dose(by: User, session: TreatmentSession, at: float = 20, **more: object) -> Dose:
    values = {
        "submission_id": uuid.uuid4(),
        "substance": "MDMA",
        "amount": Decimal(80),
        "unit": "mg",
        "route": "oral",
        "given_at": minute(session, at),
    }
    return dosing.give_dose(by=by, session=session, **(values | more))


def sure(amount: object, reason: str = "as the study physician decided") -> dict[str, object]:
    """What goes with an amount that is asked about."""
    return {"amount_again": Decimal(str(amount)), "amount_reason": reason}


def completed(by: User, session: TreatmentSession) -> None:
    """A whole MDMA session up to its end: nothing is missing."""
    prepared(by, session)
    dose(by, session)
    vitals(by, session, 130)
    dose(by, session, 140, amount=Decimal(40), part="supplement")
    vitals(by, session, 225)
    form(by, session, "cssrs_screener", DENIED, 228)
    ended(by, session, 230)


def ended(by: User, session: TreatmentSession, at: int, **more: Any) -> RunSheetEntry:
    """The end, whatever is open then."""
    said = {"text": "Steady; with her sister.", "leaving_reason": "Stays on the ward for the night."}
    given = {"submission_id": uuid.uuid4(), "happened_at": minute(session, at)} | said | more
    return dosing.end_session(by=by, session=session, **given)

"""Steps that several scenes of the table take, each by the product's own actions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from tests.cast import days_ago, person
from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments
from tests.tracking.dosing import sure
from tests.tracking.treated import medicated
from tracking.actions import availability, care, scheduling, treatment
from tracking.actions.endings import end_episode
from tracking.models import AssessmentRequest, Dose, MedicationCourse, TreatmentSession, User
from tracking.vocabulary import Role


def treated_next(clinic: Clinic, protocol: str, arm: str, days: int, diagnosis: str = "mdd") -> Clinic:
    """The same clinic in the next episode of its patient, which began so many days ago."""
    end_episode(by=clinic.lead, episode=clinic.episode, ends_on=days_ago(days), reason="completed")
    episode = care.start_episode(
        by=clinic.lead,
        patient=clinic.patient,
        diagnosis=diagnosis,
        protocol=protocol,
        arm=arm,
        starts_on=days_ago(days),
    )
    return replace(clinic, episode=episode)


def medication(clinic: Clinic, substance: str = "zopiclone") -> MedicationCourse:
    """Taken for sixty days."""
    return medicated(clinic.lead, clinic.episode, substance, began=60, amount_per_day=Decimal(40))


def held(clinic: Clinic, days: int, kind: str = "dosing") -> TreatmentSession:
    """A session so many days ago, recorded afterwards."""
    return treatment.record_session(
        by=clinic.lead,
        episode=clinic.episode,
        kind=kind,
        starts_at=timezone.now() - timedelta(days=days),
    )


def given(session: TreatmentSession, minutes: int = 0, part: str = "main") -> Arguments:
    """A dose so many minutes after its session began, for ``record_dose``."""
    return {
        "by": session.recorded_by,
        "session": session,
        "substance": "psilocybin",
        "amount": Decimal(25),
        "unit": "mg",
        "route": "oral",
        "part": part,
        "given_at": session.starts_at + timedelta(minutes=minutes),
    }


def dosed(clinic: Clinic, days: int) -> Dose:
    """A dose so many days ago, in a session of its own."""
    return treatment.record_dose(**given(held(clinic, days)), **sure(25, "whatever the protocol plans"))


def asked(clinic: Clinic, instrument: str = "phq9", **more: object) -> AssessmentRequest:
    """What can be answered today."""
    values = {"by": clinic.lead, "instrument": instrument, "due_on": days_ago(1)} | more
    return scheduling.create_request(episode=clinic.episode, **values)


def to_be_rated(clinic: Clinic, **more: object) -> AssessmentRequest:
    """A rating that can be made today, blinded unless it is said."""
    return asked(clinic, "hamd17", **{"blinded": True} | more)


def free_rater(clinic: Clinic, name: str) -> User:
    """One more independent rater of the site, who can take ratings from today on."""
    user = person(f"{name} {clinic.patient.study_code}", Role.RATER, site=clinic.site)
    availability.set_availability(by=user, starts_on=days_ago(0), per_week=5)
    return user

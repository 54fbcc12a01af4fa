"""What a patient takes and is given, recorded by the product's own actions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.cast import days_ago
from tracking.actions import treatment
from tracking.models import Dose, MedicationCourse, TreatmentEpisode, TreatmentSession, User

USUAL = {  # mg a day
    "alprazolam": 4,
    "citalopram": 20,
    "escitalopram": 20,
    "fluoxetine": 20,
    "lorazepam": 4,
    "mirtazapine": 30,
    "paroxetine": 20,
}


def medicated(
    by: User, episode: TreatmentEpisode, substance: str = "sertraline", began: int = 50, **changes: object
) -> MedicationCourse:
    """A medication that began so many days ago: 100 mg a day by mouth, or less where that is usual, unless told
    otherwise."""
    values = {
        "started_on": days_ago(began),
        "amount_per_day": Decimal(USUAL.get(substance, 100)),
        "unit": "mg",
        "route": "oral",
    }
    return treatment.start_medication(by=by, episode=episode, substance=substance, **(values | changes))


def dosed(by: User, session: TreatmentSession, **changes: object) -> Dose:
    """25 mg of psilocybin, half an hour after the session began, unless told otherwise."""
    values = {
        "substance": "psilocybin",
        "amount": Decimal(25),
        "unit": "mg",
        "route": "oral",
        "given_at": session.starts_at + timedelta(minutes=30),
    }
    return treatment.record_dose(by=by, session=session, **(values | changes))

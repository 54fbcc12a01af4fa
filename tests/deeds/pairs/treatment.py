"""Two who write into the same treatment."""

from __future__ import annotations

import uuid
from decimal import Decimal

from tests.deeds.clinics import Clinic
from tests.deeds.pair import Act, pair
from tests.tracking.dosing import begun, minute
from tracking.actions import dosing


@pair(
    one_first="+RunSheetEntry ~TreatmentSession:minutes ~EpisodeMark:wanted_rev +AuditEvent !give_dose",
    other_first="+RunSheetEntry +Dose ~EpisodeMark:wanted_rev +AuditEvent*2 !end_session",
)
def the_end_and_a_dose_after_it(clinic: Clinic) -> tuple[Act, Act]:
    session = begun(clinic.lead, clinic.episode, clinic.colleague)
    end = {"session": session, "submission_id": uuid.uuid4(), "happened_at": minute(session, 20)}
    dose = {
        "session": session,
        "submission_id": uuid.uuid4(),
        "substance": "psilocybin",
        "amount": Decimal(25),
        "unit": "mg",
        "route": "oral",
        "override_reason": "the checks were made on paper",
        "given_at": minute(session, 30),
    }
    return (dosing.end_session, {"by": clinic.lead, **end}), (
        dosing.give_dose,
        {"by": clinic.colleague, **dose},
    )

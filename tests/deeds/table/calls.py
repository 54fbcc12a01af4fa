"""The call that brings a rater and a patient together."""

from __future__ import annotations

from datetime import timedelta

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments, Note, Twice, deed
from tests.tracking.blinded import blinded
from tracking import clock
from tracking.actions import calls, rating
from tracking.vocabulary import AuditAction

TIME = "~RatingCall:agreed_at,agreed_by,agreed_for +AuditEvent"


@deed(
    calls.ask_call,
    Note(AuditAction.ASK_CALL, patient="request.episode.patient"),
    writes="+RatingCall +AuditEvent",
    twice=Twice.REFUSED,
)
def a_rating_of_today(clinic: Clinic) -> Arguments:
    request = blinded(clinic.episode, clinic.lead)
    rating.assign_rater(by=clinic.lead, request=request, rater=clinic.rater)
    request.refresh_from_db()
    return {"by": clinic.rater, "request": request}


@deed(
    calls.agree_call,
    Note(AuditAction.AGREE_CALL, of="call", patient="call.episode.patient"),
    writes=TIME,
    twice=Twice.ADDS,
    again="~RatingCall:agreed_at +AuditEvent",
)
def a_time_of_today(clinic: Clinic) -> Arguments:
    call = calls.ask_call(**a_rating_of_today(clinic))
    return {"by": clinic.lead, "call": call, "agreed_for": clock.now() + timedelta(minutes=5)}

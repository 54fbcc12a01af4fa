"""When something may be done. Each raises a ``TrackingError`` with the reason in words."""

from __future__ import annotations

from datetime import date, timedelta

from tracking.errors import Conflict, InvalidInput
from tracking.models import Assessment, AssessmentRequest, TreatmentEpisode
from tracking.vocabulary import RequestStatus

LATE_AFTER = timedelta(hours=48)


def check_request_open(request: AssessmentRequest, today: date) -> None:
    """The request is open and inside its window."""
    if request.status != RequestStatus.OPEN:
        raise Conflict("this questionnaire has already been received")
    if today < request.opens_on:
        raise Conflict("this questionnaire is not open yet")
    if today > request.closes_on:
        raise Conflict("the time for this questionnaire has passed")


def check_assessed_on(episode: TreatmentEpisode, assessed_on: date, today: date) -> None:
    """Not in the future, not before the patient was enrolled."""
    if assessed_on > today:
        raise InvalidInput("assessed_on", "the day of the assessment lies in the future")
    if assessed_on < min(episode.patient.enrolled_on, episode.starts_on):
        raise InvalidInput("assessed_on", "the day of the assessment is before the patient was enrolled")


def check_latest_version(assessment: Assessment) -> None:
    """Only the latest version may be corrected; two people at once cannot both win."""
    if Assessment.objects.filter(supersedes=assessment).exists():
        raise Conflict("this assessment was corrected by somebody else in the meantime")


def is_late(assessment: Assessment) -> bool:
    """Recorded more than 48 hours after the day it speaks of."""
    return assessment.recorded_at.date() - assessment.assessed_on > LATE_AFTER

"""When a rater may ask for a time with a patient, and which time may be agreed. Each raises the reason."""

from __future__ import annotations

from datetime import datetime

from tracking import clock
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import AssessmentRequest, RatingCall, User
from tracking.rules.policies.assessments import check_may_rate, check_request_open
from tracking.rules.policies.days import local_day, local_today

NO_LONGER = "this rating is no longer waiting for this rater: nobody needs to be called for it"


def check_may_ask_call(request: AssessmentRequest, by: User) -> None:
    """The rating is this rater's, and can be made today."""
    if request.assigned_to_id != by.pk:
        raise NotPermitted("only the rater of a rating asks for a call")
    check_may_rate(request, by)
    check_request_open(request, local_today(request.episode.patient))


def is_wanted(call: RatingCall) -> bool:
    """Whether the rating still waits for the rater who asked."""
    request = call.request
    try:
        check_may_ask_call(request, call.asked_by)
    except (Conflict, NotPermitted):
        return False
    return True


def check_time(call: RatingCall, agreed_for: datetime) -> None:
    """A time to come, on a day on which the rating can be made."""
    if not is_wanted(call):
        raise Conflict(NO_LONGER)
    request = call.request
    if agreed_for <= clock.now():
        raise InvalidInput("agreed_for", "has passed")
    if local_day(request.episode.patient, agreed_for) > request.closes_on:
        last = f"{request.closes_on:%-d %B %Y}"
        raise InvalidInput("agreed_for", f"is after the last day on which the rating can be made ({last})")

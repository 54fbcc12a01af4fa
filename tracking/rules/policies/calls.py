"""When a rater may ask for a time with a patient, and which time may be agreed. Each raises the reason."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from measures.language import marked
from tracking import clock
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import AssessmentRequest, RatingCall, User
from tracking.rules.policies.assessments import check_may_rate, check_request_open
from tracking.rules.policies.days import local_day, local_today

NO_LONGER = marked("this rating is no longer waiting for this rater: nobody needs to be called for it")


def check_may_ask_call(request: AssessmentRequest, by: User) -> None:
    """The rating is this rater's, and can be made today."""
    if request.assigned_to_id != by.pk:
        raise NotPermitted(_("only the rater of a rating asks for a call"))
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
        raise Conflict(_(NO_LONGER))
    request = call.request
    if agreed_for <= clock.now():
        raise InvalidInput("agreed_for", _("has passed"))
    if local_day(request.episode.patient, agreed_for) > request.closes_on:
        words = _("is after the last day on which the rating can be made ({day})")
        raise InvalidInput("agreed_for", words.format(day=date_format(request.closes_on, "DATE_FORMAT")))

"""The call that brings a blind rater and a patient together: the rater asks, the team calls and agrees a time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import ANY_STATE, moved
from tracking.errors import Conflict
from tracking.models import AssessmentRequest, RatingCall, User
from tracking.rules.policies.calls import check_may_ask_call, check_time
from tracking.vocabulary import AuditAction


@transaction.atomic
def ask_call(*, by: User, request: AssessmentRequest) -> RatingCall:
    """The rater of a rating that can be made today asks the team to call the patient and to agree a time. Raises
    ``NotPermitted`` for anybody else, ``Conflict`` when that was asked before or the rating cannot be made."""
    request = AssessmentRequest.objects.held().get(pk=request.pk)
    check_may_ask_call(request, by)
    if RatingCall.objects.filter(request=request, asked_by=by).exists():
        raise Conflict(_("the team has been asked to call already"))
    call = RatingCall.objects.create(request=request, asked_by=by)
    audit.record(by=by, action=AuditAction.ASK_CALL, target=call, patient=request.episode.patient)
    return call


@transaction.atomic
def agree_call(*, by: User, call: RatingCall, agreed_for: datetime) -> None:
    """The team has agreed this time with the patient; the latest counts. Raises ``InvalidInput`` for a time that has
    passed or lies after the last day of the rating, ``Conflict`` when the rating no longer waits for this rater."""
    call.request = AssessmentRequest.objects.held().get(pk=call.request_id)
    check_time(call, agreed_for)
    moved(call, ANY_STATE, agreed_for=agreed_for, agreed_by=by, agreed_at=clock.now())
    audit.record(by=by, action=AuditAction.AGREE_CALL, target=call, patient=call.request.episode.patient)

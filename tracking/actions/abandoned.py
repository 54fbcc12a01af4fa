"""Sittings that were begun and never sent: what was left out on purpose must not go unseen."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from measures import scoring
from tracking import clock
from tracking.actions.safety import findings, raise_alert
from tracking.models import AssessmentRequest, DraftAnswers, SafetyAlert
from tracking.rules.policies.assessments import FINISHED_WITHIN
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import ItemState, RequestStatus

# A window closes by the patient's own day, which may end later than ours, and what was begun can be finished after it.
SAFELY_OVER = FINISHED_WITHIN + timedelta(days=1)


def raise_for_abandoned(*, now: datetime) -> int:
    """One alert for each safety item that was seen and left out in a sitting that can no longer be sent: its time is
    over, or what it hung on was taken back.

    An endorsed one has raised its alert when it was given. An item that was never reached says nothing.
    Returns how many alerts were raised; doing it again raises none.
    """
    closed = Q(
        request__status=RequestStatus.OPEN, request__closes_on__lt=clock.day_of(now - SAFELY_OVER, "UTC")
    )
    lost = Q(request__status=RequestStatus.CANCELLED, request__anchor_lost=True)
    begun = DraftAnswers.objects.filter(closed | lost).values_list("request", flat=True)
    return sum(_raise_for(request) for request in list(begun))


@transaction.atomic
def _raise_for(key: int) -> int:
    request = AssessmentRequest.objects.held().get(pk=key)
    return 0 if request.status == RequestStatus.DONE else raise_left_out(request=request)


@transaction.atomic
def raise_left_out(*, request: AssessmentRequest) -> int:
    """One alert for each safety item that was seen and left out in the sitting of this request, which will not be sent
    any more, unless it has one. Returns how many were raised."""
    draft = DraftAnswers.objects.filter(request=request).first()
    if draft is None:  # nothing was begun, or it was sent a moment ago
        return 0
    instrument = instrument_of(request.instrument, request.version)
    left_out = [
        finding
        for finding in findings(scoring.score(instrument, draft.answers), instrument)
        if finding.state == ItemState.UNANSWERED and finding.item in draft.answers
    ]
    known = set(SafetyAlert.objects.filter(request=request).values_list("item", flat=True))
    fresh = [finding for finding in left_out if finding.item not in known]
    for finding in fresh:
        raise_alert(
            finding=finding,
            instrument=instrument.key,
            episode=request.episode,
            request=request,
            assessment=None,
        )
    return len(fresh)

"""Blinded ratings: who makes them, and a second one of the same occasion to see how far two raters agree."""

from __future__ import annotations

import logging
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from measures.language import marked
from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import ANY_STATE, moved
from tracking.actions.scheduling import WINDOW
from tracking.errors import Conflict, InvalidInput, TrackingError
from tracking.models import AssessmentRequest, TreatmentEpisode, User, current
from tracking.queries.raters import candidates, without_rater
from tracking.rules.policies.days import local_today
from tracking.rules.policies.endings import check_may_ask, is_of_protocol
from tracking.rules.policies.rating import check_may_choose, check_rater, check_takes_rater
from tracking.rules.rater_choice import least_loaded
from tracking.vocabulary import AuditAction, RequestStatus, Role

NOBODY_FREE = marked("no independent rater is available; name one")
log = logging.getLogger(__name__)


@transaction.atomic
def assign_rater(
    *, by: User | None, request: AssessmentRequest, rater: User | None = None, reason: str = ""
) -> User:
    """Gives a blinded rating to ``rater``, or to the least loaded rater of the site who is available. Returns
    who it is. Nobody who gives sessions in the team names one (``NotPermitted``).

    Never to somebody who was in the room, who knows the treatment, or who makes the other rating of the same
    occasion; to somebody else of the treating team only by name and with a ``reason``, which is kept. Raises
    ``InvalidInput`` with what stands against it, ``Conflict`` when nobody is free or it is no longer open.
    """
    request = _locked(request)
    if rater is not None:
        check_may_choose(request.episode, by)
    return _give(by, request, rater, reason)


def _locked(request: AssessmentRequest) -> AssessmentRequest:
    """The rating as it is now. It and its episode are held until the end of the transaction."""
    TreatmentEpisode.objects.held().get(pk=request.episode_id)
    return AssessmentRequest.objects.held().get(pk=request.pk)


def _give(by: User | None, request: AssessmentRequest, rater: User | None, reason: str) -> User:
    check_takes_rater(request)
    chosen = rater or _least_loaded(request)
    kept = check_rater(request, chosen, reason)
    moved(request, ANY_STATE, assigned_to=chosen, assignment_reason=kept)
    audit.record(
        by=by,
        action=AuditAction.ASSIGN_RATER,
        target=request,
        patient=request.episode.patient,
        rater=str(chosen.public_id),
        of_treating_team=bool(kept),
    )
    return chosen


def _least_loaded(request: AssessmentRequest) -> User:
    found = least_loaded(candidates(request))
    if found is None:
        raise Conflict(_(NOBODY_FREE))
    return User.objects.get(pk=found)


def assign_due_ratings() -> int:
    """Gives every blinded rating that is due soon to a rater, and takes it from whoever may rate no longer.
    Returns how many nobody could be found for; their care team sees them. One that fails stops no other."""
    for request in _held_by_nobody():
        release_rater(by=None, request=request)
    left = 0
    for request in without_rater(clock.now()):
        try:
            _give_waiting(request)
        except TrackingError as error:
            log.info("request %s has no rater: %s", request.pk, type(error).__name__)
            left += 1
    return left


@transaction.atomic
def _give_waiting(request: AssessmentRequest) -> None:
    """Somebody may have named a rater since the list was read: that one keeps it."""
    request = _locked(request)
    if request.assigned_to_id is None:
        _give(None, request, rater=None, reason="")


def _held_by_nobody() -> list[AssessmentRequest]:
    """Open blinded ratings of people who are no longer here, or hold neither role any more."""
    rows = AssessmentRequest.objects.open().filter(blinded=True, assigned_to__isnull=False)
    may = current("role_grants__") & Q(role_grants__role__in=[Role.RATER, Role.CLINICIAN])
    here = User.objects.filter(may, is_active=True)
    return list(rows.exclude(assigned_to__in=here).select_related("episode__patient"))


@transaction.atomic
def release_rater(*, by: User | None, request: AssessmentRequest) -> None:
    """Takes an open blinded rating from its rater, so that it can be given to somebody else. A rater who has got
    it since ``request`` was read keeps it."""
    as_read = Q(assigned_to__isnull=False, assigned_to=request.assigned_to)
    held = as_read & Q(status=RequestStatus.OPEN, blinded=True)
    if moved(request, held, assigned_to=None, assignment_reason=""):
        audit.record(by=by, action=AuditAction.RELEASE_RATER, target=request, patient=request.episode.patient)


@transaction.atomic
def request_second_rating(*, by: User, request: AssessmentRequest) -> AssessmentRequest:
    """Asks another rater to rate the same occasion, blind to the first rating as to everything else. It shows
    how far two raters agree and counts in no course; its safety items raise alerts like any other.

    Raises ``InvalidInput`` where the rating is not a blinded one or itself a second, ``Conflict`` when it was
    cancelled, a second one was asked for before, or the treatment has ended and its protocol does not ask for it.
    """
    episode = TreatmentEpisode.objects.held().get(pk=request.episode_id)
    request = AssessmentRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not request.blinded or request.second_of_id:
        raise InvalidInput("request", _("only the first blinded rating of an occasion is repeated"))
    if request.status == RequestStatus.CANCELLED:
        raise Conflict(_("this rating was cancelled"))
    check_may_ask(episode, of_protocol=is_of_protocol(request))
    if AssessmentRequest.objects.filter(second_of=request).exists():
        raise Conflict(_("a second rating was asked for before"))
    opens, due, closes = _window_of_second(request, local_today(episode.patient))
    second = AssessmentRequest.objects.create(
        episode=episode,
        instrument=request.instrument,
        version=request.version,
        rater=request.rater,
        time_point=request.time_point,
        anchor_session=request.anchor_session,
        opens_on=opens,
        due_on=due,
        closes_on=closes,
        dates_set_by=by,
        blinded=True,
        second_of=request,
    )
    audit.record(
        by=by,
        action=AuditAction.REQUEST_SECOND_RATING,
        target=second,
        patient=episode.patient,
        instrument=second.instrument,
    )
    return second


def _window_of_second(first: AssessmentRequest, today: date) -> tuple[date, date, date]:
    """The window of the first where that is still to come; else a week from today."""
    if first.status == RequestStatus.OPEN and first.closes_on >= today:
        return first.opens_on, first.due_on, first.closes_on
    return today, today, today + WINDOW

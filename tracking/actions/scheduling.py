"""What is asked, when and of whom."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from tracking.actions import audit
from tracking.actions.abandoned import raise_left_out
from tracking.actions.moves import move, moved
from tracking.errors import InvalidInput, TrackingError
from tracking.models import AssessmentRequest, TreatmentEpisode, TreatmentSession, User
from tracking.models.schedules import RequestQuerySet
from tracking.queries.events import events_of, protocol_of
from tracking.rules import checks
from tracking.rules.due_dates import WantedRequest, wanted_requests
from tracking.rules.policies.days import local_today
from tracking.rules.policies.endings import check_may_ask, death_of
from tracking.rules.policies.instruments import offered_instrument
from tracking.rules.policies.rating import (
    check_is_handed_over,
    check_may_choose,
    check_named,
    check_rates_none_blind,
    therapists,
)
from tracking.rules.reanchoring import Changes, KnownRequest, changes
from tracking.vocabulary import AuditAction, CancelReason, EpisodeStatus, RequestStatus, Role

WINDOW = timedelta(days=7)
OPEN = Q(status=RequestStatus.OPEN)
# What somebody has closed, or given other days, since it was read stays as it is.
FOLLOWS = OPEN & Q(dates_set_by=None)
log = logging.getLogger(__name__)


@transaction.atomic
def create_request(
    *,
    by: User | None,
    episode: TreatmentEpisode,
    instrument: str,
    due_on: date,
    opens_on: date | None = None,
    closes_on: date | None = None,
    time_point: str = "",
    rater: str | None = None,
    anchor_session: TreatmentSession | None = None,
    assigned_to: User | None = None,
    blinded: bool = False,
) -> AssessmentRequest:
    """Asks for one assessment. The window opens on the due day and closes a week later unless stated, or on the day
    before the same one opens that is asked for next. The
    rater is the instrument's; ``assigned_to`` names an independent rater. A ``blinded`` rating is made by nobody
    else, and by whoever is found for it where nobody is named. Days that somebody chose here are not moved by the
    schedule.

    Raises ``InvalidInput`` for days out of order, somebody who does not rate, or what is asked for already: the same
    instrument twice on a day is one question. ``Conflict`` once the treatment has ended: its protocol asks from then
    on. ``NotPermitted`` for a blinded rating, whose days its rater sees, from whoever gives sessions.
    """
    definition = _instrument(instrument, episode)
    opens, closes = opens_on or due_on, closes_on or _last_day(episode, definition, due_on)
    checks.check_order("due_on", opens, due_on, of="the day on which it opens")
    checks.check_order("closes_on", due_on, closes, of="the day on which it is due")
    if rater and rater != definition.rater:
        words = _("{instrument} is not rated this way").format(instrument=definition.short_title)
        raise InvalidInput("rater", words)
    if anchor_session and anchor_session.episode_id != episode.pk:
        raise InvalidInput("anchor_session", _("belongs to another episode"))
    if assigned_to and (definition.rater == "self" or not assigned_to.has_role(Role.RATER, Role.CLINICIAN)):
        raise InvalidInput("assigned_to", _("only a rating is assigned, and only to a rater or clinician"))
    if blinded and definition.rater == "self":
        raise InvalidInput("blinded", _("nobody is blind to the own answers: only a rating is blinded"))
    if blinded:
        check_may_choose(episode, by)
    if blinded and assigned_to:
        check_named(episode, assigned_to)
    elif assigned_to:
        check_rates_none_blind(episode, assigned_to, "assigned_to")
    held = TreatmentEpisode.objects.held().get(pk=episode.pk)
    check_may_ask(held, of_protocol=False)
    if not (blinded or assigned_to):
        _check_not_asked(episode, definition, opens, closes)
    return _create(
        by,
        definition,
        episode=episode,
        blinded=blinded,
        time_point=checks.clean_line("time_point", time_point, longest=40, needed=False),
        anchor_session=anchor_session,
        opens_on=opens,
        due_on=due_on,
        closes_on=closes,
        dates_set_by=by,
        assigned_to=assigned_to,
    )


@transaction.atomic
def schedule_episode(
    *, by: User | None, episode: TreatmentEpisode, as_of: date
) -> tuple[AssessmentRequest, ...]:
    """Makes the requests agree with the protocol and with what has happened; returns those that are new.

    Doing it again adds nothing. An open request goes where its event goes, unless somebody has set its days;
    one whose event was taken back is cancelled until the event is recorded again. What was answered, or
    cancelled by somebody, stays as it is. After the end of an episode nothing new is asked, and after a
    death nothing at all. Without a protocol
    or without real dates: nothing.
    """
    episode = TreatmentEpisode.objects.held().get(pk=episode.pk)
    todo = _changes(episode, as_of)
    _lose(by, episode, todo)
    if death_of(episode.patient):
        return ()
    for old, wanted in todo.moved:
        _move(by, episode, old.pk, wanted, keep_days=old.by_hand)
    if episode.status != EpisodeStatus.ACTIVE:
        return ()
    return tuple(_create_wanted(by, episode, wanted) for wanted in todo.missing)


def keep_schedules() -> int:
    """Asks for what an answer has made due since the last time; returns in how many episodes it looked. An
    episode that cannot be scheduled stops no other."""
    in_use = TreatmentEpisode.objects.filter(patient__set_aside_at=None)
    running = in_use.filter(status=EpisodeStatus.ACTIVE, dates_are_nominal=False)
    looked = 0
    for episode in running.exclude(protocol="").select_related("patient"):
        protocol = protocol_of(episode)
        if protocol is None or not protocol.has_conditions:
            continue
        try:
            schedule_episode(by=None, episode=episode, as_of=local_today(episode.patient))
        except TrackingError as error:
            log.warning("episode %s is not scheduled: %s", episode.pk, type(error).__name__)
        looked += 1
    return looked


@transaction.atomic
def withdraw_lost(*, by: User | None, episode: TreatmentEpisode, as_of: date) -> None:
    """Cancels what is still open and hangs on an event that did not happen after all."""
    _lose(by, episode, _changes(episode, as_of))


@transaction.atomic
def set_request_dates(
    *, by: User, request: AssessmentRequest, opens_on: date, due_on: date, closes_on: date
) -> None:
    """Somebody sets the days of an open request: from then on the schedule leaves them alone. Raises
    ``InvalidInput`` for days out of order, ``Conflict`` when it was answered or cancelled, ``NotPermitted`` for the
    days of a blinded rating, which its rater sees, from whoever gives sessions."""
    if request.blinded:
        check_may_choose(request.episode, by)
    checks.check_order("due_on", opens_on, due_on, of="the day on which it opens")
    checks.check_order("closes_on", due_on, closes_on, of="the day on which it is due")
    move(
        request,
        OPEN,
        opens_on=opens_on,
        due_on=due_on,
        closes_on=closes_on,
        dates_set_by=by,
        otherwise=_("this request is no longer open"),
    )
    audit.record(
        by=by,
        action=AuditAction.SET_REQUEST_DATES,
        target=request,
        patient=request.episode.patient,
        instrument=request.instrument,
    )


@transaction.atomic
def cancel_request(*, by: User, request: AssessmentRequest, reason: str) -> None:
    """Nobody needs to answer this any more. What the patient had left out on purpose in a sitting that is not sent now
    must not go unseen: it raises its alert, but after a death. Raises ``Conflict`` when it was answered or cancelled
    before."""
    checks.clean_choice("reason", reason, CancelReason.values)
    move(request, OPEN, status=RequestStatus.CANCELLED, otherwise=_("this request is no longer open"))
    _cancel_second(request)
    if reason != CancelReason.DIED:
        raise_left_out(request=request)
    audit.record(
        by=by,
        action=AuditAction.CANCEL_REQUEST,
        target=request,
        patient=request.episode.patient,
        reason=reason,
    )


@transaction.atomic
def hand_over_request(*, by: User, request: AssessmentRequest, to: User) -> None:
    """Gives a rating that is not blind to ``to``, who alone makes it from now on.

    Raises ``InvalidInput`` for a self-report, a blinded rating, or somebody who neither treats the patient nor rates
    at the site; ``Conflict`` when it is no longer open, or with ``to`` already.
    """
    check_is_handed_over(request, to)
    elsewhere = OPEN & ~Q(assigned_to=to)
    move(request, elsewhere, assigned_to=to, otherwise=_("this is no longer open, or is with them already"))
    audit.record(
        by=by,
        action=AuditAction.HAND_OVER_REQUEST,
        target=request,
        patient=request.episode.patient,
        to=str(to.public_id),
    )


def _changes(episode: TreatmentEpisode, as_of: date) -> Changes:
    protocol = protocol_of(episode)
    if protocol is None or episode.dates_are_nominal:
        return Changes((), (), ())
    wanted = wanted_requests(protocol, episode.arm, events_of(episode), date.min)
    first = episode.requests.filter(second_of=None)  # a second rating was asked for by hand, beside the first
    return changes(wanted, [_known(row) for row in first], as_of)


def _known(row: AssessmentRequest) -> KnownRequest:
    open_, lost = row.status == RequestStatus.OPEN, row.anchor_lost
    return KnownRequest(
        pk=row.pk,
        time_point=row.time_point,
        instrument=row.instrument,
        session=row.anchor_session_id,
        opens_on=row.opens_on,
        due_on=row.due_on,
        closes_on=row.closes_on,
        state="open" if open_ else "lost" if lost else "closed",
        by_hand=row.dates_set_by_id is not None,
        point=row.protocol_point,
    )


def _lose(by: User | None, episode: TreatmentEpisode, todo: Changes) -> None:
    for old in todo.lost:
        request = AssessmentRequest.objects.get(pk=old.pk)
        if moved(request, FOLLOWS, status=RequestStatus.CANCELLED, anchor_lost=True):
            _cancel_second(request)
            _record(by, AuditAction.LOSE_REQUEST, episode, request)


def _cancel_second(first: AssessmentRequest) -> None:
    """An occasion that is not rated is not rated twice."""
    for second in AssessmentRequest.objects.filter(OPEN, second_of=first):
        moved(second, OPEN, status=RequestStatus.CANCELLED)


def _move(
    by: User | None, episode: TreatmentEpisode, pk: int, wanted: WantedRequest, *, keep_days: bool
) -> None:
    """Days that somebody set are kept where the event is back; a rater who was in the room since is not."""
    request = AssessmentRequest.objects.get(pk=pk)
    in_the_room = Q(blinded=True, status=RequestStatus.CANCELLED, assigned_to__in=therapists(episode))
    moved(request, in_the_room, assigned_to=None, assignment_reason="")
    days = {"opens_on": wanted.opens_on, "due_on": wanted.due_on, "closes_on": wanted.closes_on}
    if moved(
        request,
        FOLLOWS | Q(anchor_lost=True),
        time_point=wanted.time_point,
        protocol_point=wanted.point,
        anchor_session=wanted.session,
        status=RequestStatus.OPEN,
        anchor_lost=False,
        **({} if keep_days else days),
    ):
        _record(by, AuditAction.MOVE_REQUEST, episode, request)


def _record(
    by: User | None, action: AuditAction, episode: TreatmentEpisode, request: AssessmentRequest
) -> None:
    audit.record(by=by, action=action, target=request, patient=episode.patient, instrument=request.instrument)


def _create_wanted(by: User | None, episode: TreatmentEpisode, wanted: WantedRequest) -> AssessmentRequest:
    return _create(
        by,
        _instrument(wanted.instrument, episode),
        episode=episode,
        opens_on=wanted.opens_on,
        due_on=wanted.due_on,
        closes_on=wanted.closes_on,
        time_point=wanted.time_point,
        protocol_point=wanted.point,
        anchor_session_id=wanted.session,
        blinded=wanted.blinded,
        finish_late=wanted.finish_late,
    )


def _create(by: User | None, definition: Instrument, **values: object) -> AssessmentRequest:
    request = AssessmentRequest.objects.create(
        instrument=definition.key, version=definition.version, rater=definition.rater, **values
    )
    audit.record(
        by=by,
        action=AuditAction.CREATE_REQUEST,
        target=request,
        patient=request.episode.patient,
        instrument=definition.key,
    )
    return request


def _asked(episode: TreatmentEpisode, definition: Instrument) -> RequestQuerySet:
    """What is open of an instrument. Ratings that somebody is given are apart: two people may be asked for the same."""
    return episode.requests.open().filter(instrument=definition.key, assigned_to=None, blinded=False)


def _last_day(episode: TreatmentEpisode, definition: Instrument, due_on: date) -> date:
    following = _asked(episode, definition).filter(opens_on__gt=due_on).order_by("opens_on").first()
    week = due_on + WINDOW
    return min(week, following.opens_on - timedelta(days=1)) if following else week


def _check_not_asked(episode: TreatmentEpisode, definition: Instrument, opens: date, closes: date) -> None:
    known = (
        _asked(episode, definition)
        .filter(opens_on__lte=closes, closes_on__gte=opens)
        .order_by("-closes_on")
        .first()
    )
    if known:
        until = date_format(known.closes_on, "DATE_FORMAT")
        words = _("{instrument} is asked for already, until {day}")
        raise InvalidInput("instrument", words.format(instrument=definition.short_title, day=until))


def _instrument(key: str, episode: TreatmentEpisode) -> Instrument:
    try:
        found = offered_instrument(key, episode.patient.team.site)
    except UnknownInstrument:
        raise InvalidInput("instrument", _("is not an instrument that this site has")) from None
    if not found.items:
        raise InvalidInput("instrument", _("has no items to answer: its total can be recorded"))
    return found

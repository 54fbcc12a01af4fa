"""What is asked, when and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction

from measures.errors import UnknownInstrument
from measures.instrument import Instrument
from tracking import checks
from tracking import protocol as protocols
from tracking.actions import audit
from tracking.due_dates import DosingDay, Events, WantedRequest, wanted_requests
from tracking.errors import Conflict, InvalidInput
from tracking.instruments import offered_instrument
from tracking.models import AssessmentRequest, Dose, TreatmentEpisode, TreatmentSession, User
from tracking.policies import local_day
from tracking.vocabulary import CancelReason, EpisodeStatus, RequestStatus, Role

WINDOW = timedelta(days=7)


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
) -> AssessmentRequest:
    """Asks for one assessment. The window opens on the due day and closes a week later unless stated. The
    rater is the instrument's; ``assigned_to`` names an independent rater."""
    definition = _instrument(instrument, episode)
    opens, closes = opens_on or due_on, closes_on or due_on + WINDOW
    checks.check_order("due_on", opens, due_on, of="the day on which it opens")
    checks.check_order("closes_on", due_on, closes, of="the day on which it is due")
    if rater and rater != definition.rater:
        raise InvalidInput("rater", f"{definition.short_title} is not rated this way")
    if anchor_session and anchor_session.episode_id != episode.pk:
        raise InvalidInput("anchor_session", "belongs to another episode")
    if assigned_to and (definition.rater == "self" or not assigned_to.has_role(Role.RATER, Role.CLINICIAN)):
        raise InvalidInput("assigned_to", "only a rating is assigned, and only to a rater or clinician")
    request = AssessmentRequest.objects.create(
        episode=episode,
        instrument=definition.key,
        version=definition.version,
        rater=definition.rater,
        time_point=checks.clean_line("time_point", time_point, longest=40, needed=False),
        anchor_session=anchor_session,
        opens_on=opens,
        due_on=due_on,
        closes_on=closes,
        assigned_to=assigned_to,
    )
    audit.record(
        by=by, action="create_request", target=request, patient=episode.patient, instrument=definition.key
    )
    return request


@transaction.atomic
def schedule_episode(
    *, by: User | None, episode: TreatmentEpisode, as_of: date
) -> tuple[AssessmentRequest, ...]:
    """Asks for what the protocol wants and nobody has asked for yet, and returns it. Doing it again adds
    nothing; what was answered or cancelled stays as it is. An episode that has ended, has no protocol or
    no real dates: nothing.
    """
    episode = TreatmentEpisode.objects.select_for_update().select_related("patient").get(pk=episode.pk)
    protocol = protocols.find(episode.protocol)
    if protocol is None or episode.status != EpisodeStatus.ACTIVE or episode.dates_are_nominal:
        return ()
    known = set(episode.requests.values_list("time_point", "instrument", "anchor_session"))
    missing = [
        wanted
        for wanted in wanted_requests(protocol, episode.arm, events_of(episode), as_of)
        if (wanted.time_point, wanted.instrument, wanted.session) not in known
    ]
    sessions = episode.sessions.in_bulk({wanted.session for wanted in missing if wanted.session})
    return tuple(_create_wanted(by, episode, wanted, sessions) for wanted in missing)


@transaction.atomic
def cancel_request(*, by: User, request: AssessmentRequest, reason: str) -> None:
    """Nobody needs to answer this any more. Raises ``Conflict`` when it was answered or cancelled before."""
    checks.clean_choice("reason", reason, CancelReason.values)
    running = AssessmentRequest.objects.filter(pk=request.pk, status=RequestStatus.OPEN)
    if not running.update(status=RequestStatus.CANCELLED):
        raise Conflict("this request is no longer open")
    audit.record(
        by=by, action="cancel_request", target=request, patient=request.episode.patient, reason=reason
    )


def events_of(episode: TreatmentEpisode) -> Events:
    """What a protocol's time points can hang on in this episode, by the patient's own days."""
    days: dict[int, date] = {}
    doses = Dose.objects.standing().filter(session__episode=episode, session__voided_at__isnull=True)
    for session, given_at in doses.values_list("session", "given_at"):
        days.setdefault(session, local_day(episode.patient, given_at))
    return Events(episode.starts_on, tuple(DosingDay(session, day) for session, day in days.items()))


def _create_wanted(
    by: User | None,
    episode: TreatmentEpisode,
    wanted: WantedRequest,
    sessions: Mapping[int, TreatmentSession],
) -> AssessmentRequest:
    return create_request(
        by=by,
        episode=episode,
        instrument=wanted.instrument,
        opens_on=wanted.opens_on,
        due_on=wanted.due_on,
        closes_on=wanted.closes_on,
        time_point=wanted.time_point,
        anchor_session=sessions[wanted.session] if wanted.session else None,
    )


def _instrument(key: str, episode: TreatmentEpisode) -> Instrument:
    try:
        found = offered_instrument(key, episode.patient.team.site)
    except UnknownInstrument:
        raise InvalidInput("instrument", "is not an instrument that this site has") from None
    if not found.items:
        raise InvalidInput("instrument", "has no items to answer: its total can be recorded")
    return found

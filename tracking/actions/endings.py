"""How a treatment ends, and what becomes of all that is open in it; a death, and taking back one that was none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.links import revoke_link
from tracking.actions.marks import want_episode
from tracking.actions.moves import move, moved
from tracking.actions.outbox import withdraw_mail
from tracking.actions.scheduling import cancel_request
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    AssessmentRequest,
    Death,
    EpisodeEnd,
    Patient,
    PlannedDoseStep,
    TreatmentEpisode,
    User,
)
from tracking.models.treatment import STANDING
from tracking.queries.endings import OpenThings, Settled, open_things
from tracking.rules import checks
from tracking.rules.policies.endings import (
    ENDED_BECAUSE,
    UNSETTLED,
    check_alive,
    check_day_of_death,
    check_end_day,
)
from tracking.rules.policies.rating import LONGEST_REASON
from tracking.vocabulary import AuditAction, CancelReason, EndReason, EpisodeStatus

ACTIVE = Q(status=EpisodeStatus.ACTIVE)


@transaction.atomic
def end_episode(
    *,
    by: User,
    episode: TreatmentEpisode,
    reason: str,
    ends_on: date,
    cancel_due: bool = True,
    cancel_follow_ups: bool = False,
    drop_plans: bool = False,
    open_reason: str = "",
    seen: Collection[UUID] | None = None,
) -> Settled:
    """The treatment ends, with what is open in it: links are revoked, what somebody asked for by hand is cancelled, and
    what the protocol asked for before the last day, unless ``cancel_due`` is false. Its follow-ups stay due, unless
    ``cancel_follow_ups``. ``drop_plans``: the steps of a taper that are still to be taken are taken back. Where the
    reason is a death: as in ``record_death``.

    No alert and no run-sheet is closed. While one is open, raises ``InvalidInput`` without ``open_reason``, and
    ``Conflict`` when it is not among those that were ``seen``; ``Conflict`` when the treatment has ended before.
    """
    reason = EndReason(checks.clean_choice("reason", reason, EndReason.values))
    _lock(episode.patient)
    episode = TreatmentEpisode.objects.held().get(pk=episode.pk)
    check_end_day(episode, "ends_on", ends_on)
    if episode.status != EpisodeStatus.ACTIVE:
        raise Conflict(_("this episode has already ended"))
    if reason == EndReason.DIED:
        return _die(by, episode.patient, "ends_on", ends_on, open_reason, seen)
    found = open_things([episode], ends_on)
    kept_reason = _check_settled(found, open_reason, seen)
    requests = [
        *found.by_hand,
        *(found.due if cancel_due else ()),
        *(found.follow_ups if cancel_follow_ups else ()),
    ]
    settled = _settle(by, found, requests, reason, drop_plans=drop_plans)
    _end(by, episode, reason, ends_on, kept_reason)
    return settled


@transaction.atomic
def record_death(
    *,
    by: User,
    patient: Patient,
    died_on: date,
    open_reason: str = "",
    seen: Collection[UUID] | None = None,
) -> Settled:
    """The person has died: every treatment ends with that day, nothing is asked any more, links open nothing, plans are
    dropped, and what waits in the outbox about this person is not sent. From now on no alert of theirs rings.

    Raises as ``end_episode`` does, ``InvalidInput`` where something of a later day is on record, ``Conflict`` when a
    death is recorded already.
    """
    _lock(patient)
    return _die(by, patient, "died_on", died_on, open_reason, seen)


@transaction.atomic
def void_death(*, by: User, death: Death, reason: str) -> None:
    """The death was recorded by mistake: the treatments that it ended go on. What was cancelled, revoked, dropped or
    withdrawn with it stays so. Raises ``Conflict`` when it was taken back before."""
    reason = _clean_reason("reason", reason)
    if not reason:
        raise InvalidInput("reason", _("say how the mistake came about"))
    _lock(death.patient)
    back = {"voided_at": clock.now(), "voided_by": by, "void_reason": reason}
    move(death, STANDING, **back, otherwise=_("this was already taken back"))
    audit.record(by=by, action=AuditAction.VOID_DEATH, target=death, patient=death.patient)
    for end in EpisodeEnd.objects.standing().filter(reason=EndReason.DIED, episode__patient=death.patient):
        episode = end.episode
        moved(end, STANDING, **back)
        moved(episode, ~ACTIVE, status=EpisodeStatus.ACTIVE, ends_on=None)
        audit.record(by=by, action=AuditAction.EPISODE_RESUMED, target=episode, patient=death.patient)
        want_episode(episode=episode)


def _die(
    by: User,
    patient: Patient,
    field: str,
    day: date,
    open_reason: str,
    seen: Collection[UUID] | None,
) -> Settled:
    check_alive(patient)
    episodes = list(TreatmentEpisode.objects.held().filter(patient=patient).order_by("pk"))
    running = [episode for episode in episodes if episode.status == EpisodeStatus.ACTIVE]
    for episode in running:
        check_end_day(episode, field, day)
    check_day_of_death(patient, field, day)
    found = open_things(episodes, day)
    kept_reason = _check_settled(found, open_reason, seen)
    death = Death.objects.create(patient=patient, died_on=day, open_reason=kept_reason, recorded_by=by)
    requests = [*found.by_hand, *found.due, *found.follow_ups]
    mails = withdraw_mail(patient=patient)
    settled = _settle(by, found, requests, EndReason.DIED, drop_plans=True, mails=mails)
    audit.record(by=by, action=AuditAction.RECORD_DEATH, target=death, patient=patient, **asdict(settled))
    for episode in running:
        _end(by, episode, EndReason.DIED, day, "")
    return settled


def _lock(patient: Patient) -> None:
    """A treatment neither begins nor ends beside another end of the same person. ``no_key``: or whoever has taken a
    request and writes a mail about the person would wait for whoever ends the treatment and waits for that request."""
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)


def _check_settled(found: OpenThings, open_reason: str, seen: Collection[UUID] | None) -> str:
    """Why it ends with something open; "" where nothing is. ``seen`` is ``None`` where no page was shown."""
    reason = _clean_reason("open_reason", open_reason)
    if not found.unsettled:
        return ""
    if not reason:
        raise InvalidInput("open_reason", _(UNSETTLED))
    if seen is not None and not found.unsettled <= set(seen):
        raise Conflict(
            _(
                "an alert was raised, or a run-sheet opened again, since this page was shown: look at what is open"
            )
        )
    return reason


def _clean_reason(field: str, reason: str) -> str:
    checks.check_length(field, reason.strip(), LONGEST_REASON)
    return reason.strip()


def _end(by: User, episode: TreatmentEpisode, reason: EndReason, ends_on: date, open_reason: str) -> None:
    """After the requests: whoever answers one holds it first, and then the mark of the episode, too."""
    moved(episode, ACTIVE, status=reason.status, ends_on=ends_on)
    EpisodeEnd.objects.create(episode=episode, reason=reason, open_reason=open_reason, recorded_by=by)
    audit.record(
        by=by,
        action=AuditAction(f"episode_{reason.status}"),
        target=episode,
        patient=episode.patient,
        reason=reason,
        with_something_open=bool(open_reason),
    )
    want_episode(episode=episode)


def _settle(
    by: User,
    found: OpenThings,
    requests: Sequence[AssessmentRequest],
    reason: EndReason,
    *,
    drop_plans: bool,
    mails: int = 0,
) -> Settled:
    cancelled = sum(_cancel(by, request, reason) for request in requests)
    for link in found.links:
        revoke_link(by=by, link=link)
    steps = [step for taper in found.tapers for step in taper.steps] if drop_plans else []
    _drop(by, steps, reason)
    kept = len(found.due) + len(found.follow_ups) + len(found.by_hand) - len(requests)
    return Settled(cancelled, kept, len(found.links), len(steps), mails)


def _cancel(by: User, request: AssessmentRequest, reason: EndReason) -> bool:
    """Not what was answered this very moment: that is on record. A second rating goes with the first."""
    why = CancelReason.DIED if reason == EndReason.DIED else CancelReason.ENDED
    try:
        with transaction.atomic():
            cancel_request(by=by, request=request, reason=why)
    except Conflict:
        return False
    return True


def _drop(by: User, steps: Iterable[PlannedDoseStep], reason: EndReason) -> None:
    for step in steps:
        if moved(step, STANDING, voided_at=clock.now(), voided_by=by, void_reason=ENDED_BECAUSE[reason]):
            patient = step.course.episode.patient
            audit.record(by=by, action=AuditAction.VOID_PLANNEDDOSESTEP, target=step, patient=patient)

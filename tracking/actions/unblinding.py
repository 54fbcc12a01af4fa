"""Unblinding: somebody asks, another decides, and a rater who was told rates this patient no more."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.moves import move
from tracking.actions.rating import release_rater
from tracking.errors import Conflict, InvalidInput
from tracking.models import AssessmentRequest, TreatmentEpisode, Unblinding, User
from tracking.models.constraints import only
from tracking.rules.policies.rating import LONGEST_REASON, check_may_decide
from tracking.vocabulary import AuditAction, RequestStatus


@transaction.atomic
def ask_unblinding(*, by: User, episode: TreatmentEpisode, rater: User, reason: str) -> Unblinding:
    """Says that the treatment has become known to a rater who is to rate this episode or has done so, or asks
    that the rater be told. A rater who says so rates this patient no more until it is decided.

    Raises ``InvalidInput`` without a reason or for somebody who does not rate here, ``Conflict`` when it was
    asked before and not refused.
    """
    text = _clean("reason", reason, _("say how it came about, without naming the treatment"))
    mine = AssessmentRequest.objects.filter(episode=episode, blinded=True, assigned_to=rater)
    if not mine.exists():
        raise InvalidInput("rater", _("does not rate this patient blind"))
    if Unblinding.objects.filter(episode=episode, rater=rater, approved=True).exists():
        raise Conflict(_("the treatment was told before"))
    try:
        row = Unblinding.objects.create(episode=episode, rater=rater, asked_by=by, reason=text)
    except IntegrityError as error:
        only(error, "one_open_unblinding_a_rater")
        raise Conflict(_("this was asked before and waits for a decision")) from error
    audit.record(
        by=by,
        action=AuditAction.ASK_UNBLINDING,
        target=row,
        patient=episode.patient,
        rater=str(rater.public_id),
    )
    return row


@transaction.atomic
def decide_unblinding(*, by: User, unblinding: Unblinding, approve: bool, note: str = "") -> None:
    """Approved: the rater is told the treatment, gives back what is still to be rated and is never assigned here
    again. Refused: the rater goes on. Raises ``NotPermitted`` for whoever asked, rates, or does not lead,
    ``Conflict`` when it was decided before."""
    TreatmentEpisode.objects.held().get(pk=unblinding.episode_id)
    check_may_decide(unblinding, by)
    text = _clean("note", note, "") if note.strip() else ""
    move(
        unblinding,
        Q(approved=None),
        approved=approve,
        decided_by=by,
        decided_at=clock.now(),
        decision_note=text,
        otherwise=_("somebody has already decided"),
    )
    action = AuditAction.APPROVE_UNBLINDING if approve else AuditAction.REFUSE_UNBLINDING
    audit.record(by=by, action=action, target=unblinding, patient=unblinding.episode.patient)
    if approve:
        _give_back(by, unblinding)


def _give_back(by: User, unblinding: Unblinding) -> None:
    held = AssessmentRequest.objects.filter(
        episode=unblinding.episode_id,
        blinded=True,
        assigned_to=unblinding.rater_id,
        status=RequestStatus.OPEN,
    )
    for request in held.select_related("episode__patient").order_by("pk"):
        release_rater(by=by, request=request)


def _clean(field: str, text: str, missing: str) -> str:
    if not text.strip():
        raise InvalidInput(field, missing)
    if len(text.strip()) > LONGEST_REASON:
        raise InvalidInput(field, _("must not be longer than {n} characters").format(n=LONGEST_REASON))
    return text.strip()

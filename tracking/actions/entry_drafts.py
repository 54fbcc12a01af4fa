"""Forms of the staff that save as they go: kept for their author until they are submitted or discarded.

A draft raises no alert, has no score and moves no course: it is what somebody has noted down and not yet said.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from measures.errors import AnswerError
from measures.instrument import Instrument
from measures.language import marked
from measures.scoring import Answer, score
from tracking import clock
from tracking.actions import audit
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import Assessment, AssessmentRequest, EntryDraft, TreatmentEpisode, User, WordingPack
from tracking.queries.entry_drafts import Place, draft_at
from tracking.rules.entry_drafts import Sent
from tracking.rules.policies.assessments import (
    check_has_answers,
    check_latest_version,
    check_may_rate,
    check_not_behind,
    check_request_open,
    says_the_same,
)
from tracking.rules.policies.days import local_today
from tracking.rules.policies.rating import check_may_correct
from tracking.rules.policies.treatment import check_takes_doses
from tracking.vocabulary import AuditAction

Answers = Mapping[str, object]
RECEIVED = marked("this has already been received")


@transaction.atomic
def keep_entry(
    *,
    by: User,
    place: Place,
    instrument: Instrument,
    answers: Answers,
    sent: Sent,
    submission_id: uuid.UUID | None = None,
    wording: WordingPack | None = None,
    assessed_on: date | None = None,
    assessed_at: datetime | None = None,
    reason: str = "",
) -> EntryDraft | None:
    """Keeps the state of a form that is being filled in, all of it. Nothing is kept before something is answered; of a
    correction, before something is answered otherwise or its ``reason`` begun.

    Of one page the latest state counts, in whatever order they come. Raises ``Conflict`` when the form was gone on
    with in another window, when it was received already, when its request is closed, or when what it corrects was
    corrected meanwhile; ``NotPermitted`` when the rating is somebody else's; ``InvalidInput`` naming an item with an
    answer that it does not have.
    """
    TreatmentEpisode.objects.held().get(pk=place.episode.pk)
    _check_open(by, place, submission_id)
    stated = _stated(instrument, answers)
    draft = draft_at(by, place)
    if draft is None and not _says_something(place, stated, reason):
        return None
    if check_not_behind(draft, sent) == "known":
        return draft
    kept = draft or _begun(by, place, instrument, submission_id, wording)
    if draft and draft.window != sent.window:
        kept.resumed_from = draft.answers
    kept.answers, kept.assessed_on, kept.assessed_at, kept.reason = stated, assessed_on, assessed_at, reason
    kept.window, kept.number, kept.updated_at = sent.window, sent.number, clock.now()
    kept.save()
    if draft is None:
        _note(by, AuditAction.BEGIN_ENTRY, kept)
    return kept


def _begun(
    by: User,
    place: Place,
    instrument: Instrument,
    submission_id: uuid.UUID | None,
    wording: WordingPack | None,
) -> EntryDraft:
    """Its version and its words are those of its first answer, whatever is published while it is filled in."""
    return EntryDraft(
        author=by,
        episode=place.episode,
        request=place.request,
        session=place.session,
        corrects=place.corrects,
        instrument=instrument.key,
        version=instrument.version,
        wording_pack=wording,
        submission_id=submission_id or uuid.uuid4(),
        begun_at=clock.now(),
    )


def _says_something(place: Place, stated: Mapping[str, Answer], reason: str) -> bool:
    if place.corrects:
        return bool(reason) or not says_the_same(place.corrects, stated)
    return any(answer is not None for answer in stated.values())


@transaction.atomic
def discard_entry(*, by: User, draft: EntryDraft) -> None:
    """Throws away what its author has begun. Raises ``NotPermitted`` for anybody else, ``Conflict`` when it is gone
    already."""
    if draft.author_id != by.pk:
        raise NotPermitted(_("only whoever has begun it may discard it"))
    if not EntryDraft.objects.filter(pk=draft.pk).delete()[0]:
        raise Conflict(_("this was discarded or submitted in the meantime"))
    _note(by, AuditAction.DISCARD_ENTRY, draft)


def clear_entry(*, by: User, assessment: Assessment) -> None:
    """What has become this assessment is no draft any more. Part of the action that stores it."""
    same = Q(submission_id=assessment.submission_id)
    if assessment.supersedes_id:
        same = Q(corrects=assessment.supersedes_id)
    elif assessment.request_id:
        same |= Q(request=assessment.request_id)
    EntryDraft.objects.filter(same, author=by).delete()


def _check_open(by: User, place: Place, submission_id: uuid.UUID | None) -> None:
    if place.request:
        place.request.refresh_from_db(from_queryset=AssessmentRequest.objects.select_for_update(of=("self",)))
        check_may_rate(place.request, by)
        check_request_open(place.request, local_today(place.episode.patient))
    if place.session:
        place.session.refresh_from_db()
        check_takes_doses(place.session)
    if place.corrects:
        check_has_answers(place.corrects)
        check_latest_version(place.corrects)
        check_may_correct(place.corrects, by)
    if submission_id and Assessment.objects.filter(submission_id=submission_id).exists():
        raise Conflict(_(RECEIVED))


def _stated(instrument: Instrument, answers: Answers) -> dict[str, Answer]:
    try:
        return dict(score(instrument, answers).answers)
    except AnswerError as error:
        raise InvalidInput(error.item, error.reason) from error


def _note(by: User, action: AuditAction, draft: EntryDraft) -> None:
    audit.record(
        by=by, action=action, target=draft, patient=draft.episode.patient, instrument=draft.instrument
    )

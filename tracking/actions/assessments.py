"""Taking in answers: score, assessment, alerts, audit and revision mark in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from measures import scoring
from measures.errors import AnswerError
from measures.instrument import Instrument
from measures.scoring import Answer, Scored
from tracking.actions import audit
from tracking.actions.entry_drafts import clear_entry
from tracking.actions.marks import want_episode
from tracking.actions.moves import ANY_STATE, moved
from tracking.actions.safety import Finding, carry_alerts, findings, raise_alert
from tracking.actions.scores import store_scores
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    Assessment,
    AssessmentRequest,
    DraftAnswers,
    SafetyAlert,
    TreatmentEpisode,
    TreatmentSession,
    User,
    WordingPack,
)
from tracking.models.constraints import only
from tracking.queries.requests import open_requests_for, sheets_of_day
from tracking.rules.policies.assessments import (
    check_assessed_on,
    check_draft_seen,
    check_entered_once,
    check_has_answers,
    check_in_session,
    check_is_kept,
    check_latest_version,
    check_may_finish,
    check_may_rate,
    check_rated_on,
    check_request_open,
    check_source,
    check_unasked,
)
from tracking.rules.policies.days import latest_day, local_day, local_today
from tracking.rules.policies.endings import check_after_end
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.rating import check_may_correct
from tracking.rules.policies.wordings import can_be_asked, wording_name
from tracking.vocabulary import AnswerSource, AuditAction, ItemState, RequestStatus

Answers = Mapping[str, object]
SUBMITTED, SUPERSEDED = "tracking_assessment.submission_id", "tracking_assessment.supersedes_id"
USED = gettext_lazy("this submission id was used for other content")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a submission. ``created`` is false when the same one had been received before."""

    assessment: Assessment
    alerts: tuple[SafetyAlert, ...]
    created: bool


def submit_assessment(
    *,
    by: User | None,
    request: AssessmentRequest,
    answers: Answers,
    source: AnswerSource,
    assessed_on: date,
    submission_id: uuid.UUID | None = None,
    wording: WordingPack | None = None,
    draft_seen: int = 0,
    two_sheets: bool = False,
) -> Submitted:
    """Answers an open request. ``by`` is ``None`` when the patient came by a link. ``wording`` is the pack on
    the screen of the staff; a patient's own answers name the one that the sitting has shown. ``draft_seen``: the
    number of the latest answer of the patient's that the staff were shown. ``two_sheets``: they have said that this is
    another sheet than the one of the same day that is on record. A patient who began in time may send it on the day
    after, where the protocol lets it count.

    A second submission returns the first one unchanged. Raises ``InvalidInput`` naming the item,
    ``Conflict`` when the request is closed or ``submission_id`` was used elsewhere, ``NotPermitted`` when
    the rating is assigned to somebody else.
    """
    with transaction.atomic():
        if by:  # two windows with the same sheet: one waits, and then finds the other's
            TreatmentEpisode.objects.held().get(pk=request.episode_id)
        request = AssessmentRequest.objects.held().get(pk=request.pk)
        check_may_rate(request, by)
        known = Assessment.objects.filter(request=request, supersedes__isnull=True).first()
        if known:
            return Submitted(known, tuple(known.alerts.all()), created=False)
        today = local_today(request.episode.patient)
        if source == AnswerSource.SELF:
            check_may_finish(request, today)
        else:
            check_request_open(request, today)
            check_draft_seen(request, draft_seen)
        check_rated_on(request, assessed_on, latest_day(request.episode))
        instrument = instrument_of(request.instrument, request.version)
        shown = request.wording_pack if source == AnswerSource.SELF else wording
        try:
            assessment, alerts = _store(
                by=by,
                episode=request.episode,
                request=request,
                instrument=instrument,
                answers=answers,
                source=source,
                assessed_on=assessed_on,
                time_point=request.time_point,
                submission_id=submission_id or uuid.uuid4(),
                wording=wording_name(instrument, shown),
                two_sheets=two_sheets,
            )
        except IntegrityError as error:
            only(error, SUBMITTED)
            raise Conflict(str(USED)) from error
        moved(request, ANY_STATE, status=RequestStatus.DONE)
        DraftAnswers.objects.filter(request=request).delete()
        carry_alerts(request=request, assessment=assessment)
    return Submitted(assessment, alerts, created=True)


def record_assessment(
    *,
    by: User | None,
    episode: TreatmentEpisode,
    instrument: Instrument,
    answers: Answers,
    source: AnswerSource,
    assessed_on: date,
    submission_id: uuid.UUID,
    time_point: str = "",
    wording: WordingPack | None = None,
    session: TreatmentSession | None = None,
    assessed_at: datetime | None = None,
    two_sheets: bool = False,
) -> Submitted:
    """Records an assessment that nobody had asked for. The same ``submission_id`` twice gives the first.
    ``wording`` is the pack that was on the screen; ``session`` the one in which it was taken, ``assessed_at``
    the moment, whose local day is ``assessed_on``.

    Raises ``Conflict`` where staff enter what is asked for that day: the open request is answered instead; and
    ``InvalidInput`` where one of that day is on record and nobody has said that there were ``two_sheets``."""
    known = Assessment.objects.filter(submission_id=submission_id).first()
    if known:
        return _again(known, episode, instrument, answers, assessed_on)
    check_in_session(episode, session, assessed_at, assessed_on)
    try:
        with transaction.atomic():
            TreatmentEpisode.objects.held().get(pk=episode.pk)
            if by and session is None and source != AnswerSource.SELF:
                check_unasked(open_requests_for(by, episode, instrument), assessed_on)
            assessment, alerts = _store(
                by=by,
                episode=episode,
                request=None,
                instrument=instrument,
                answers=answers,
                source=source,
                assessed_on=assessed_on,
                time_point=time_point,
                submission_id=submission_id,
                wording=wording_name(instrument, wording),
                session=session,
                assessed_at=assessed_at,
                two_sheets=two_sheets,
            )
    except IntegrityError as error:
        only(error, SUBMITTED)  # the same arrived twice at once; the other one is stored
        known = Assessment.objects.get(submission_id=submission_id)
        return _again(known, episode, instrument, answers, assessed_on)
    return Submitted(assessment, alerts, created=True)


@transaction.atomic
def correct_assessment(
    *,
    by: User,
    assessment: Assessment,
    answers: Answers,
    reason: str,
    assessed_on: date | None = None,
    assessed_at: datetime | None = None,
) -> Submitted:
    """Writes a new version with a reason; the old one stays readable. ``assessed_on`` is given when the day
    was wrong, ``assessed_at`` when the moment was.

    Raises ``InvalidInput`` without a reason or for a wrong answer, ``Conflict`` when somebody else has
    corrected the same version, or when only totals were ever recorded.
    """
    if not reason.strip():
        raise InvalidInput("reason", _("say why the answers are changed"))
    check_has_answers(assessment)
    check_latest_version(assessment)
    check_may_correct(assessment, by)
    day = _corrected_day(assessment, assessed_on, assessed_at)
    moment = assessed_at or assessment.assessed_at
    if assessment.request and by == assessment.rater and day != assessment.assessed_on:
        check_rated_on(assessment.request, day, latest_day(assessment.episode))
    check_in_session(assessment.episode, assessment.session, moment, day)
    try:
        corrected, alerts = _store(
            by=by,
            episode=assessment.episode,
            request=assessment.request,
            instrument=instrument_of(assessment.instrument, assessment.version),
            answers=answers,
            source=AnswerSource(assessment.source),
            assessed_on=day,
            time_point=assessment.time_point,
            submission_id=uuid.uuid4(),
            wording=assessment.wording,
            session=assessment.session,
            assessed_at=moment,
            supersedes=assessment,
            correction_reason=reason.strip(),
        )
    except IntegrityError as error:
        only(error, SUPERSEDED)
        raise Conflict(_("this assessment was corrected by somebody else in the meantime")) from error
    return Submitted(corrected, alerts, created=True)


def _corrected_day(assessment: Assessment, assessed_on: date | None, assessed_at: datetime | None) -> date:
    """The day that a correction names; else that of the moment that it names; else the day as it was."""
    if assessed_on:
        return assessed_on
    return local_day(assessment.episode.patient, assessed_at) if assessed_at else assessment.assessed_on


@transaction.atomic
def save_draft(
    *, request: AssessmentRequest, item: str, value: object, number: int | None = None
) -> tuple[SafetyAlert, ...]:
    """Keeps one answer of a sitting; ``None`` says that the item was seen and left out. ``number``: how many answers
    the device had given by then; of two to an item the higher one is kept, whichever comes first. Without one the
    answer is the latest.

    A safety item that is endorsed raises its alert now, not at the end, and also where a later answer is known
    already. Returns that alert. Raises ``InvalidInput`` for a wrong answer, ``Conflict`` when the request is closed, or
    when no wording is there in which it may be asked.
    """
    request = AssessmentRequest.objects.held().get(pk=request.pk)
    check_is_kept(request, local_today(request.episode.patient))
    if not can_be_asked(request):
        raise Conflict(_("these questions cannot be asked here at the moment"))
    instrument = instrument_of(request.instrument, request.version)
    draft = DraftAnswers.objects.get_or_create(request=request)[0]
    scored = _score(instrument, draft.answers | {item: value})
    number = number or _number_for(draft, item, scored.answers[item])
    if number > draft.numbers.get(item, 0):
        draft.answers = draft.answers | {item: scored.answers[item]}
        draft.numbers = draft.numbers | {item: number}
        draft.save()
    return _raise_endorsed(item, scored, instrument, request)


@transaction.atomic
def hear_danger(*, request: AssessmentRequest, item: str, value: object) -> tuple[SafetyAlert, ...]:
    """Raises the alert of an endorsed safety item that came too late to be kept, and stores nothing else: the sitting
    had ended, or somebody has entered the form. Raises ``InvalidInput`` for a wrong answer."""
    request = AssessmentRequest.objects.held().get(pk=request.pk)
    instrument = instrument_of(request.instrument, request.version)
    return _raise_endorsed(item, _score(instrument, {item: value}), instrument, request)


def _raise_endorsed(
    item: str, scored: Scored, instrument: Instrument, request: AssessmentRequest
) -> tuple[SafetyAlert, ...]:
    """The alert of this item, where it is a safety item and endorsed."""
    of_item = [finding for finding in findings(scored, instrument) if finding.item == item]
    endorsed = [finding for finding in of_item if finding.state == ItemState.ENDORSED]
    return _raise_each(endorsed, instrument, request.episode, request, assessment=None)


def _number_for(draft: DraftAnswers, item: str, answer: Answer) -> int:
    """Of an answer that comes without one: the next, unless it says the same once more."""
    numbers: dict[str, int] = draft.numbers
    if item in draft.answers and draft.answers[item] == answer:
        return numbers.get(item, 0)
    return 1 + max(numbers.values(), default=0)


def _store(
    *,
    by: User | None,
    episode: TreatmentEpisode,
    request: AssessmentRequest | None,
    instrument: Instrument,
    answers: Answers,
    source: AnswerSource,
    assessed_on: date,
    time_point: str,
    submission_id: uuid.UUID,
    wording: str,
    session: TreatmentSession | None = None,
    assessed_at: datetime | None = None,
    supersedes: Assessment | None = None,
    correction_reason: str = "",
    two_sheets: bool = False,
) -> tuple[Assessment, tuple[SafetyAlert, ...]]:
    if supersedes is None:
        check_source(instrument, source)
    if supersedes is None or supersedes.assessed_on != assessed_on:
        check_assessed_on(episode, assessed_on, latest_day(episode))
        check_after_end(episode, request, assessed_on)
    scored = _score(instrument, answers)
    is_blind = bool(request and request.blinded)  # a second rating of one day is meant
    if by and source != AnswerSource.SELF and not (supersedes or session or is_blind):
        known = sheets_of_day(by, episode, instrument.key, assessed_on).exclude(submission_id=submission_id)
        check_entered_once(known, instrument, scored.answers, two_sheets)
    assessment = Assessment.objects.create(
        submission_id=submission_id,
        episode=episode,
        request=request,
        instrument=instrument.key,
        version=instrument.version,
        wording=wording,
        answers=dict(scored.answers),
        source=source,
        rater=_rater(by, source, supersedes),
        assessed_on=assessed_on,
        assessed_at=assessed_at,
        session=session,
        time_point=time_point,
        recorded_by=by,
        supersedes=supersedes,
        correction_reason=correction_reason,
    )
    store_scores(assessment, scored)
    if by:
        clear_entry(by=by, assessment=assessment)
    alerts = _raise_each(findings(scored, instrument), instrument, episode, request, assessment)
    action = AuditAction.CORRECT_ASSESSMENT if supersedes else AuditAction.SUBMIT_ASSESSMENT
    audit.record(by=by, action=action, target=assessment, patient=episode.patient, instrument=instrument.key)
    want_episode(episode=episode)
    return assessment, alerts


def _raise_each(
    found: Iterable[Finding],
    instrument: Instrument,
    episode: TreatmentEpisode,
    request: AssessmentRequest | None,
    assessment: Assessment | None,
) -> tuple[SafetyAlert, ...]:
    """One alert for each of these findings, in their order."""
    raised = partial(
        raise_alert, instrument=instrument.key, episode=episode, request=request, assessment=assessment
    )
    return tuple(raised(finding=finding) for finding in found)


def _rater(by: User | None, source: AnswerSource, supersedes: Assessment | None) -> User | None:
    """Who made the rating. Whoever corrects it does not become its rater."""
    if supersedes:
        return supersedes.rater
    return by if source == AnswerSource.CLINICIAN else None


def _score(instrument: Instrument, answers: Answers) -> Scored:
    try:
        return scoring.score(instrument, answers)
    except AnswerError as error:
        raise InvalidInput(error.item, error.reason) from error


def _again(
    known: Assessment,
    episode: TreatmentEpisode,
    instrument: Instrument,
    answers: Answers,
    assessed_on: date,
) -> Submitted:
    """The first one, for a retry that says the same. Other content under the same id is a mistake."""
    same = (known.episode_id, known.instrument, known.assessed_on, known.answers) == (
        episode.pk,
        instrument.key,
        assessed_on,
        dict(_score(instrument, answers).answers),
    )
    if not same:
        raise Conflict(str(USED))
    return Submitted(known, tuple(known.alerts.all()), created=False)

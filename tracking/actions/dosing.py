"""A dosing session as it happens: begun, checked, dosed, watched, ended. One tap is one call.

Each call carries a ``submission_id`` that the client has chosen and, if it likes, the moment of the tap. Sent twice
it gives the first row; other content under the same id is a ``Conflict``. Sent late it is filed at its moment.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from measures.instrument import Instrument
from tracking.actions.assessments import Answers, Submitted, record_assessment
from tracking.actions.taps import enter, tap
from tracking.actions.treatment import record_dose, record_session
from tracking.errors import Conflict, InvalidInput
from tracking.models import (
    Assessment,
    Dose,
    RunSheetEntry,
    TreatmentEpisode,
    TreatmentSession,
    User,
    WordingPack,
)
from tracking.queries.dosing import VITAL_SIGNS, plan_for, record_of, running_session
from tracking.rules import checks
from tracking.rules.policies.days import local_day
from tracking.rules.policies.dosing import (
    CLINICIANS,
    CLINICIANS_WANTED,
    LONGEST_TEXT,
    check_before_end,
    check_may_end,
    check_same,
    moment_of_tap,
)
from tracking.rules.policies.treatment import check_takes_doses
from tracking.rules.run_sheet import before_leaving, beyond_limits, in_the_way, topics
from tracking.vocabulary import (
    AnswerSource,
    CheckTopic,
    DosePart,
    DoseUnit,
    EventTopic,
    RunSheetKind,
    SessionKind,
)


@transaction.atomic
def begin_session(
    *,
    by: User,
    episode: TreatmentEpisode,
    submission_id: uuid.UUID,
    starts_at: datetime,
    people_present: Sequence[tuple[User, str]],
    alone_reason: str = "",
) -> TreatmentSession:
    """Begins a dosing session with its run-sheet. Fewer than two clinicians need a reason, which is kept.

    Raises ``Conflict`` while another dosing session of the episode is under way.
    """
    TreatmentEpisode.objects.held().get(pk=episode.pk)
    known = TreatmentSession.objects.filter(public_id=submission_id).first()
    if known:
        return _same_session(known, episode)
    if running_session(episode):
        raise Conflict(_("a dosing session of this patient is under way; end it first"))
    enough = sum(role in CLINICIANS for _, role in people_present) >= CLINICIANS_WANTED
    if not enough and not alone_reason.strip():
        raise InvalidInput(
            "alone_reason", _("fewer than two clinicians are present: say why it begins all the same")
        )
    checks.check_length("alone_reason", alone_reason, LONGEST_TEXT)
    session = record_session(
        by=by,
        episode=episode,
        kind=SessionKind.DOSING,
        starts_at=starts_at,
        people_present=people_present,
        submission_id=submission_id,
    )
    _enter_two_present(by, session, met=enough, text="" if enough else alone_reason)
    return session


def _same_session(known: TreatmentSession, episode: TreatmentEpisode) -> TreatmentSession:
    if (known.episode_id, known.kind) != (episode.pk, SessionKind.DOSING):
        raise Conflict(_("this submission id was used for other content"))
    return known


def _enter_two_present(by: User, session: TreatmentSession, *, met: bool, text: str) -> None:
    """The first line of a run-sheet: whether two clinicians were there when it began, or why not."""
    enter(
        by,
        session,
        RunSheetKind.CHECK,
        uuid.uuid4(),
        topic=CheckTopic.TWO_PRESENT,
        met=met,
        text=text,
        moment=session.starts_at,
    )


def record_check(
    *,
    by: User,
    session: TreatmentSession,
    submission_id: uuid.UUID,
    topic: str,
    met: bool,
    text: str = "",
    happened_at: datetime | None = None,
) -> RunSheetEntry:
    """How a check came out: one of the standing checks, or why something that the session asks for was not done.
    One that is not met, or not done, needs its reason."""
    checks.clean_choice("topic", topic, topics(plan_for(session)))
    if not met and not text.strip():
        raise InvalidInput("text", _("say why it is not met, and why the session goes on or not"))
    return tap(by, session, RunSheetKind.CHECK, submission_id, happened_at, topic=topic, met=met, text=text)


def record_event(
    *,
    by: User,
    session: TreatmentSession,
    submission_id: uuid.UUID,
    topic: str = "",
    text: str = "",
    happened_at: datetime | None = None,
) -> RunSheetEntry:
    """Something that happened: one of the usual topics, words, or both."""
    if topic:
        checks.clean_choice("topic", topic, EventTopic.values)
    elif not text.strip():
        raise InvalidInput("text", _("say what happened"))
    return tap(by, session, RunSheetKind.EVENT, submission_id, happened_at, topic=topic, text=text)


def record_observation(
    *,
    by: User,
    session: TreatmentSession,
    submission_id: uuid.UUID,
    text: str,
    happened_at: datetime | None = None,
) -> RunSheetEntry:
    """What was seen, in words."""
    if not text.strip():
        raise InvalidInput("text", _("must not be empty"))
    return tap(by, session, RunSheetKind.OBSERVATION, submission_id, happened_at, text=text)


def withhold_supplement(
    *,
    by: User,
    session: TreatmentSession,
    submission_id: uuid.UUID,
    text: str,
    happened_at: datetime | None = None,
) -> RunSheetEntry:
    """The supplemental dose is not given, and why."""
    if not text.strip():
        raise InvalidInput("text", _("say why the supplemental dose is withheld"))
    return tap(by, session, RunSheetKind.WITHHELD, submission_id, happened_at, text=text)


@transaction.atomic
def end_session(
    *,
    by: User,
    session: TreatmentSession,
    submission_id: uuid.UUID,
    text: str,
    leaving_reason: str = "",
    happened_at: datetime | None = None,
) -> RunSheetEntry:
    """The end of the session, after all that was given in it. Its length follows from it. ``text``: how the patient
    leaves, and with whom.

    What the protocol asks for before that is met, or passed with ``leaving_reason``, which stays on the sheet. Raises
    ``InvalidInput`` naming what is open where there is none.
    """
    TreatmentEpisode.objects.held().get(pk=session.episode_id)
    if not RunSheetEntry.objects.filter(submission_id=submission_id).exists():
        _check_leaves(by, session, moment_of_tap(session, "happened_at", happened_at), text, leaving_reason)
    return tap(by, session, RunSheetKind.END, submission_id, happened_at, text=text)


@transaction.atomic
def give_dose(
    *,
    by: User,
    session: TreatmentSession,
    submission_id: uuid.UUID,
    substance: str,
    amount: Decimal,
    unit: str,
    route: str,
    part: str = "main",
    weight_kg: Decimal | None = None,
    override_reason: str = "",
    limit_reason: str = "",
    amount_again: Decimal | None = None,
    amount_reason: str = "",
    given_at: datetime | None = None,
) -> Dose:
    """What was given, and when. An amount in mg/kg needs the weight.

    Before a first dose every check is answered and met, and every washout satisfied by the medication on record,
    or the dose is given over it: ``override_reason`` then becomes a line of the run-sheet. Raises
    ``InvalidInput`` naming the checks and washouts where there is none. A value that stands beyond a limit of the
    protocol needs ``limit_reason``, for a first, a further and a supplemental dose alike. An odd name, unit or
    amount: as in ``record_dose``.
    """
    TreatmentEpisode.objects.held().get(pk=session.episode_id)
    known = Dose.objects.filter(submission_id=submission_id).first()
    if known:
        return _same_dose(known, session, substance, amount, unit, part, given_at)
    check_takes_doses(session)
    moment = moment_of_tap(session, "given_at", given_at)
    check_before_end(session, "given_at", moment)
    if unit == DoseUnit.MG_PER_KG and weight_kg is None:
        raise InvalidInput("weight_kg", _("is needed for an amount in mg/kg"))
    if part == DosePart.MAIN:
        _check_or_override(by, session, moment, override_reason)
    _within_or_override(by, session, moment, substance, limit_reason)
    try:
        return record_dose(
            by=by,
            session=session,
            substance=substance,
            amount=amount,
            unit=unit,
            route=route,
            given_at=moment,
            part=part,
            weight_kg=weight_kg,
            submission_id=submission_id,
            washout_reason=override_reason,
            amount_again=amount_again,
            amount_reason=amount_reason,
        )
    except InvalidInput as refusal:
        if refusal.field != "washout_reason":
            raise
        raise InvalidInput("override_reason", refusal.reason) from refusal


@transaction.atomic
def record_in_session(
    *,
    by: User,
    session: TreatmentSession,
    instrument: Instrument,
    answers: Answers,
    submission_id: uuid.UUID,
    assessed_at: datetime | None = None,
    wording: WordingPack | None = None,
) -> Submitted:
    """Vital signs, an interview or an adverse event of the session: an assessment at its moment, with the alerts,
    scores and corrections of every other. Raises ``InvalidInput`` where no vital sign was measured."""
    TreatmentEpisode.objects.held().get(pk=session.episode_id)
    session.refresh_from_db()
    check_takes_doses(session)
    moment = moment_of_tap(session, "assessed_at", assessed_at)
    if instrument.key == VITAL_SIGNS and all(answer is None for answer in answers.values()):
        raise InvalidInput("systolic", _("nothing was measured"))
    known = Assessment.objects.filter(submission_id=submission_id).first()
    if known:
        check_same(known.session_id == session.pk, known.assessed_at, assessed_at)
        moment = known.assessed_at or moment
    return record_assessment(
        by=by,
        episode=session.episode,
        instrument=instrument,
        answers=answers,
        source=AnswerSource.CLINICIAN if instrument.rater == "clinician" else AnswerSource.CLINICIAN_ENTERED,
        assessed_on=local_day(session.episode.patient, moment),
        submission_id=submission_id,
        wording=wording,
        session=session,
        assessed_at=moment,
    )


def _check_leaves(by: User, session: TreatmentSession, moment: datetime, text: str, reason: str) -> None:
    check_may_end(session, moment)
    if not text.strip():
        raise InvalidInput("text", _("say how the patient leaves, and with whom"))
    plan = plan_for(session)
    found = before_leaving(plan, record_of(session, plan), moment)
    if not found:
        return
    named = "; ".join(found)
    asked = _("say why it ends all the same. Not settled: {named}").format(named=named)
    _all_the_same(by, session, moment, CheckTopic.LEAVING, reason, named, asked)


def _check_or_override(by: User, session: TreatmentSession, moment: datetime, reason: str) -> None:
    plan = plan_for(session)
    obstacles = in_the_way(plan, record_of(session, plan), moment)
    states = {"not_met": _("not met"), "open": pgettext("state of a check", "open")}
    named = "; ".join(f"{task.words} ({states[task.state]})" for task in obstacles)
    asked = _("say why the dose is given all the same. Not settled: {named}").format(named=named)
    if obstacles:
        _all_the_same(by, session, moment, CheckTopic.OVERRIDE, reason, named, asked)


def _within_or_override(
    by: User, session: TreatmentSession, moment: datetime, substance: str, reason: str
) -> None:
    plan = plan_for(session)
    found = beyond_limits(plan, record_of(session, plan), moment, substance)
    named = " ".join(breach.words for breach in found)
    asked = _("say why the dose is given all the same. {named}").format(named=named.rstrip("."))
    if found:
        _all_the_same(by, session, moment, CheckTopic.LIMIT, reason, named, asked)


def _all_the_same(
    by: User,
    session: TreatmentSession,
    moment: datetime,
    topic: CheckTopic,
    reason: str,
    named: str,
    asked: str,
) -> None:
    """The reason to go on over what speaks against it stays on the sheet, with what that was. ``asked``: how it is
    asked for."""
    field = f"{topic}_reason"
    if not reason.strip():
        raise InvalidInput(field, asked)
    checks.check_length(field, reason, LONGEST_TEXT)
    text = f"{reason.strip()} [{named}]"
    enter(by, session, RunSheetKind.CHECK, uuid.uuid4(), topic=topic, met=False, text=text, moment=moment)


def _same_dose(
    known: Dose,
    session: TreatmentSession,
    substance: str,
    amount: Decimal,
    unit: str,
    part: str,
    given_at: datetime | None,
) -> Dose:
    content = (known.session_id, known.substance, known.amount, known.unit, known.part)
    check_same(content == (session.pk, substance.strip(), amount, unit, part), known.given_at, given_at)
    return known

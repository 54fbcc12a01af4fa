"""Totals whose items are nowhere in Throughline: recorded from paper or another system, corrected with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from measures import scoring
from measures.errors import AnswerError
from measures.instrument import Instrument
from measures.scoring import Scored
from tracking.actions import audit
from tracking.actions.assessments import SUBMITTED, SUPERSEDED, Submitted
from tracking.actions.marks import want_episode
from tracking.actions.scores import store_scores
from tracking.errors import Conflict, InvalidInput
from tracking.models import Assessment, TreatmentEpisode, User
from tracking.models.constraints import only
from tracking.queries.requests import sheets_of_day
from tracking.rules.policies.assessments import (
    check_assessed_on,
    check_entered_once,
    check_latest_version,
    check_totals_alone,
)
from tracking.rules.policies.days import latest_day
from tracking.rules.policies.endings import check_after_end
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import AnswerSource, AuditAction, Wording

Totals = Mapping[str, object]


def field_of(scale: str) -> str:
    """How a refusal names the total of a scale."""
    return f"totals.{scale}"


def record_total(
    *,
    by: User,
    episode: TreatmentEpisode,
    instrument: Instrument,
    totals: Totals,
    assessed_on: date,
    submission_id: uuid.UUID,
    two_sheets: bool = False,
) -> Submitted:
    """Records the totals, by scale, of an instrument whose items are not asked here. A scale that is not named
    has no score. No total says anything about a safety item, so none raises an alert.

    The same ``submission_id`` twice gives the first. Raises ``InvalidInput`` naming the scale and what it may be,
    or when there is no total at all, or when one of that day is on record and nobody has said that there were
    ``two_sheets``; ``Conflict`` when the id was used for other content.
    """
    if instrument.items:
        words = _("{instrument} has items: record the answers").format(instrument=instrument.short_title)
        raise InvalidInput("instrument", words)
    scored = _score(instrument, totals)
    known = Assessment.objects.filter(submission_id=submission_id).first()
    if known is None:
        try:
            with transaction.atomic():
                TreatmentEpisode.objects.held().get(pk=episode.pk)
                of_day = sheets_of_day(by, episode, instrument.key, assessed_on)
                others = of_day.exclude(submission_id=submission_id)
                check_entered_once(others, instrument, _entered(scored), two_sheets)
                row = _row(by, episode, instrument, scored, assessed_on, submission_id)
                return _store(by, row, scored, AuditAction.RECORD_TOTAL)
        except IntegrityError as error:
            only(error, SUBMITTED)  # the same arrived twice at once; the other one is stored
            known = Assessment.objects.get(submission_id=submission_id)
    same = (known.episode_id, known.instrument, known.assessed_on, known.entered_totals)
    if same != (episode.pk, instrument.key, assessed_on, _entered(scored)):
        raise Conflict(_("this submission id was used for other content"))
    return Submitted(known, (), created=False)


@transaction.atomic
def correct_total(
    *, by: User, assessment: Assessment, totals: Totals, reason: str, assessed_on: date | None = None
) -> Submitted:
    """Writes a new version of totals that were recorded or imported; the old one stays readable.

    Raises ``InvalidInput`` without a reason or for a wrong total, ``Conflict`` when there are answers to correct
    instead, or somebody else has corrected the same version.
    """
    if not reason.strip():
        raise InvalidInput("reason", _("say why the totals are changed"))
    check_totals_alone(assessment)
    check_latest_version(assessment)
    episode = assessment.episode
    instrument = instrument_of(assessment.instrument, assessment.version, episode.study)
    scored = _score(instrument, totals)
    day = assessed_on or assessment.assessed_on
    row = _row(by, episode, instrument, scored, day, uuid.uuid4(), assessment)
    row.correction_reason = reason.strip()
    try:
        return _store(by, row, scored, AuditAction.CORRECT_TOTAL)
    except IntegrityError as error:
        only(error, SUPERSEDED)
        raise Conflict(_("this assessment was corrected by somebody else in the meantime")) from error


def _score(instrument: Instrument, totals: Totals) -> Scored:
    if not totals:
        raise InvalidInput("totals", _("give at least one total"))
    scales = {}
    for key, total in totals.items():
        try:
            scales[key] = scoring.score_total(instrument, key, total)
        except KeyError:
            words = _("is no scale of {instrument}").format(instrument=instrument.short_title)
            raise InvalidInput(field_of(key[:40]), words) from None
        except AnswerError as error:
            raise InvalidInput(field_of(key), error.reason) from error
    return Scored(instrument.key, instrument.version, scales, outcomes={}, levels={}, critical={}, answers={})


def _entered(scored: Scored) -> dict[str, object]:
    return {key: result.value for key, result in scored.scales.items()}


def _row(
    by: User,
    episode: TreatmentEpisode,
    instrument: Instrument,
    scored: Scored,
    assessed_on: date,
    submission_id: uuid.UUID,
    supersedes: Assessment | None = None,
) -> Assessment:
    """Not yet stored. Whoever corrects a total does not become its rater, nor its source."""
    if supersedes is None or supersedes.assessed_on != assessed_on:
        check_assessed_on(episode, assessed_on, latest_day(episode))
        check_after_end(episode, supersedes.request if supersedes else None, assessed_on)
    rated = instrument.rater == "clinician"
    source = AnswerSource.CLINICIAN if rated else AnswerSource.CLINICIAN_ENTERED
    return Assessment(
        submission_id=submission_id,
        episode=episode,
        instrument=instrument.key,
        version=instrument.version,
        wording=Wording.SCORE_ONLY,
        entered_totals=_entered(scored),
        source=supersedes.source if supersedes else source,
        rater=supersedes.rater if supersedes else by if rated else None,
        assessed_on=assessed_on,
        time_point=supersedes.time_point if supersedes else "",
        recorded_by=by,
        supersedes=supersedes,
    )


def _store(by: User, row: Assessment, scored: Scored, action: AuditAction) -> Submitted:
    row.save(force_insert=True)
    store_scores(row, scored)
    audit.record(by=by, action=action, target=row, patient=row.episode.patient, instrument=row.instrument)
    want_episode(episode=row.episode)
    return Submitted(row, (), created=True)

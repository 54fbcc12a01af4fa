"""How answers that were checked at a door are handed in: the same way, whatever they arrived as."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from measures import scoring
from measures.errors import AnswerError
from measures.instrument import Instrument
from tracking.actions import assessments
from tracking.actions.assessments import Submitted
from tracking.errors import Conflict
from tracking.models import Assessment, AssessmentRequest, User
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import AnswerSource

AMENDED = "amended by the sender"  # stored, as the reason of the correction


def take_in(*, by: User, instrument: Instrument, **data: Any) -> Submitted:
    """Answers the ``request`` in ``data``, or records an assessment of its ``episode`` that nobody asked for.

    What a clinician hands in is the clinician's own rating, or a patient's sheet that was entered.
    """
    rated = instrument.rater == "clinician"
    source = AnswerSource.CLINICIAN if rated else AnswerSource.CLINICIAN_ENTERED
    if "request" in data:
        return answer(by=by, source=source, **data)
    return assessments.record_assessment(by=by, instrument=instrument, source=source, **data)


def answer(
    *,
    by: User,
    request: AssessmentRequest,
    answers: dict[str, Any],
    source: AnswerSource,
    assessed_on: date,
    submission_id: uuid.UUID,
    two_sheets: bool = False,
) -> Submitted:
    """Answers a request. Raises ``Conflict`` when it was answered before, unless this is the same submission
    sent again."""
    submitted = assessments.submit_assessment(
        by=by,
        request=request,
        answers=answers,
        source=source,
        assessed_on=assessed_on,
        submission_id=submission_id,
        two_sheets=two_sheets,
    )
    known = submitted.assessment
    said = (known.submission_id, known.assessed_on, known.answers)
    if not submitted.created and said != (submission_id, assessed_on, _as_stored(known, answers)):
        raise Conflict(_("this request has been answered with other content"))
    return submitted


def amend(
    *, by: User, first: Assessment, answers: dict[str, Any], assessed_on: date, **place: Any
) -> Submitted:
    """What the sender says instead: a correction of the latest version of what had arrived under this id. ``place`` is
    where it says that it belongs, which was checked and stays as it is. Sent again it changes nothing."""
    latest = first
    while newer := Assessment.objects.filter(supersedes=latest).first():
        latest = newer
    if (latest.assessed_on, latest.answers) == (assessed_on, _as_stored(latest, answers)):
        return Submitted(latest, tuple(latest.alerts.all()), created=False)
    day = assessed_on if assessed_on != latest.assessed_on else None
    return assessments.correct_assessment(
        by=by, assessment=latest, answers=answers, reason=AMENDED, assessed_on=day
    )


def _as_stored(known: Assessment, answers: dict[str, Any]) -> dict[str, Any] | None:
    """The answers as they would stand in the table; ``None`` when they could not stand there."""
    try:
        return dict(scoring.score(instrument_of(known.instrument, known.version), answers).answers)
    except AnswerError:
        return None

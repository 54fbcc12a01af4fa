"""What a blinded rater believes that the treatment is, asked directly after each rating."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tracking.actions.assessments import Answers, Submitted, record_assessment
from tracking.errors import Conflict, NotPermitted
from tracking.models import Assessment, User
from tracking.queries.guesses import GUESS_OF_RATER, guess_id, is_followed_by_guess
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import AnswerSource


def record_rating_guess(*, by: User, rating: Assessment, answers: Answers) -> Submitted:
    """Records the guess of the rater who made ``rating``, of its day and its time point.

    One for each rating: the same again gives the first, another one is a ``Conflict`` (it is changed as every
    assessment is, by a correction with a reason). Raises ``NotPermitted`` for anybody but the rater,
    ``Conflict`` for a rating after which nothing is guessed, ``InvalidInput`` naming the item.
    """
    if rating.rater_id != by.pk:
        raise NotPermitted(_("only whoever made the rating guesses"))
    if not is_followed_by_guess(rating, by):
        raise Conflict(_("no guess is asked after this rating"))
    return record_assessment(
        by=by,
        episode=rating.episode,
        instrument=instrument_of(GUESS_OF_RATER),
        answers=answers,
        source=AnswerSource.CLINICIAN,
        assessed_on=rating.assessed_on,
        submission_id=guess_id(rating),
        time_point=rating.time_point,
        two_sheets=True,  # each rating has its own guess
    )

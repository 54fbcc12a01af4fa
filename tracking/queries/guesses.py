"""After which ratings a blinded rater is asked for a guess of the treatment."""

from __future__ import annotations

import uuid

from tracking.models import Assessment, User
from tracking.queries.events import protocol_of
from tracking.queries.requests import is_of_team

GUESS_OF_RATER = "treatment_guess_rater"


def is_followed_by_guess(rating: Assessment, user: User) -> bool:
    """Whether ``user`` is asked: the rating was asked for, the user does not treat the patient, and the protocol has
    a control arm, so that there is something to guess. The patient's own arm plays no part: being asked tells
    nothing. A guess is not followed by another."""
    is_rating = rating.request_id is not None and rating.supersedes_id is None
    if not is_rating or rating.instrument == GUESS_OF_RATER or is_of_team(user, rating.episode):
        return False
    protocol = protocol_of(rating.episode)
    return protocol is not None and bool(protocol.control)


def guess_id(rating: Assessment) -> uuid.UUID:
    """The submission id of the guess after a rating: following from it, it can be there only once."""
    return uuid.uuid5(rating.public_id, GUESS_OF_RATER)


def has_guess(rating: Assessment) -> bool:
    return Assessment.objects.filter(submission_id=guess_id(rating)).exists()

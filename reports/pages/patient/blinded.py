"""What the care team sees of blinded ratings: who makes them, and who has come to know the treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracking.models import AssessmentRequest, TreatmentEpisode, Unblinding, User
from tracking.queries.raters import ASSIGN_AHEAD
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import RequestStatus


@dataclass(frozen=True, slots=True)
class BlindedRow:
    """One rating that an independent rater makes. ``mine``: it was given to the reader, with a reason."""

    request: AssessmentRequest
    title: str
    is_open: bool
    mine: bool
    can_be_repeated: bool


@dataclass(frozen=True, slots=True)
class Blinded:
    """The card of blinded ratings on the patient page."""

    rows: Sequence[BlindedRow]
    unblindings: Sequence[Unblinding]
    has_raters: bool

    @property
    def is_needed(self) -> bool:
        return bool(self.rows or self.unblindings)


def blinded_ratings(user: User, episode: TreatmentEpisode, as_of: date, shelf: Shelf) -> Blinded:
    """The ratings that are open or open soon, and every unblinding."""
    asked = AssessmentRequest.objects.filter(episode=episode, blinded=True)
    rows = list(asked.select_related("assigned_to", "second_rating").order_by("due_on", "second_of", "pk"))
    return Blinded(
        rows=[_row(user, row, as_of, shelf) for row in rows if _is_soon(row, as_of)],
        unblindings=list(
            Unblinding.objects.filter(episode=episode).select_related("rater", "asked_by", "decided_by")
        ),
        has_raters=any(row.assigned_to_id for row in rows),
    )


def _is_soon(request: AssessmentRequest, as_of: date) -> bool:
    opens = request.opens_on <= as_of + ASSIGN_AHEAD
    return request.status == RequestStatus.OPEN and opens and request.closes_on >= as_of


def _row(user: User, request: AssessmentRequest, as_of: date, shelf: Shelf) -> BlindedRow:
    return BlindedRow(
        request=request,
        title=shelf.get(request.instrument, request.version).short_title,
        is_open=request.opens_on <= as_of,
        mine=request.assigned_to_id == user.pk,
        can_be_repeated=request.second_of_id is None and getattr(request, "second_rating", None) is None,
    )

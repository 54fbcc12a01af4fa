"""Double ratings: the same occasion rated by two people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from measures.scoring import Answer
from reports.frames.axis import Episodes
from tracking.models import Assessment, AssessmentRequest


@dataclass(frozen=True, slots=True)
class Rating:
    """One side of a pair: who rated, every answer, and the complete scores by scale. An estimate from a form with
    gaps is no score here: it would agree with itself where two people left out the same item."""

    rater: int
    answers: Mapping[str, Answer]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RatingPair:
    """The first and the second rating of one occasion, as they stand now. ``on``: the day of the first."""

    patient: int
    instrument: str
    on: date
    first: Rating
    second: Rating


def rating_pairs(episodes: Episodes) -> list[RatingPair]:
    """Every double rating of these episodes, in the order of their days.

    A pair is a request and the one that repeats it (``second_of``), both answered, by different people and in
    the same version of the instrument. Only the latest version of each rating is read.
    """
    seconds = AssessmentRequest.objects.filter(episode__in=episodes, second_of__isnull=False)
    couples = list(seconds.values_list("second_of_id", "pk"))
    known = _assessments({key for couple in couples for key in couple})
    pairs = [_pair(known[one], known[two]) for one, two in couples if one in known and two in known]
    return sorted((pair for pair in pairs if pair), key=lambda pair: (pair.on, pair.patient, pair.instrument))


def _assessments(requests: set[int]) -> dict[int, Assessment]:
    rows = Assessment.objects.current().filter(request__in=requests, rater__isnull=False)
    found = rows.select_related("episode").prefetch_related("scores")
    return {row.request_id: row for row in found if row.request_id is not None}


def _pair(first: Assessment, second: Assessment) -> RatingPair | None:
    same = (first.instrument, first.version) == (second.instrument, second.version)
    one, two = first.rater_id, second.rater_id
    if not same or one is None or two is None or one == two:
        return None
    return RatingPair(
        first.episode.patient_id,
        first.instrument,
        first.assessed_on,
        _rating(one, first),
        _rating(two, second),
    )


def _rating(rater: int, row: Assessment) -> Rating:
    scores = {score.scale: score.value for score in row.scores.all() if score.value is not None}
    return Rating(rater, row.answers, scores)

"""Double ratings, guesses and expectations put into the database by the product's own actions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

from measures import registry
from tests.cast import days_ago
from tests.reports.clinic import answers_for
from tracking.actions import assessments, scheduling
from tracking.models import Assessment, AssessmentRequest, TreatmentEpisode, User
from tracking.vocabulary import AnswerSource

HAMD17 = registry.get("hamd17")
GUESS = {"experimental": 2, "comparison": 1, "unknown": 0}


def rated(
    episode: TreatmentEpisode, by: User, rater: User, day: int, answers: Mapping[str, object], **more: object
) -> AssessmentRequest:
    """A rating of the HAM-D17 that ``rater`` was asked for and made, ``day`` days after the episode began."""
    asked = scheduling.create_request(
        by=by, episode=episode, instrument="hamd17", due_on=days_ago(0), assigned_to=rater
    )
    AssessmentRequest.objects.filter(pk=asked.pk).update(**more)
    assessments.submit_assessment(
        by=rater,
        request=asked,
        answers=answers,
        source=AnswerSource.CLINICIAN,
        assessed_on=episode.starts_on + timedelta(days=day),
    )
    return asked


def rated_twice(
    episode: TreatmentEpisode, by: User, raters: tuple[User, User], totals: tuple[int, int], day: int = 28
) -> tuple[AssessmentRequest, AssessmentRequest]:
    """Two ratings of one interview, the second as a repetition of the first."""
    first, second = (answers_for(HAMD17, "total", total) for total in totals)
    asked = rated(episode, by, raters[0], day, first)
    return asked, rated(episode, by, raters[1], day, second, second_of=asked)


def note(
    episode: TreatmentEpisode,
    by: User,
    key: str,
    answers: Mapping[str, object],
    day: int,
    time_point: str = "",
) -> Assessment:
    """A form ``day`` days after the episode began, from whom it is meant for."""
    instrument = registry.get(key)
    return assessments.record_assessment(
        by=by,
        episode=episode,
        instrument=instrument,
        answers=answers,
        source=AnswerSource.CLINICIAN if instrument.rater == "clinician" else AnswerSource.CLINICIAN_ENTERED,
        assessed_on=episode.starts_on + timedelta(days=day),
        submission_id=uuid.uuid4(),
        time_point=time_point,
    ).assessment


def guess(
    episode: TreatmentEpisode,
    by: User,
    what: str,
    confidence: int | None = None,
    key: str = "treatment_guess",
    day: int = 28,
    time_point: str = "week 4",
) -> Assessment:
    """``what``: "experimental", "comparison" or "unknown"."""
    return note(episode, by, key, {"guess": GUESS[what], "confidence": confidence}, day, time_point)

"""Answers to the site's own instrument of the tests."""

from __future__ import annotations

import uuid

from tests.cast import days_ago
from tracking.actions import assessments
from tracking.actions.assessments import Submitted
from tracking.models import TreatmentEpisode
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import AnswerSource

CALM = {"calm": 1, "afraid": 1, "dead": 0}  # calm is reversed: 1 + 1 + 0


def checked_in(episode: TreatmentEpisode, answers: dict | None = None, version: str = "1") -> Submitted:
    return assessments.record_assessment(
        by=None,
        episode=episode,
        instrument=instrument_of("check_in", version),
        answers=answers or CALM,
        source=AnswerSource.SELF,
        assessed_on=days_ago(1),
        submission_id=uuid.uuid4(),
    )

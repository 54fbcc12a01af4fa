"""Filled sheets, as a person would fill them."""

from __future__ import annotations

import uuid

from django.test import Client

from measures import registry
from tests.cast import days_ago
from tests.markup import said
from tracking.actions import assessments
from tracking.actions.assessments import Submitted
from tracking.models import TreatmentEpisode, User
from tracking.vocabulary import AnswerSource

PHQ9 = {"1": 2, "2": 2, "3": 1, "4": 1, "5": 1, "6": 1, "7": 1, "8": 0, "9": 0}  # adds up to 9
HAMD = {str(n): 1 for n in range(1, 18)} | {"3": 0}  # adds up to 16
CAPS = {str(n): 1 for n in [*range(1, 21), 23, 24, 25, 29, 30]} | {"A": True, "21": 0, "22": 7.5}


def recorded(episode: TreatmentEpisode, by: User | None, key: str, answers: dict, ago: int = 1) -> Submitted:
    """An assessment that nobody had asked for, made ``ago`` days ago."""
    instrument = registry.get(key)
    rated = instrument.rater == "clinician"
    return assessments.record_assessment(
        by=by,
        episode=episode,
        instrument=instrument,
        answers=answers,
        source=AnswerSource.CLINICIAN if rated else AnswerSource.SELF,
        assessed_on=days_ago(ago),
        submission_id=uuid.uuid4(),
    )


def posted(answers: dict, **more: object) -> dict[str, object]:
    """The same answers as a browser posts them after the second look; what is ``None`` is not sent."""
    words = {True: "1", False: "0"}
    sent = {
        f"item-{code}": words.get(value, value) if isinstance(value, bool) else value
        for code, value in answers.items()
        if value is not None
    }
    return {"step": "sign"} | sent | more


def text_of(client: Client, url: str, **kwargs: object) -> str:
    """What a page says, without its tags."""
    return said(client.get(url, **kwargs))

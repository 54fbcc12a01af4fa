"""Resources of one patient on one day, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from measures.fhir.occasion import Occasion
from measures.fhir.resource import as_json
from measures.fhir.response import questionnaire_response
from measures.instrument import Instrument
from measures.result import Answer

OCCASION = Occasion(
    study_code="TL-7",
    assessed_on=date(2026, 3, 9),
    id=UUID(int=1),
    submission_id=UUID(int=2),
    episode_id=UUID(int=3),
    request_id=UUID(int=4),
    wording="verbatim",
)


def response(
    instrument: Instrument, answers: dict[str, Answer], occasion: Occasion = OCCASION
) -> dict[str, Any]:
    return as_json(questionnaire_response(instrument, answers, occasion))

"""Whose answers, when, and under which ids. There is no place for a name or a contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from measures.fhir.names import EPISODE_OF_CARE, STUDY_CODE
from measures.fhir.resource import extension


@dataclass(frozen=True, slots=True)
class Occasion:
    """One administration of an instrument, as far as a resource may tell of it.

    ``wording`` names the wording that was on the screen. ``corrects``: it is the corrected version of an
    earlier one; ``superseded``: a later one has corrected it. ``totals_only``: no item was recorded.
    """

    study_code: str
    assessed_on: date
    id: UUID | None = None
    submission_id: UUID | None = None
    episode_id: UUID | None = None
    request_id: UUID | None = None
    wording: str = ""
    corrects: bool = False
    superseded: bool = False
    totals_only: bool = False


def subject_of(occasion: Occasion) -> dict[str, object]:
    """The patient by study code, and by nothing else."""
    return {"type": "Patient", "identifier": {"system": STUDY_CODE, "value": occasion.study_code}}


def episode_of(occasion: Occasion) -> dict[str, Any]:
    """The treatment episode that it belongs to, as the extension that FHIR has for it."""
    if occasion.episode_id is None:
        return {}
    reference = {"reference": f"EpisodeOfCare/{occasion.episode_id}"}
    return {"extension": [extension(EPISODE_OF_CARE, "Reference", reference)]}

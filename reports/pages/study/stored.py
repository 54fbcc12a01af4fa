"""Which stored figures of a study a reader is shown: those of now, or those that were published last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.models import StudyPublication, StudyResult
from tracking.models import Study, TreatmentEpisode


@dataclass(frozen=True, slots=True)
class Stored:
    """One analysis of one scale, and when it was computed."""

    analysis: str
    instrument: str
    scale: str
    result: Mapping[str, Any]
    computed_at: datetime


def stored_figures(study: Study, *, live: bool) -> tuple[list[Stored], int]:
    """The figures, and how many patients the study has in them. ``live``: as they are now, for whoever may see each
    of the patients; else as they were published, for as many people at a time that none can be told."""
    if live:
        rows = StudyResult.objects.filter(study=study)
        patients = TreatmentEpisode.objects.filter(study=study).values("patient").distinct().count()
        return [Stored(*_place(row), row.result, row.computed_at) for row in rows], patients
    published = StudyPublication.objects.filter(study=study).last()
    if published is None:
        return [], 0
    figures = [Stored(computed_at=published.published_at, **each) for each in published.results]
    return figures, len(published.people)


def _place(row: StudyResult) -> tuple[str, str, str]:
    return row.analysis, row.instrument, row.scale

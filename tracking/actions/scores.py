"""The rows that a scored assessment comes to."""

from __future__ import annotations

from measures.scoring import Scored
from tracking.models import Assessment, OutcomeResult, ScaleScore


def store_scores(assessment: Assessment, scored: Scored) -> None:
    """The rows of one scored assessment: a score per scale, a result per conclusion."""
    ScaleScore.objects.bulk_create(score_rows(assessment, scored))
    OutcomeResult.objects.bulk_create(
        OutcomeResult(assessment=assessment, outcome=key, met=met) for key, met in scored.outcomes.items()
    )


def score_rows(assessment: Assessment, scored: Scored) -> list[ScaleScore]:
    """A row per scale, not yet stored: a score that an answer is missing for has no value."""
    return [
        ScaleScore(
            assessment=assessment,
            scale=key,
            value=result.value,
            partial=result.partial,
            prorated=result.prorated,
            items_answered=result.items_answered,
            items_missing=result.items_missing,
            band=result.band or "",
            band_set=result.band_set or "",
        )
        for key, result in scored.scales.items()
    ]

"""A study's figures for the API: those of its page, withheld by the same rule."""

from __future__ import annotations

from typing import Any

from reports.pages.study.page import study_figures
from tracking.models import Study, User

ANALYSES = ("course", "growth", "contrast", "predict", "relapse", "agreement", "blinding", "published")
SAID_OF_STUDY = (
    "key",
    "title",
    "outcome_instrument",
    "outcome_scale",
    "endpoint",
    "is_simulated",
    "provenance",
)


def cohort(user: User, study: Study) -> dict[str, Any]:
    """What ``CohortSerializer`` shows of one visible study."""
    figures = study_figures(user, study)
    return {
        **{name: getattr(study, name) for name in SAID_OF_STUDY},
        "patients": figures.patients,
        "withheld_below": figures.withheld_below,
        "rounded_to": figures.rounded_to,
        "computed_at": figures.computed_at,
        "raters_not_blind": figures.not_blind,
        **{name: figures.results.get(name) for name in ANALYSES},
    }

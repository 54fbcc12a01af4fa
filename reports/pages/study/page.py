"""The study page: did it work, for whom, for how long?

Figures are those that the worker stored; nothing is estimated here. Single patients (thin lines, dots) are drawn
only for somebody who treats all of them, or when the data set is published anyway; everybody else sees
aggregates in which small groups are withheld (``stored``, the one door to them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.instrument import Instrument, Scale
from measures.language import marked, written
from reports import analyses
from reports.charts import Figure
from reports.pages.study.charts import course_figure, predictor_figure, predictor_title
from reports.pages.study.stored import stored_figures
from reports.plain import spoken
from reports.stats.errors import Refusal
from tracking.models import Study, TreatmentEpisode, User
from tracking.queries.raters import raters_not_blind
from tracking.rules.policies.instruments import Shelf

Json = Mapping[str, Any]
PUBLISHED_NOTES = {
    "mean": marked("Means of the scores observed, with t interval."),
    "absent": marked(
        "Shares of the people whose answers decide it, with Wilson interval. Undecided: an answer that it hangs "
        "on is missing."
    ),
    "duration": marked(
        "Days from the first dose to the first rating at which treatment response no longer held; 0 for those "
        "who never had it. Median by Kaplan and Meier with its interval. Undecided: no baseline, or no rating after "
        "the dose."
    ),
}
POINTS_A = {
    "week": marked("Points a week"),
    "day": marked("Points a day"),
    "occasion": marked("Points an occasion"),
}
COVARIATES = {
    "baseline": marked("baseline"),
    "arm": marked("arm"),
    "alliance": marked("alliance"),
    "expectancy": marked("expectancy"),
}


@dataclass(frozen=True, slots=True)
class StudyFigures:
    """The stored results of a study's outcome by analysis, as far as the reader may see them, in their language.
    ``not_blind``: why ratings that are called blind are not; nothing where they are.

    ``patients``: how many; ``None`` when they are fewer than ``withheld_below``, which is ``None`` for a reader
    who may see single patients. ``rounded_to``: what counts of people are rounded to, if they are.
    """

    results: Mapping[str, Json]
    patients: int | None
    withheld_below: int | None
    rounded_to: int | None
    computed_at: datetime | None
    not_blind: Sequence[str]


@dataclass(frozen=True, slots=True)
class RateCell:
    """One rate with its denominator; ``None`` where there is nobody, or where it is ``withheld``."""

    arm: str
    rate: Json | None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class RateRow:
    """One criterion: all patients first, then each arm."""

    definition: str
    cells: tuple[RateCell, ...]


@dataclass(frozen=True, slots=True)
class PredictorRow:
    """One predictor of the model table: its coefficient, or why there is none."""

    title: str
    model: Json | None
    refused: str


@dataclass(frozen=True, slots=True)
class StudyPage:
    """Everything that the study page shows."""

    study: Study
    instrument: Instrument
    scale: Scale
    figures: StudyFigures
    course: Json | None
    refused: str
    course_figure: Figure | None
    rates: Sequence[RateRow]
    arms: Sequence[str]
    growth: Sequence[Json]
    contrast: Json | None
    differences: Sequence[tuple[str, Json]]
    predict: Json | None
    covariates: Sequence[str]
    left_out: Sequence[tuple[str, str]]
    predictors: Sequence[PredictorRow]
    predictor_figure: Figure | None
    relapse: Json | None
    published: Sequence[Json]
    published_notes: Sequence[str]


def study_figures(user: User, study: Study) -> StudyFigures:
    """What the user may see of the outcome of one visible study."""
    told = stored_figures(user, study)
    own = (study.outcome_instrument, study.outcome_scale)
    stored = [row for row in told.figures if (row.instrument, row.scale) == own]
    return StudyFigures(
        results=spoken({row.analysis: row.result for row in stored}),
        patients=told.patients,
        withheld_below=told.withheld_below,
        rounded_to=told.rounded_to,
        computed_at=max((row.computed_at for row in stored), default=None),
        not_blind=raters_not_blind(TreatmentEpisode.objects.filter(study=study)),
    )


def with_outcome(studies: Iterable[Study]) -> list[tuple[Study, str]]:
    """Each study with the short title of the scale that it is judged by."""
    shelf = Shelf()
    return [(study, shelf.get(study.outcome_instrument, study=study).short_title) for study in studies]


def study_page(user: User, study: Study) -> StudyPage:
    """Everything on the page of one visible study."""
    figures = study_figures(user, study)
    instrument = Shelf().get(study.outcome_instrument, study=study)
    scale = instrument.scale(study.outcome_scale)
    course = _with(figures, "course", "means")
    predict = _with(figures, "predict", "models")
    published = (_with(figures, "published", "rows") or {}).get("rows", ())
    sample = _sample(study) if figures.withheld_below is None and course else None
    return StudyPage(
        study=study,
        instrument=instrument,
        scale=scale,
        figures=figures,
        course=course,
        refused=figures.results.get("course", {}).get("refused", ""),
        course_figure=course_figure(instrument, scale, course, sample) if course else None,
        rates=shown_rates(course) if course else (),
        arms=course["arms"] if course else (),
        growth=[_model(each) for each in figures.results.get("growth", {}).get("models", ())],
        contrast=figures.results.get("contrast"),
        differences=_differences(figures.results.get("contrast")),
        predict=figures.results.get("predict"),
        covariates=[_covariate(name) for name in predict["covariates"]] if predict else (),
        left_out=[(_covariate(name), why) for name, why in predict["left_out"].items()] if predict else (),
        predictors=_predictor_rows(predict) if predict else (),
        predictor_figure=predictor_figure(study, instrument, predict, sample) if predict else None,
        relapse=figures.results.get("relapse"),
        published=[{**row, "as_published": written(row["as_published"])} for row in published],
        published_notes=tuple(
            _(PUBLISHED_NOTES[key]) for key in dict.fromkeys(row["statistic"] for row in published)
        ),
    )


def shown_rates(course: Json) -> tuple[RateRow, ...]:
    """The rates of a course as rows: all patients, then each arm."""
    return tuple(
        RateRow(
            each["definition"],
            (
                RateCell(_("all"), each["all"], withheld=each["all"] is None),
                *(
                    RateCell(arm, each["by_arm"].get(arm), withheld=each["by_arm"].get(arm, {}) is None)
                    for arm in course["arms"]
                ),
            ),
        )
        for each in course["rates"]
    )


def _with(figures: StudyFigures, analysis: str, content: str) -> Json | None:
    """The result of an analysis, unless there is none or it was refused."""
    result = figures.results.get(analysis, {})
    return result if content in result else None


def _sample(study: Study) -> analyses.Sample | None:
    try:
        return analyses.load(study)
    except Refusal:
        return None


def _differences(contrast: Json | None) -> tuple[tuple[str, Json], ...]:
    """Each difference between arms, named: the arm, and the one that it is compared with."""
    if contrast is None or "refused" in contrast:
        return ()
    reference = contrast["fit"]["reference"].get("arm", "")
    return tuple(
        (_("{arm} less {reference}").format(arm=term.rpartition(":arm")[2], reference=reference), difference)
        for term, difference in contrast["differences"].items()
    )


def _model(model: Json) -> Json:
    """A growth model with what it was fitted to and the unit of its slopes in words."""
    if "refused" in model:
        return model
    fit, slopes = model["fit"], model["slopes"]
    episodes = ngettext("{n} episode", "{n} episodes", fit["n_groups"]).format(n=fit["n_groups"])
    scores = fit["n_obs"]
    return {
        **model,
        "slopes": {_("all") if arm == analyses.ALL else arm: slope for arm, slope in slopes.items()},
        "points_a": _(POINTS_A[model["time_unit"]]),
        "fitted_to": episodes
        if scores is None
        else _("{scores} scores of {episodes}").format(scores=scores, episodes=episodes),
    }


def _covariate(name: str) -> str:
    return _(COVARIATES[name]) if name in COVARIATES else name


def _predictor_rows(predict: Json) -> tuple[PredictorRow, ...]:
    models = {model["predictor"]: model for model in predict["models"]}
    names = [*models, *(name for name in predict["refused"] if name not in predict["absent"])]
    return tuple(
        PredictorRow(predictor_title(name), _with_term(models.get(name)), predict["refused"].get(name, ""))
        for name in names
    )


def _with_term(model: Json | None) -> Json | None:
    """The model with the estimate of its own predictor at hand, for a template that cannot look it up."""
    return {**model, "term": model["regression"]["terms"][model["predictor"]]} if model else None

"""What goes with the outcome at the endpoint, beyond baseline, arm, alliance and expectancy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import pandas as pd
from django.utils.translation import gettext as _

from measures.language import marked
from measures.registry import get
from reports.analyses.refused import Said, why
from reports.analyses.sample import Sample
from reports.frames import dose_column
from reports.frames.patients import EXPERIENCE, SETTING
from reports.stats.design import Dropped
from reports.stats.errors import Refusal
from reports.stats.estimates import Estimate
from reports.stats.predictors import LinePoint, PartialCorrelation, PredictorModel, analyse
from reports.stats.regression import Errors, Regression, ordinary_least_squares
from tracking.tongues import in_every_language
from tracking.vocabulary.time_points import time_point_in_words

# Any number, the same one for ever: the bootstrap interval must not change between two looks.
SEED = 20_060_915

UNMEASURED = {
    "alliance": marked("Alliance was measured in nobody with this predictor and outcome."),
    "expectancy": marked("Expectancy was measured in nobody with this predictor and outcome."),
}

Dose = Literal["first", "last"]
Outcome = Literal["endpoint", "change"]


@dataclass(frozen=True, slots=True)
class RegressionFigures:
    """A regression without its cases."""

    formula: str
    terms: Mapping[str, Estimate]
    n: int
    r_squared: float
    errors: Errors
    reference: Mapping[str, str]
    dropped: Dropped


@dataclass(frozen=True, slots=True)
class PredictorFigures:
    """One predictor beside the covariates: its regression, its partial correlation, the line to draw."""

    predictor: str
    regression: RegressionFigures
    partial: PartialCorrelation
    line: tuple[LinePoint, ...]


@dataclass(frozen=True, slots=True)
class PredictFigures:
    """``left_out``: covariates that could not be used, and why. ``refused``: predictors without a model,
    and why. ``absent``: those of them that nobody has."""

    outcome: Outcome
    endpoint: str
    covariates: tuple[str, ...]
    left_out: Mapping[str, Said]
    models: tuple[PredictorFigures, ...]
    refused: Mapping[str, Said]
    absent: tuple[str, ...]


def predict(
    sample: Sample,
    *,
    predictors: Sequence[str] = (),
    covariates: Sequence[str] = (),
    outcome: Outcome = "endpoint",
    dose: Dose = "first",
    reference: str | None = None,
) -> PredictFigures:
    """Analysis of covariance of the outcome, one predictor at a time (see ``stats.predictors``).

    Without ``predictors``: the MEQ30 total and each of its factors after the ``dose`` named, and set and setting
    at that dose. Without ``covariates``: baseline, arm, first-session alliance and the patient's expectancy, as
    far as the patients who have the first predictor differ in them. Raises ``Refusal`` when nobody has a score
    at the endpoint.
    """
    table = _one_row_per_patient(sample)
    if table[outcome].notna().sum() == 0:
        raise Refusal(
            lambda: _("{title}: nobody has a baseline and a score at {endpoint}.").format(
                title=sample.title, endpoint=time_point_in_words(sample.endpoint)
            )
        )
    asked = list(predictors) or _of_dose(dose)
    known = [name for name in asked if name in table and table[name].notna().any()]
    unknown = [name for name in asked if name not in known]
    chosen, left_out = _covariates(table, outcome, known) if not covariates else (list(covariates), {})
    found = analyse(
        table,
        outcome=outcome,
        predictors=known,
        covariates=chosen,
        seed=SEED,
        reference={"arm": reference} if reference and "arm" in chosen else None,
    )
    absent = {name: _no_value(name) for name in unknown}
    return PredictFigures(
        outcome=outcome,
        endpoint=sample.endpoint,
        covariates=tuple(chosen),
        left_out=left_out,
        models=tuple(_figures(model) for model in found.models),
        refused={**absent, **{name: why(refusal) for name, refusal in found.refused.items()}},
        absent=tuple(unknown),
    )


def regress(
    sample: Sample, *, outcome: Outcome, terms: Sequence[str], errors: Errors, reference: str | None = None
) -> RegressionFigures:
    """One regression of the outcome on the named columns and products ``a:b``, whatever their number.

    Unlike ``predict`` it asks for no more cases than it has coefficients. Raises ``Refusal``, and for a
    name that no column has.
    """
    absent = sorted({name for term in terms for name in term.split(":")} - set(sample.episodes))
    if absent:
        raise Refusal(lambda: _("Nobody has a value of {names}.").format(names=", ".join(absent)))
    fit = ordinary_least_squares(
        _one_row_per_patient(sample),
        outcome=outcome,
        terms=terms,
        errors=errors,
        reference={"arm": reference} if reference else None,
    )
    return _regression(fit)


def _one_row_per_patient(sample: Sample) -> pd.DataFrame:
    """Of a patient with several episodes the first: rows of one person are not independent."""
    return sample.episodes.sort_index().drop_duplicates("patient")


def _no_value(name: str) -> Said:
    return in_every_language(lambda: _("Nobody has a value of {names}.").format(names=name))


def _of_dose(dose: Dose) -> list[str]:
    return [dose_column(key, dose, scale.key) for key in (EXPERIENCE, SETTING) for scale in get(key).scales]


def _covariates(
    table: pd.DataFrame, outcome: Outcome, predictors: Sequence[str]
) -> tuple[list[str], dict[str, Said]]:
    """A covariate in which the patients at hand do not differ would stop every model: it is left out, and
    said."""
    cases = table.dropna(subset=[outcome, "baseline", *predictors[:1]])
    left_out: dict[str, Said] = {}
    if not cases.empty and cases["arm"].nunique() < 2:
        left_out["arm"] = in_every_language(
            lambda: _("All patients with this predictor and outcome are of one arm.")
        )
    for name, reason in UNMEASURED.items():
        if cases[name].notna().sum() == 0:
            left_out[name] = in_every_language(partial(_, reason))
    return [name for name in ("baseline", "arm", "alliance", "expectancy") if name not in left_out], left_out


def _figures(model: PredictorModel) -> PredictorFigures:
    return PredictorFigures(model.predictor, _regression(model.regression), model.partial, model.line)


def _regression(fit: Regression) -> RegressionFigures:
    return RegressionFigures(
        fit.formula, fit.terms, fit.n, fit.r_squared, fit.errors, fit.design.reference, fit.dropped
    )

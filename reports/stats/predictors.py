"""Does a predictor (the mystical experience, a factor of it) go with outcome beyond baseline, arm and
alliance?

Analysis of covariance of the outcome at a named endpoint, one predictor at a time. An association in people
who were not randomised to the predictor: it is described, not called an effect. Intervals are not adjusted
for the number of predictors looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from measures.language import gettext as _
from reports.stats.design import INTERCEPT, Design
from reports.stats.errors import Refusal
from reports.stats.regression import Regression, ordinary_least_squares

CASES_PER_COEFFICIENT = 10
"""Fewest complete cases per coefficient, intercept apart (Harrell 2015, Regression Modeling Strategies)."""

_UNDEFINED_SHARE = 0.05  # more resamples than this without a partial correlation: no interval


@dataclass(frozen=True, slots=True)
class PartialCorrelation:
    """Correlation of predictor and outcome, both freed of the covariates; percentile bootstrap interval.

    ``undefined``: resamples in which it does not exist (a covariate was constant), left out of the interval.
    """

    r: float
    low: float
    high: float
    resamples: int
    undefined: int
    seed: int
    level: float


@dataclass(frozen=True, slots=True)
class LinePoint:
    """The fitted outcome at one value of the predictor, covariates at their means, with its t interval."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class PredictorModel:
    """One predictor: its analysis of covariance (HC3), partial correlation and line to draw."""

    predictor: str
    regression: Regression
    partial: PartialCorrelation
    line: tuple[LinePoint, ...]


@dataclass(frozen=True, eq=False)
class PredictorAnalysis:
    """The models that could be fitted, in the order asked for, and why the others were refused."""

    models: tuple[PredictorModel, ...]
    refused: Mapping[str, Refusal]


def analyse(
    frame: pd.DataFrame,
    *,
    outcome: str,
    predictors: Sequence[str],
    covariates: Sequence[str],
    seed: int,
    reference: Mapping[str, str] | None = None,
    resamples: int = 2000,
) -> PredictorAnalysis:
    """``ancova`` for each predictor in turn with the same covariates; see there for policy and errors."""
    models: list[PredictorModel] = []
    refused: dict[str, Refusal] = {}
    for predictor in predictors:
        try:
            models.append(
                ancova(
                    frame,
                    outcome=outcome,
                    predictor=predictor,
                    covariates=covariates,
                    seed=seed,
                    reference=reference,
                    resamples=resamples,
                )
            )
        except Refusal as refusal:
            refused[predictor] = refusal
    return PredictorAnalysis(tuple(models), refused)


def ancova(
    frame: pd.DataFrame,
    *,
    outcome: str,
    predictor: str,
    covariates: Sequence[str],
    seed: int,
    reference: Mapping[str, str] | None = None,
    resamples: int = 2000,
    level: float = 0.95,
) -> PredictorModel:
    """``outcome ~ covariates + predictor`` on one row per patient, HC3 errors, t intervals.

    ``covariates``: baseline score, arm, first-session alliance (categorical ones are treatment-coded).
    Missing data: complete cases, counted by the column that was lacking in ``regression.dropped``.
    ``Refusal``: fewer than ``CASES_PER_COEFFICIENT`` complete cases per coefficient, a constant or dependent
    column, or a partial correlation that does not exist in too many resamples.
    Sources: HC3 in ``regression``; bootstrap, Efron and Tibshirani 1993, percentile interval.
    """
    fit = ordinary_least_squares(
        frame, outcome=outcome, terms=[*covariates, predictor], reference=reference, level=level
    )
    needed = CASES_PER_COEFFICIENT * (len(fit.terms) - 1)
    if fit.n < needed:
        raise Refusal(
            lambda: _(
                "{n} complete cases; a model with {coefficients} coefficients needs {needed} ({each} per coefficient)."
            ).format(n=fit.n, coefficients=len(fit.terms) - 1, needed=needed, each=CASES_PER_COEFFICIENT)
        )
    y = frame.loc[fit.cases, outcome].to_numpy(float)
    partial = partial_correlation(y, fit.design, predictor, seed=seed, resamples=resamples, level=level)
    return PredictorModel(predictor, fit, partial, _line(fit, predictor))


def partial_correlation(
    y: npt.NDArray[np.floating],
    x: Design,
    predictor: str,
    *,
    seed: int,
    resamples: int = 2000,
    level: float = 0.95,
) -> PartialCorrelation:
    """Partial correlation of ``y`` with one column of ``x`` given the others: -P12 / sqrt(P11 P22), P =
    cov^-1.

    Cases are resampled whole with a seeded generator; the same seed gives the same interval. ``Refusal`` when
    more than 5 % of the resamples have no partial correlation.
    """
    others = [i for i, name in enumerate(x.names) if name not in (INTERCEPT, predictor)]
    columns = np.column_stack([y, x.matrix[:, x.names.index(predictor)], x.matrix[:, others]])
    n = len(y)
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    drawn = _partial(_correlations(columns, counts / n))
    defined = drawn[~np.isnan(drawn)]
    undefined = resamples - len(defined)
    if undefined > _UNDEFINED_SHARE * resamples:
        raise Refusal(
            lambda: _("{predictor}: no partial correlation in {n} of {resamples} resamples.").format(
                predictor=predictor, n=undefined, resamples=resamples
            )
        )
    r = float(_partial(_correlations(columns, np.full((1, n), 1 / n)))[0])
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return PartialCorrelation(r, float(low), float(high), resamples, undefined, seed, level)


def _correlations(
    columns: npt.NDArray[np.floating], weights: npt.NDArray[np.floating]
) -> npt.NDArray[np.floating]:
    """The correlation matrix under each row of weights; not-a-number where a column does not vary."""
    k = columns.shape[1]
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    means = weights @ scaled
    squares = weights @ (scaled[:, :, None] * scaled[:, None, :]).reshape(len(columns), k * k)
    covariance = squares.reshape(-1, k, k) - means[:, :, None] * means[:, None, :]
    variance = np.einsum("bii->bi", covariance)
    size = np.sqrt(np.where(variance > 1e-12, variance, np.nan))
    return np.asarray(covariance / (size[:, :, None] * size[:, None, :]))


def _partial(correlations: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Partial correlation of the first two columns; not-a-number where the others make it undefined."""
    found = np.full(len(correlations), np.nan)
    usable = ~np.isnan(correlations).any(axis=(1, 2))
    usable[usable] = np.linalg.det(correlations[usable]) > 1e-10
    precision = np.linalg.inv(correlations[usable])
    found[usable] = -precision[:, 0, 1] / np.sqrt(precision[:, 0, 0] * precision[:, 1, 1])
    return found


def _line(fit: Regression, predictor: str, steps: int = 25) -> tuple[LinePoint, ...]:
    place = fit.design.names.index(predictor)
    observed = fit.design.matrix[:, place]
    xs = np.linspace(observed.min(), observed.max(), steps)
    rows = np.tile(fit.design.matrix.mean(axis=0), (steps, 1))
    rows[:, place] = xs
    ys = rows @ fit.coefficients
    term = fit.terms[predictor]
    margins = (
        (term.high - term.value) / term.se * np.sqrt(np.einsum("ij,jk,ik->i", rows, fit.covariance, rows))
    )
    return tuple(
        LinePoint(float(x), float(y), float(y - margin), float(y + margin))
        for x, y, margin in zip(xs, ys, margins, strict=True)
    )

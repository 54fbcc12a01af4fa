"""Population growth: a linear mixed model of scores in time, with random effects per episode.

``y = b0 + b1 time + covariates + time x covariates + u0 (+ u1 time) + e``. Conventions are those of lme4
(formula text, names of coefficients, REML log-likelihood with its constants), so that results can be
compared line by line. The numerics are in ``mixed``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from measures.language import gettext as _
from reports.stats import mixed
from reports.stats.design import INTERCEPT, Design, Dropped, complete_rows, design, refuse_dependence
from reports.stats.errors import Refusal
from reports.stats.estimates import Estimate, wald
from reports.stats.sums import EpisodeSums, episode_sums, number_episodes

Random = Literal["intercept", "slope"]
Method = Literal["REML", "ML"]


@dataclass(frozen=True, slots=True)
class GrowthFit:
    """A fitted growth model.

    ``coef``, ``se``: fixed effects in outcome points (slopes: points per unit of time). ``varcomp``:
    variances and covariance of the random effects and ``residual_var``, in squared points.
    ``log_likelihood``: restricted for REML; ``deviance`` is -2 times it. ``singular``: a variance was
    estimated as zero or a correlation as +-1, so the random part asks more of the data than they hold.
    ``converged``: the optimum was proved to be a minimum.
    ``reference``: the level that each categorical covariate is compared with. ``dropped``: rows left out.
    """

    formula: str
    method: Method
    coef: Mapping[str, float]
    se: Mapping[str, float]
    covariance: Mapping[tuple[str, str], float]
    varcomp: Mapping[str, float]
    log_likelihood: float
    n_obs: int
    n_groups: int
    singular: bool
    converged: bool
    reference: Mapping[str, str]
    dropped: Dropped

    @property
    def deviance(self) -> float:
        return -2 * self.log_likelihood

    def estimate(self, name: str, level: float = 0.95) -> Estimate:
        """One fixed effect with its Wald interval (normal distribution). Raises ``KeyError``."""
        return self.combination({name: 1.0}, level)

    def combination(self, weights: Mapping[str, float], level: float = 0.95) -> Estimate:
        """A weighted sum of fixed effects, such as the slope of one arm: ``{"week": 1, "week:armP": 1}``.

        Standard error from the covariance of the fixed effects; Wald interval, normal distribution.
        """
        value = sum(weight * self.coef[name] for name, weight in weights.items())
        variance = sum(weights[a] * weights[b] * self.covariance[a, b] for a in weights for b in weights)
        return wald(value, float(np.sqrt(variance)), level=level)


def fit_growth(
    frame: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    group: str,
    covariates: Sequence[str] = (),
    interactions: Sequence[str] = (),
    random: Random = "intercept",
    method: Method = "REML",
    reference: Mapping[str, str] | None = None,
) -> GrowthFit:
    """Fit the growth model to one row per score.

    ``group``: the episode. ``covariates``: columns that are constant within an episode (baseline score, arm);
    ``interactions``: those of them whose effect may change with ``time``. ``random``: an intercept per
    episode, or an intercept and a slope with their correlation. Categorical covariates are treatment-coded
    (see ``design.design``).

    Missing data: a row that lacks any named column is dropped and counted; episodes stay with the scores they
    have, which is valid when scores are missing at random given those observed and the covariates.
    Errors: ``KeyError`` (no such column), ``ValueError`` (an interaction that is not a covariate, a covariate
    that changes within an episode), ``Refusal`` (too little data, dependent columns, no residual variation).
    Source: Laird and Ware 1982; Bates et al. 2015.
    """
    _check_marginality(covariates, interactions)
    rows, dropped = complete_rows(frame, [outcome, time, group, *covariates])
    if rows.empty:
        raise Refusal(
            lambda: _("No row has all of {names}.").format(names=", ".join([outcome, time, *covariates]))
        )
    sums = episode_sums(rows[group], rows[time], rows[outcome])
    per_episode = _per_episode(rows, group, covariates)
    levels = design(per_episode, covariates, reference)
    slopes = design(per_episode, interactions, reference)
    formula = _formula(outcome, time, group, covariates, interactions, random)
    return fit_sums(
        sums, levels, slopes, time=time, random=random, method=method, formula=formula, dropped=dropped
    )


def fit_sums(
    sums: EpisodeSums,
    levels: Design,
    slopes: Design,
    *,
    time: str,
    random: Random,
    method: Method,
    formula: str,
    dropped: Dropped,
) -> GrowthFit:
    """Fit from sums per episode (merged from any number of shards) and a design row per episode.

    ``levels`` holds the effects on the level, ``slopes`` those on the slope; the intercept column of the
    latter is time itself. Errors as ``fit_growth``.
    """
    problem = mixed.Problem(sums, _rows(levels), _rows(slopes), random == "slope", method == "REML")
    names = [*levels.names, *(_slope_name(time, name) for name in slopes.names)]
    _refuse_too_little(sums, random, formula)
    refuse_dependence(mixed.cross_product(problem), names)
    optimum = mixed.maximise(problem)
    best = optimum.estimate
    covariance = best.residual_variance * best.unscaled_covariance
    shown = [names[0], time, *(name for name in names[1:] if name != time)]
    return GrowthFit(
        formula=formula,
        method=method,
        coef=_named(shown, names, best.coef),
        se=_named(shown, names, np.sqrt(np.diag(covariance))),
        covariance={
            (a, b): float(covariance[i, j]) for i, a in enumerate(names) for j, b in enumerate(names)
        },
        varcomp=_varcomp(best, time, random),
        log_likelihood=-best.deviance / 2,
        n_obs=sums.n_obs,
        n_groups=len(sums),
        singular=optimum.singular,
        converged=optimum.converged,
        reference=dict(levels.reference),
        dropped=dropped,
    )


def _rows(columns: Design) -> npt.NDArray[np.floating]:
    return np.ascontiguousarray(columns.matrix.T)


def _named(shown: Sequence[str], names: Sequence[str], values: npt.NDArray[np.floating]) -> dict[str, float]:
    """Values by name in the order a reader expects: intercept, time, covariates, interactions."""
    by_name = dict(zip(names, map(float, values), strict=True))
    return {name: by_name[name] for name in shown}


def _varcomp(best: mixed.Fitted, time: str, random: Random) -> dict[str, float]:
    g = best.relative * best.residual_variance
    parts = {f"var_{INTERCEPT}": float(g[0, 0])}
    if random == "slope":
        parts |= {f"var_{time}": float(g[1, 1]), f"cov_{INTERCEPT}_{time}": float(g[0, 1])}
    return parts | {"residual_var": best.residual_variance}


def _slope_name(time: str, name: str) -> str:
    return time if name == INTERCEPT else f"{time}:{name}"


def _formula(
    outcome: str,
    time: str,
    group: str,
    covariates: Sequence[str],
    interactions: Sequence[str],
    random: Random,
) -> str:
    alone = [name for name in covariates if name not in interactions]
    crossed = [f"{time} * {name}" for name in interactions] or [time]
    return f"{outcome} ~ {' + '.join([*alone, *crossed])} + ({time if random == 'slope' else 1} | {group})"


def _check_marginality(covariates: Sequence[str], interactions: Sequence[str]) -> None:
    loose = [name for name in interactions if name not in covariates]
    if loose:
        raise ValueError(f"interaction with time of {', '.join(loose)}, which is not among the covariates")


def _per_episode(rows: pd.DataFrame, group: str, covariates: Sequence[str]) -> pd.DataFrame:
    """One row of covariates per episode, in ascending order of episodes."""
    codes, episodes = number_episodes(rows[group])
    first = np.zeros(len(episodes), dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    per_episode = rows[list(covariates)].iloc[first]
    for name in covariates:
        column = rows[name].array
        if not np.asarray(column == column.take(first[codes])).all():
            raise ValueError(f"{name} changes within an episode; only covariates that do not can be used")
    return per_episode


def _refuse_too_little(sums: EpisodeSums, random: Random, formula: str) -> None:
    effects = len(sums) * (2 if random == "slope" else 1)
    if len(sums) < 2 or sums.n_obs <= effects:
        raise Refusal(
            lambda: _(
                "{formula}: {scores} scores of {episodes} episodes are too few to estimate {effects} random effects."
            ).format(formula=formula, scores=sums.n_obs, episodes=len(sums), effects=effects)
        )

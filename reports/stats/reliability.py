"""How far raters agree: intraclass correlations of scores, weighted kappa of single items, drift over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

from measures.language import gettext as _
from reports.stats.errors import Refusal

Form = Literal["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]
Weights = Literal["unweighted", "linear", "quadratic"]
Ratings = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One intraclass correlation with its interval. ``subjects`` × ``raters`` ratings, none missing.

    NaN stands where there is no such number: see ``intraclass_correlations``.
    """

    form: Form
    value: float
    low: float
    high: float
    subjects: int
    raters: int


@dataclass(frozen=True, slots=True)
class _MeanSquares:
    """Of a table of n subjects by k raters: between subjects, within them, between raters, what is left."""

    n: int
    k: int
    between: float
    within: float
    raters: float
    error: float


def intraclass_correlations(ratings: npt.ArrayLike, level: float = 0.95) -> dict[Form, Agreement]:
    """All six forms of Shrout & Fleiss (1979): each subject (row) rated by each rater (column).

    ``ICC(1,·)`` raters differ from subject to subject; ``ICC(2,·)`` raters are a sample, absolute agreement;
    ``ICC(3,·)`` these raters alone, consistency. ``·``: of one rating, or of the mean of ``k``. Intervals
    from F distributions; for ICC(2,·) Satterthwaite's approximation (McGraw & Wong 1996). Below zero that may
    leave less than one degree of freedom, and its interval would be absurdly narrow: then there is none. The
    reliability of a mean has none either where that of one rating is at or below ``-1 / (k - 1)``.

    Missing ratings: a subject with one is left out whole by the caller; here NaN is refused. ``Refusal`` for
    fewer than two subjects or raters, or when no subject differs from another.
    """
    table = _complete(ratings)
    squares = _mean_squares(table)
    return {
        **_one_way(squares, level),
        **_two_way_random(squares, level),
        **_two_way_mixed(squares, level),
    }


def weighted_kappa(
    first: npt.ArrayLike, second: npt.ArrayLike, categories: npt.ArrayLike, weights: Weights = "quadratic"
) -> float | None:
    """Cohen's kappa of two raters over ordered categories, disagreement weighted by its distance in places.

    ``1 - sum(w o) / sum(w e)`` with observed ``o`` and expected ``e`` proportions; ``w`` is 0 or 1, the
    distance, or its square (Cohen 1968). ``None`` when both raters used one and the same category
    throughout: nothing is left to agree on. ``Refusal`` for unequal lengths, no ratings, a rating that is no
    category.
    """
    names = np.asarray(categories)
    one, two = _places(first, names), _places(second, names)
    if len(one) != len(two) or not len(one):
        raise Refusal(lambda: _("kappa needs the same subjects rated by both, at least one"))
    observed = np.zeros((len(names), len(names)))
    np.add.at(observed, (one, two), 1)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / len(one)
    distance = np.abs(np.subtract.outer(np.arange(len(names)), np.arange(len(names)))).astype(float)
    weight = {"unweighted": (distance > 0).astype(float), "linear": distance, "quadratic": distance**2}[
        weights
    ]
    chance = float((weight * expected).sum())
    return 1 - float((weight * observed).sum()) / chance if chance else None


def _complete(ratings: npt.ArrayLike) -> Ratings:
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2 or min(table.shape) < 2:
        raise Refusal(lambda: _("agreement needs at least two subjects, each rated by at least two raters"))
    if not np.isfinite(table).all():
        raise Refusal(lambda: _("agreement needs a rating of every rater for every subject"))
    return table


def _mean_squares(table: Ratings) -> _MeanSquares:
    n, k = table.shape
    grand, by_subject, by_rater = table.mean(), table.mean(axis=1), table.mean(axis=0)
    between = k * ((by_subject - grand) ** 2).sum()
    raters = n * ((by_rater - grand) ** 2).sum()
    total = ((table - grand) ** 2).sum()
    if not between > 0:
        raise Refusal(
            lambda: _("no subject differs from another, so that agreement cannot be told from sameness")
        )
    within = total - between
    return _MeanSquares(
        n=n,
        k=k,
        between=float(between / (n - 1)),
        within=float(within / (n * (k - 1))),
        raters=float(raters / (k - 1)),
        error=float(max(within - raters, 0.0) / ((n - 1) * (k - 1))),
    )


def _one_way(s: _MeanSquares, level: float) -> dict[Form, Agreement]:
    value = (s.between - s.within) / (s.between + (s.k - 1) * s.within)
    bounds = _f_bounds(s.between, s.within, s.n - 1, s.n * (s.k - 1), level)
    return _pair(s, "ICC(1,1)", "ICC(1,k)", value, _single(bounds, s.k))


def _two_way_random(s: _MeanSquares, level: float) -> dict[Form, Agreement]:
    spread = s.raters - s.error
    value = (s.between - s.error) / (s.between + (s.k - 1) * s.error + s.k * spread / s.n)
    return _pair(s, "ICC(2,1)", "ICC(2,k)", value, _satterthwaite_bounds(s, value, level))


def _two_way_mixed(s: _MeanSquares, level: float) -> dict[Form, Agreement]:
    value = (s.between - s.error) / (s.between + (s.k - 1) * s.error)
    bounds = _f_bounds(s.between, s.error, s.n - 1, (s.n - 1) * (s.k - 1), level)
    return _pair(s, "ICC(3,1)", "ICC(3,k)", value, _single(bounds, s.k))


def _pair(
    s: _MeanSquares, single: Form, average: Form, value: float, bounds: tuple[float, float]
) -> dict[Form, Agreement]:
    """The reliability of one rating, and that of the mean of k, which follows by Spearman and Brown."""
    mean, low, high = (_of_mean(one, s.k) for one in (value, *bounds))
    low, high = (low, high) if math.isfinite(low + high) else (math.nan, math.nan)
    return {
        single: Agreement(single, value, *bounds, s.n, s.k),
        average: Agreement(average, mean, low, high, s.n, s.k),
    }


def _of_mean(one: float, k: int) -> float:
    """Spearman and Brown. Below the pole the formula gives figures above 1, which mean nothing."""
    return k * one / (1 + (k - 1) * one) if one > -1 / (k - 1) else math.nan


def _f_bounds(signal: float, noise: float, df1: int, df2: int, level: float) -> tuple[float, float]:
    """The interval of a ratio of mean squares. Without noise there is nothing to be unsure of."""
    if not noise > 0:
        return math.inf, math.inf
    ratio, tail = signal / noise, (1 + level) / 2
    return ratio / float(f_distribution.ppf(tail, df1, df2)), ratio * float(
        f_distribution.ppf(tail, df2, df1)
    )


def _single(bounds: tuple[float, float], k: int) -> tuple[float, float]:
    low, high = (1.0 if math.isinf(ratio) else (ratio - 1) / (ratio + k - 1) for ratio in bounds)
    return low, high


def _satterthwaite_bounds(s: _MeanSquares, value: float, level: float) -> tuple[float, float]:
    if not s.error > 0 and not s.raters > 0:
        return 1.0, 1.0
    n, k, tail = s.n, s.k, (1 + level) / 2
    # Both sides are multiplied by the error, so that raters who differ by a constant alone do not divide by 0.
    own, rest = k * value * s.raters, (n * (1 + (k - 1) * value) - k * value) * s.error
    df = (k - 1) * (n - 1) * (own + rest) ** 2 / ((n - 1) * own**2 + rest**2)
    if df < 1:
        return math.nan, math.nan
    upper, lower = float(f_distribution.ppf(tail, n - 1, df)), float(f_distribution.ppf(tail, df, n - 1))
    spread = k * s.raters + (k * n - k - n) * s.error
    return (
        n * (s.between - upper * s.error) / (upper * spread + n * s.between),
        n * (lower * s.between - s.error) / (spread + n * lower * s.between),
    )


def _places(ratings: npt.ArrayLike, categories: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    given = np.asarray(ratings)
    matches = given[:, None] == categories[None, :]
    if not matches.any(axis=1).all():
        raise Refusal(lambda: _("a rating is none of the categories"))
    return np.asarray(matches.argmax(axis=1), dtype=np.intp)

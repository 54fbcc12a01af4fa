"""Was the treatment guessed? The blinding indices of James (1996) and of Bang (2004)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from measures.language import gettext as _
from reports.stats.errors import Refusal

Table = npt.NDArray[np.float64]

# James et al.: a right guess weighs nothing, a wrong one half. Not knowing is blinding in full.
_WEIGHTS: Table = np.array([[0.0, 0.5], [0.5, 0.0]])


@dataclass(frozen=True, slots=True)
class BlindingIndex:
    """An index with its standard error and normal interval, from ``n`` guesses."""

    value: float
    se: float
    low: float
    high: float
    n: int


def bang_index(right: int, wrong: int, unknown: int, level: float = 0.95) -> BlindingIndex:
    """Bang, Ni & Davis (2004), for one arm: the share of right guesses less that of wrong ones.

    1: everybody in the arm guessed right (unblinded); 0: as by chance, or nobody knew; -1: all guessed the
    other arm. Variance ``(p(1 - p) + q(1 - q) + 2pq) / n``. Whoever was not asked is left out by the caller:
    "do not know" is an answer. ``Refusal`` for an arm without guesses.
    """
    n = right + wrong + unknown
    if not n:
        raise Refusal(lambda: _("nobody of this arm was asked for a guess"))
    p, q = right / n, wrong / n
    return _with_interval(p - q, (p * (1 - p) + q * (1 - q) + 2 * p * q) / n, n, level)


def james_index(counts: npt.ArrayLike, level: float = 0.95) -> BlindingIndex:
    """James et al. (1996), for a trial of two arms together: 0 total lack of blinding, 0.5 random guessing,
    1 complete blinding.

    ``counts``: rows "guessed the first arm", "guessed the second", "do not know"; a column for each arm.
    ``(1 + d + (1 - d) k) / 2`` with the share ``d`` that does not know and the weighted kappa ``k`` of the
    guesses that were made; the standard error by the delta method for a multinomial. ``Refusal`` for a table
    of another shape, without guesses, or in which one arm was guessed by nobody and given to nobody who
    guessed, so that chance expects nothing.
    """
    table = np.asarray(counts, dtype=float)
    if table.shape != (3, 2) or not np.isfinite(table).all() or (table < 0).any():
        raise Refusal(lambda: _("the index of James needs counts of three answers in two arms"))
    n = float(table.sum())
    if not table[:2].sum():
        raise Refusal(lambda: _("nobody ventured a guess, so that there is no agreement to judge"))
    shares = table / n
    if not _expected(shares):
        raise Refusal(lambda: _("all guesses are of one arm and in one arm, so that chance expects nothing"))
    slopes = _gradient(shares)
    variance = ((shares * slopes**2).sum() - (shares * slopes).sum() ** 2) / n
    return _with_interval(_james(shares), float(variance), int(n), level)


def _with_interval(value: float, variance: float, n: int, level: float) -> BlindingIndex:
    se = float(np.sqrt(max(variance, 0.0)))
    margin = float(norm.ppf((1 + level) / 2)) * se
    return BlindingIndex(float(value), se, float(value - margin), float(value + margin), n)


def _observed(shares: Table) -> float:
    return float((_WEIGHTS * shares[:2]).sum())


def _expected(shares: Table) -> float:
    """By chance: the guesses made, spread as the arms of those who guessed are."""
    return float(shares[:2].sum(axis=1) @ _WEIGHTS @ shares[:2].sum(axis=0))


def _james(shares: Table) -> float:
    unknown = float(shares[2].sum())
    guessed = 1 - unknown
    kappa = _observed(shares) * guessed / _expected(shares) - 1
    return (1 + unknown + guessed * kappa) / 2


def _gradient(shares: Table) -> Table:
    """How the index moves with each share. Of ``d``, ``o`` and ``e``, as functions of the six shares:
    ``J = (1 + d - (1 - d)) / 2 + (1 - d)^2 o / (2 e)``."""
    guessed, observed, expected = float(shares[:2].sum()), _observed(shares), _expected(shares)
    by_guess = np.broadcast_to((_WEIGHTS @ shares[:2].sum(axis=0))[:, None], (2, 2))
    by_arm = np.broadcast_to((shares[:2].sum(axis=1) @ _WEIGHTS)[None, :], (2, 2))
    slopes = np.zeros((3, 2))
    slopes[:2] = guessed**2 / (2 * expected) * (_WEIGHTS - observed * (by_guess + by_arm) / expected)
    slopes[2] = 1 - guessed * observed / expected
    return slopes

"""Maximum likelihood for a linear mixed model of scores in time, from per-episode sums.

For episode i with scores y at times t, ``Z = [1, t]`` and fixed effects ``X = Z A``, where A holds the
episode's covariates (left block: levels, right block: slopes)::

    y = X b + Z u + e,   u ~ N(0, s2 G),   e ~ N(0, s2 I),   G = L L'

The 2 x 2 matrix ``P = Z' V^-1 Z = (S + |S| adj(G)) / |I + G S|`` with ``S = Z'Z`` and ``V = I + Z G Z'``
needs no inverse, so that G may be singular, and a random intercept alone is the case of G with one entry.
Fixed effects and residual variance are profiled out (Bates, Maechler, Bolker and Walker 2015, J Stat Softw
67(1)); what is minimised over G is their deviance, by its exact gradient::

    ML    d = sum log|V| + N     (1 + log(2 pi r2 / N))
    REML  d = sum log|V| + (N-p) (1 + log(2 pi r2 / (N-p))) + log|X' V^-1 X|

All of it is elementwise over episodes: the cost grows with their number, not with the number of scores.
Sums over episodes go through ``einsum``: a threaded BLAS, called for long thin products, waits for cores
more than it works.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from measures.language import gettext as _
from reports.stats.errors import Refusal
from reports.stats.sums import EpisodeSums

Floats = npt.NDArray[np.floating]
Symmetric = tuple[Floats, Floats, Floats]  # entries 11, 12, 22 of one 2 x 2 matrix per episode

_STARTS = (1.0, 0.1, 3.0)  # relative standard deviations of the random effects to start from
_NO_RESIDUAL = 1e-10  # share of all variation at or below which rounding is all that is left
_GRADIENT = 1e-6  # per score, relative scale: above this the optimum has not been reached


@dataclass(frozen=True, eq=False)
class Problem:
    """The data of one model. ``levels`` and ``slopes``: a row per coefficient, a column per episode."""

    sums: EpisodeSums
    levels: Floats
    slopes: Floats
    random_slope: bool
    reml: bool

    @cached_property
    def degrees(self) -> int:
        """N for ML, N - p for REML: the divisor of the residual variance."""
        coefficients = len(self.levels) + len(self.slopes)
        return self.sums.n_obs - (coefficients if self.reml else 0)

    @cached_property
    def variation(self) -> float:
        """Sum of squares of all scores about their mean."""
        return float(self.sums.yy.sum() - self.sums.y.sum() ** 2 / self.sums.n_obs)

    @cached_property
    def determinant(self) -> Floats:
        """|S| of each episode: zero when all its times are the same."""
        return self.sums.n * self.sums.tt - self.sums.t**2

    @cached_property
    def adjoint(self) -> tuple[Floats, Floats]:
        """adj(S) Z'y of each episode."""
        s = self.sums
        return s.tt * s.y - s.t * s.ty, s.n * s.ty - s.t * s.y

    @cached_property
    def basis(self) -> Floats:
        """L as a linear function of the parameters, for time centred and scaled to make them comparable."""
        if not self.random_slope:
            return np.array([[[1.0, 0.0], [0.0, 0.0]]])
        s, total = self.sums, self.sums.n_obs
        centre = s.t.sum() / total
        spread = np.sqrt(s.tt.sum() / total - centre**2)
        to_raw = np.array([[1.0, -centre / spread], [0.0, 1.0 / spread]])
        lower = np.zeros((3, 2, 2))
        lower[[0, 1, 2], [0, 1, 1], [0, 0, 1]] = 1.0
        return to_raw @ lower


@dataclass(frozen=True, eq=False)
class Fitted:
    """The fit at one G. ``slope``: the derivative of the deviance with respect to G."""

    coef: Floats
    unscaled_covariance: Floats
    relative: Floats
    residual_variance: float
    deviance: float
    slope: Floats


@dataclass(frozen=True, eq=False)
class Optimum:
    """The best G. ``singular``: on the boundary of the parameters. ``converged``: proved to be a minimum."""

    estimate: Fitted
    singular: bool
    converged: bool


def maximise(problem: Problem) -> Optimum:
    """The maximum of the (restricted) likelihood; further starts only if the first is not a minimum."""
    tried: list[Optimum] = []
    for start in _STARTS:
        tried.append(_descend(problem, start))
        if tried[-1].converged:
            break
    return min(tried, key=lambda optimum: optimum.estimate.deviance)


def evaluate(problem: Problem, factor: Floats) -> Fitted:
    """Profile the fixed effects and the residual variance out for G = factor factor'."""
    g = factor @ factor.T
    log_det, p, q = _whiten(problem, g)
    information, score = _normal_equations(problem, p, q)
    covariance = np.linalg.inv(information)
    coef = covariance @ score
    r2 = float(_quadratic(problem, g, q) - coef @ score)
    if r2 <= _NO_RESIDUAL * problem.variation:
        raise Refusal(
            lambda: _("The scores lie on the fitted lines: there is no residual variation to judge by.")
        )
    deviance = log_det + problem.degrees * (1 + np.log(2 * np.pi * r2 / problem.degrees))
    if problem.reml:
        deviance += np.linalg.slogdet(information)[1]
    slope = _slope(problem, p, q, coef, covariance, r2)
    return Fitted(coef, covariance, g, r2 / problem.degrees, float(deviance), slope)


def cross_product(problem: Problem) -> Floats:
    """X'X."""
    _, p, q = _whiten(problem, np.zeros((2, 2)))
    return _normal_equations(problem, p, q)[0]


def _descend(problem: Problem, start: float) -> Optimum:
    basis, scale = problem.basis, 1 / problem.sums.n_obs

    def objective(theta: Floats) -> tuple[float, Floats]:
        factor = np.tensordot(theta, basis, 1)
        estimate = evaluate(problem, factor)
        gradient = 2 * np.einsum("kij,ij->k", basis, estimate.slope @ factor)
        return estimate.deviance * scale, gradient * scale

    first = np.array([start, 0.0, start][: len(basis)] if len(basis) > 1 else [start])
    found = minimize(objective, first, jac=True, method="L-BFGS-B", options={"ftol": 0.0, "gtol": 1e-8})
    estimate = evaluate(problem, np.tensordot(found.x, basis, 1))
    gradient = np.abs(objective(found.x)[1]).max()
    rising = _rises_inwards(problem, found.x, estimate)
    return Optimum(estimate, _is_singular(found.x), bool(gradient < _GRADIENT and rising))


def _is_singular(theta: Floats) -> bool:
    """Whether a diagonal entry of the factor is nil, with the tolerance that lme4 uses."""
    return bool(np.abs(theta[[0, -1]]).min() < 1e-4)


def _rises_inwards(problem: Problem, theta: Floats, estimate: Fitted) -> bool:
    """Whether the deviance does not fall when a variance that was estimated as zero is made positive.

    On the boundary the gradient in the factor is zero whatever the deviance does, so this has to be asked
    apart.
    """
    basis = problem.basis
    to_raw = basis[0] if len(basis) == 1 else basis[[0, 2]].sum(axis=0)
    slope = to_raw.T @ estimate.slope @ to_raw / problem.sums.n_obs
    inner = np.linalg.lstsq(to_raw, np.tensordot(theta, basis, 1), rcond=None)[0]
    values, vectors = np.linalg.eigh((inner @ inner.T)[: len(to_raw), : len(to_raw)])
    flat = vectors[:, values < 1e-6]
    return bool(np.all(np.einsum("ik,ij,jk->k", flat, slope, flat) > -_GRADIENT))


def _whiten(problem: Problem, g: Floats) -> tuple[float, Symmetric, tuple[Floats, Floats]]:
    """sum log|V|, Z'V^-1 Z and Z'V^-1 y."""
    s, det, (a1, a2) = problem.sums, problem.determinant, problem.adjoint
    g11, g12, g22 = g[0, 0], g[0, 1], g[1, 1]
    volume = 1 + g11 * s.n + 2 * g12 * s.t + g22 * s.tt + (g11 * g22 - g12**2) * det
    p = (s.n + g22 * det) / volume, (s.t - g12 * det) / volume, (s.tt + g11 * det) / volume
    q = (s.y + g22 * a1 - g12 * a2) / volume, (s.ty - g12 * a1 + g11 * a2) / volume
    return float(np.log(volume).sum()), p, q


def _normal_equations(problem: Problem, p: Symmetric, q: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """X'V^-1 X and X'V^-1 y."""
    w, v = problem.levels, problem.slopes
    cross = _inner(w, v * p[1])
    information = np.block([[_inner(w, w * p[0]), cross], [cross.T, _inner(v, v * p[2])]])
    return information, np.concatenate([_inner(w, q[0][None])[:, 0], _inner(v, q[1][None])[:, 0]])


def _quadratic(problem: Problem, g: Floats, q: tuple[Floats, Floats]) -> float:
    """y'V^-1 y."""
    s = problem.sums
    explained = s.y * (g[0, 0] * q[0] + g[0, 1] * q[1]) + s.ty * (g[0, 1] * q[0] + g[1, 1] * q[1])
    return float(s.yy.sum() - explained.sum())


def _slope(
    problem: Problem, p: Symmetric, q: tuple[Floats, Floats], coef: Floats, covariance: Floats, r2: float
) -> Floats:
    """d deviance / d G = sum P - (degrees / r2) sum u u' [- sum P A C A' P], u = Z'V^-1 (y - X b)."""
    w, v = problem.levels, problem.slopes
    level, slope = np.einsum("i,im->m", coef[: len(w)], w), np.einsum("i,im->m", coef[len(w) :], v)
    u1, u2 = q[0] - p[0] * level - p[1] * slope, q[1] - p[1] * level - p[2] * slope
    weight = problem.degrees / r2
    d11 = p[0].sum() - weight * _dot(u1, u1)
    d12 = p[1].sum() - weight * _dot(u1, u2)
    d22 = p[2].sum() - weight * _dot(u2, u2)
    d = np.array([[d11, d12], [d12, d22]])
    return d - _restriction(problem, p, covariance) if problem.reml else d


def _restriction(problem: Problem, p: Symmetric, covariance: Floats) -> Floats:
    """sum P A C A' P: what REML adds for the estimation of the fixed effects."""
    w, v = problem.levels, problem.slopes
    k = len(w)
    h11 = _form(w, covariance[:k, :k], w)
    h12 = _form(w, covariance[:k, k:], v)
    h22 = _form(v, covariance[k:, k:], v)
    p11, p12, p22 = p
    row1 = p11 * h11 + p12 * h12, p11 * h12 + p12 * h22
    row2 = p12 * h11 + p22 * h12, p12 * h12 + p22 * h22
    r12 = _dot(row1[0], p12) + _dot(row1[1], p22)
    return np.array(
        [
            [_dot(row1[0], p11) + _dot(row1[1], p12), r12],
            [r12, _dot(row2[0], p12) + _dot(row2[1], p22)],
        ]
    )


def _dot(a: Floats, b: Floats) -> float:
    return float(np.einsum("m,m->", a, b))


def _inner(a: Floats, b: Floats) -> Floats:
    """Products of the rows of a and b, summed over episodes."""
    return np.asarray(np.einsum("im,jm->ij", a, b))


def _form(a: Floats, c: Floats, b: Floats) -> Floats:
    """a' C b for each episode."""
    return np.asarray(np.einsum("im,im->m", a, np.einsum("ij,jm->im", c, b)))

"""Whole totals with a given mean and standard deviation, and no other assumption. Pure.

Among all distributions on 0, 1, … ``top`` with that mean and SD the one of greatest entropy:
``p(k) ∝ exp(a·k - b·k²)``. A total that is drawn from it is always possible, and no value is cut off or rounded, so
that the mean is the wanted one and not one near it.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from math import exp, log
from statistics import NormalDist

NORMAL = NormalDist()
_STEPS, _CLOSE = 200, 1e-10


def total_at(z: float, top: int, mean: float, sd: float) -> int:
    """The total at a standard normal deviate: who lies at ``z`` among people lies at the same rank here."""
    return min(bisect_left(cumulative(top, mean, sd), NORMAL.cdf(z)), top)


def share_below(z: float) -> float:
    """The share of people who lie below a standard normal deviate."""
    return NORMAL.cdf(z)


@lru_cache(maxsize=4096)
def cumulative(top: int, mean: float, sd: float) -> tuple[float, ...]:
    """The distribution function on 0 … ``top``. Raises ``ValueError`` for a mean and SD that no distribution of
    this form has."""
    if not 0 < mean < top or not 0 < sd < top / 2:
        raise ValueError(f"no totals from 0 to {top} have mean {mean:g} and SD {sd:g}")
    scaled = [(k - mean) / sd for k in range(top + 1)]
    slope, bend = _fit(scaled)
    return tuple(accumulate(_shares(scaled, slope, bend)[0]))


def _shares(xs: list[float], slope: float, bend: float) -> tuple[list[float], float]:
    """The probabilities, and the logarithm of their sum before they were scaled to one."""
    exponents = [slope * x - bend * x * x for x in xs]
    highest = max(exponents)
    weights = [exp(each - highest) for each in exponents]
    whole = sum(weights)
    return [weight / whole for weight in weights], highest + log(whole)


def _fit(xs: list[float]) -> tuple[float, float]:
    """Mean 0 and mean square 1, by Newton's method on the convex dual ``log sum exp(a·x - b·x²) + b``."""
    slope, bend = 0.0, 0.5
    for _ in range(_STEPS):
        shares, height = _shares(xs, slope, bend)
        first, second, third, fourth = (
            sum(share * x**power for share, x in zip(shares, xs, strict=True)) for power in (1, 2, 3, 4)
        )
        if abs(first) < _CLOSE and abs(second - 1) < _CLOSE:
            return slope, bend
        var, cov, var2 = second - first**2, first * second - third, fourth - second**2
        fall = var * var2 - cov**2
        step = (
            (-first * var2 + (1 - second) * cov) / fall,
            (first * cov - (1 - second) * var) / fall,
        )
        size = 1.0
        while _shares(xs, slope + size * step[0], bend + size * step[1])[1] + bend + size * step[1] > (
            height + bend + 1e-12
        ):
            size /= 2
            if size < 1e-9:
                raise ValueError("no distribution of this form has this mean and SD")
        slope, bend = slope + size * step[0], bend + size * step[1]
    raise ValueError("no distribution of this form has this mean and SD")

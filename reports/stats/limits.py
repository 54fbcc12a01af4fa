"""How far two ratings of the same occasion lie apart, and whether that changes as time goes on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm
from scipy.stats import t as t_distribution

from measures.language import gettext as _
from reports.stats.errors import Refusal
from reports.stats.estimates import Estimate, wald

SMALLEST_FOR_LIMITS = 3  # with two differences the interval of their SD says nothing
SMALLEST_FOR_DRIFT = 10  # below it a slope is decided by one pair


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of agreement of ``n`` pairs, in points. ``bias``: the mean of first less second, with its
    interval; ``lower``, ``upper``: between them about 95 % of differences lie, each with its own interval."""

    n: int
    bias: float
    bias_low: float
    bias_high: float
    sd: float
    lower: float
    lower_low: float
    lower_high: float
    upper: float
    upper_low: float
    upper_high: float


def limits_of_agreement(first: npt.ArrayLike, second: npt.ArrayLike, level: float = 0.95) -> Limits:
    """Bland & Altman (1986): ``mean ± z sd`` of the differences ``first - second``, in points of the scale.

    ``z`` is the normal quantile (1.96; the paper's example rounds it to 2). Intervals by t with ``n - 1``
    degrees of freedom: of the mean with standard error ``sd / sqrt(n)``, of each limit with ``sd sqrt(3 / n)``,
    the paper's approximation. Every pair is complete: a missing rating is left out by the caller. ``Refusal``
    for fewer than three pairs, for unequal lengths, or for a value that is not finite.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != two.shape or one.ndim != 1 or not np.isfinite([one, two]).all():
        raise Refusal(lambda: _("Limits of agreement need two complete ratings of each subject."))
    n = len(one)
    if n < SMALLEST_FOR_LIMITS:
        raise Refusal(lambda: _("Limits of agreement need at least {n} pairs.").format(n=SMALLEST_FOR_LIMITS))
    differences = one - two
    bias, sd = float(differences.mean()), float(differences.std(ddof=1))
    margin = float(norm.ppf((1 + level) / 2)) * sd
    t = float(t_distribution.ppf((1 + level) / 2, n - 1))
    of_bias, of_limit = t * sd / math.sqrt(n), t * sd * math.sqrt(3 / n)
    lower, upper = bias - margin, bias + margin
    return Limits(
        n=n,
        bias=bias,
        bias_low=bias - of_bias,
        bias_high=bias + of_bias,
        sd=sd,
        lower=lower,
        lower_low=lower - of_limit,
        lower_high=lower + of_limit,
        upper=upper,
        upper_low=upper - of_limit,
        upper_high=upper + of_limit,
    )


def drift(years: npt.ArrayLike, values: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """How much ``values`` change in a year: the slope of their least-squares line on time, with its t interval.

    For raters the values are the differences first - second of double ratings (one side growing milder than
    the other) or their sizes (agreement getting worse: above 0; better: below). ``years``: the time of each
    pair, from any zero. Ordinary least squares with ``n - 2`` degrees of freedom. ``Refusal`` for fewer than
    ten pairs, unequal lengths, a value that is not finite, or pairs that are all of one day.
    """
    x, y = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    if x.shape != y.shape or x.ndim != 1 or not np.isfinite([x, y]).all():
        raise Refusal(lambda: _("Drift needs a time and a value of each pair."))
    n = len(x)
    if n < SMALLEST_FOR_DRIFT:
        raise Refusal(lambda: _("Drift is judged from {n} pairs on.").format(n=SMALLEST_FOR_DRIFT))
    away = x - x.mean()
    spread = float(away @ away)
    if not spread > 0:
        raise Refusal(lambda: _("All pairs are of one day, so that nothing can be said about time."))
    slope = float(away @ y) / spread
    left = y - y.mean() - slope * away
    se = math.sqrt(float(left @ left) / (n - 2) / spread)
    return wald(slope, se, df=n - 2, level=level)

"""An estimate with its uncertainty, the one record that every table of results is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient or difference. ``low`` and ``high`` bound the two-sided interval of ``level``.

    ``p``: two-sided, against zero. ``df``: degrees of freedom of the t distribution; ``None``: normal.
    """

    value: float
    se: float
    low: float
    high: float
    p: float
    df: float | None = None
    level: float = 0.95


def wald(value: float, se: float, df: float | None = None, level: float = 0.95) -> Estimate:
    """Interval and p from the normal distribution, or from Student's t with ``df`` degrees of freedom."""
    distribution = stats.norm if df is None else stats.t(df)
    margin = float(distribution.ppf((1 + level) / 2)) * se
    p = 2 * float(distribution.sf(abs(value / se))) if se > 0 else float(np.nan)
    return Estimate(float(value), float(se), float(value - margin), float(value + margin), p, df, level)

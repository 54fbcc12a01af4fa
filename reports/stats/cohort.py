"""What a cohort did: mean course by arm, rates over patients, counts of clinically significant change."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from measures.change import reliable_change
from measures.instrument import Direction, Reliability, Source
from reports.stats.design import complete_rows

MissingOutcome = Literal["exclude", "count_as_not_met"]


@dataclass(frozen=True, slots=True)
class MeanAt:
    """Mean score of one arm at one time point, in points, with its t interval (``None`` for one patient)."""

    arm: Hashable
    time: Hashable
    n: int
    mean: float
    sd: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Rate:
    """A proportion of patients with its Wilson interval.

    ``n``: the denominator. ``undecided``: patients for whom the outcome is not known; in ``n`` only under
    ``count_as_not_met``. ``proportion`` and interval are ``None`` when nobody is in the denominator.
    """

    met: int
    n: int
    undecided: int
    proportion: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SignificantChange:
    """Jacobson-Truax categories of ``n`` patients, and the figures they were made with.

    ``recovered``: reliably improved and across the cut-off; ``improved``: reliably, without crossing it.
    ``s_diff``: standard error of a difference. ``threshold``: points that a change must exceed. ``cutoff``:
    c.
    """

    n: int
    recovered: int
    improved: int
    unchanged: int
    deteriorated: int
    s_diff: float
    threshold: float
    cutoff: float
    dropped: int


def mean_course(
    frame: pd.DataFrame, *, outcome: str, arm: str, time: str, level: float = 0.95
) -> tuple[MeanAt, ...]:
    """Observed means by arm and time point, one row of ``frame`` per patient and time point.

    mean +- t(n-1) x sd / sqrt(n). Rows without score, arm or time point are left out: these are the
    patients seen, and when those who leave do worse the means flatter (the growth model is the remedy).
    """
    rows, _ = complete_rows(frame, [outcome, arm, time])
    return tuple(
        _mean_at(key[0], key[1], cell.to_numpy(float), level)
        for key, cell in rows.groupby([arm, time], observed=True)[outcome]
    )


def rate(
    frame: pd.DataFrame,
    *,
    patient: str,
    outcome: str,
    missing: MissingOutcome = "exclude",
    level: float = 0.95,
) -> Rate:
    """Share of *patients* for whom a three-valued outcome (true, false, missing) is met.

    A patient with several rows (episodes) counts once: met if any row is, not met if all known rows are not,
    undecided if none is known. ``missing``: undecided patients leave the denominator (``exclude``) or stay
    in it as not met, as intention-to-treat analyses of responders do (``count_as_not_met``). Interval:
    Wilson 1927, without continuity correction.
    """
    known = frame.dropna(subset=[outcome]).astype({outcome: bool}).groupby(patient)[outcome].any()
    undecided = int(frame[patient].nunique() - len(known))
    n = len(known) + (undecided if missing == "count_as_not_met" else 0)
    return rate_of(int(known.sum()), n, undecided, level)


def rates_by_arm(
    frame: pd.DataFrame,
    *,
    patient: str,
    arm: str,
    outcome: str,
    missing: MissingOutcome = "exclude",
    level: float = 0.95,
) -> dict[Hashable, Rate]:
    """``rate`` for each arm. Rows without an arm are left out."""
    return {
        key: rate(rows, patient=patient, outcome=outcome, missing=missing, level=level)
        for key, rows in frame.groupby(arm, observed=True)
    }


def significant_change(
    frame: pd.DataFrame,
    *,
    pre: str,
    post: str,
    reliability: float,
    functional_mean: float,
    functional_sd: float,
    direction: Direction,
) -> SignificantChange:
    """Count recovered, improved, unchanged and deteriorated patients (Jacobson and Truax 1991).

    One row per patient. SD and mean of the clinical population are those of ``pre`` in the complete pairs;
    ``S_diff = SD sqrt(2 (1 - reliability))``, reliable beyond 1.96 S_diff, cut-off
    ``c = (SD_clin M_func + SD_func M_clin) / (SD_clin + SD_func)``. Recovered asks for a reliable
    improvement to the healthy side of c. Pairs that lack a score are dropped and counted. Raises
    ``ValueError`` for fewer than two pairs.
    """
    rows, dropped = complete_rows(frame, [pre, post])
    before, after = rows[pre].to_numpy(float), rows[post].to_numpy(float)
    if len(rows) < 2:
        raise ValueError(f"{pre}, {post}: {len(rows)} complete pairs; at least 2 are needed")
    sd, mean = float(before.std(ddof=1)), float(before.mean())
    cutoff = (sd * functional_mean + functional_sd * mean) / (sd + functional_sd)
    known = Reliability(sd, reliability, "stated", Source("Jacobson and Truax 1991", "policy"))
    found = [reliable_change(known, a, b, direction) for a, b in zip(before, after, strict=True)]
    categories = np.array([each.category for each in found if each])
    healthy = after < cutoff if direction == "higher_is_worse" else after > cutoff
    better = categories == "improved"
    return SignificantChange(
        n=len(rows),
        recovered=int((better & healthy).sum()),
        improved=int((better & ~healthy).sum()),
        unchanged=int((categories == "no_reliable_change").sum()),
        deteriorated=int((categories == "deteriorated").sum()),
        s_diff=sd * float(np.sqrt(2 * (1 - reliability))),
        threshold=found[0].threshold if found[0] else float("nan"),
        cutoff=cutoff,
        dropped=dropped.rows,
    )


def mean_interval(mean: float, sd: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """mean +- t(n-1) x sd / sqrt(n), of two or more."""
    margin = float(stats.t(n - 1).ppf((1 + level) / 2) * sd / np.sqrt(n))
    return mean - margin, mean + margin


def rate_of(met: int, n: int, undecided: int, level: float = 0.95) -> Rate:
    """The rate of these counts."""
    if n == 0:
        return Rate(0, 0, undecided, None, None, None)
    low, high = stats.binomtest(met, n).proportion_ci(level, method="wilson")
    return Rate(met, n, undecided, met / n, float(low), float(high))


def _mean_at(arm: Hashable, time: Hashable, values: np.ndarray, level: float) -> MeanAt:
    n, mean = len(values), float(values.mean())
    if n < 2:
        return MeanAt(arm, time, n, mean, None, None, None)
    sd = float(values.std(ddof=1))
    return MeanAt(arm, time, n, mean, sd, *mean_interval(mean, sd, n, level))

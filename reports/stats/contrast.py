"""Differences between two time points: between arms, with expectancy, with alliance."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from measures.language import gettext as _
from measures.words.phrases import listed
from reports.stats.design import complete_rows
from reports.stats.errors import Refusal
from reports.stats.estimates import Estimate
from reports.stats.growth import GrowthFit, Method, fit_growth


@dataclass(frozen=True, slots=True)
class Contrast:
    """How much more one side changes. ``differences``: by coefficient, in points of change between the two
    times.

    For arms: the change of each arm less that of the reference arm (negative: it fell more). For a
    standardised predictor: further points of change per standard deviation. The model they come from is
    ``fit``.
    """

    fit: GrowthFit
    differences: Mapping[str, Estimate]


def change_by_arm(
    frame: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    start: Hashable,
    end: Hashable,
    arm: str,
    group: str,
    reference: str | None = None,
    method: Method = "REML",
) -> Contrast:
    """``score ~ tp * arm + (1 | patient)`` on the scores of two named time points.

    ``tp`` is 0 at ``start`` and 1 at ``end``. A patient with one of the two scores stays in (maximum
    likelihood under missing at random). Wald intervals, normal distribution: narrow for small trials.
    Errors as ``growth.fit_growth``; ``Refusal`` when a time point has no score.
    """
    rows, label = _two_times(frame, time, start, end)
    return _contrast(rows, label, outcome, arm, group, method, {arm: reference} if reference else {})


def change_by_predictor(
    frame: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    start: Hashable,
    end: Hashable,
    predictor: str,
    group: str,
    method: Method = "REML",
) -> Contrast:
    """``score ~ tp * z + (1 | patient)``, with z the predictor in standard deviations from its median.

    The definition is that of the trial this is checked against (Szigeti et al., psilodep2): centred on the
    median of the patients, divided by the standard deviation (n - 1) over patient x time point, so each
    patient twice, whether or not a score is missing. Patients without the predictor are dropped and counted
    in the fit. Errors as ``change_by_arm``; ``Refusal`` for a constant predictor.
    """
    rows, label = _two_times(frame, time, start, end)
    z = _standardised(rows, predictor, group)
    return _contrast(rows.assign(**{predictor: z}), label, outcome, predictor, group, method, {})


def correlation(frame: pd.DataFrame, a: str, b: str) -> tuple[float, int]:
    """Pearson's r and the number of complete pairs. ``Refusal`` below three pairs or without spread."""
    rows = complete_rows(frame, [a, b])[0]
    if len(rows) < 3 or rows.nunique().min() < 2:
        raise Refusal(
            lambda: _("{a} and {b}: {n} complete pairs with spread; a correlation needs three.").format(
                a=a, b=b, n=len(rows)
            )
        )
    return float(np.corrcoef(rows[a].astype(float), rows[b].astype(float))[0, 1]), len(rows)


def _two_times(frame: pd.DataFrame, time: str, start: Hashable, end: Hashable) -> tuple[pd.DataFrame, str]:
    rows = frame[frame[time].isin([start, end])]
    absent = [str(point) for point in (start, end) if not (rows[time] == point).any()]
    if absent:
        raise Refusal(lambda: _("No score at time point {names}.").format(names=listed(map(_, absent))))
    label = f"tp{end}"
    return rows.assign(**{label: (rows[time] == end).astype(float)}), label


def _standardised(rows: pd.DataFrame, predictor: str, group: str) -> pd.Series:
    per_patient = rows.dropna(subset=[predictor]).drop_duplicates(group)[predictor].astype(float)
    if per_patient.nunique() < 2:
        raise Refusal(
            lambda: _("{predictor} is constant or known for fewer than two patients.").format(
                predictor=predictor
            )
        )
    spread = np.repeat(per_patient.to_numpy(), 2).std(ddof=1)
    return rows[predictor].astype(float).sub(per_patient.median()).div(spread)


def _contrast(
    rows: pd.DataFrame,
    label: str,
    outcome: str,
    by: str,
    group: str,
    method: Method,
    reference: Mapping[str, str],
) -> Contrast:
    fit = fit_growth(
        rows,
        outcome=outcome,
        time=label,
        group=group,
        covariates=[by],
        interactions=[by],
        method=method,
        reference=reference,
    )
    names = [name for name in fit.coef if name.startswith(f"{label}:")]
    return Contrast(fit, {name: fit.estimate(name) for name in names})

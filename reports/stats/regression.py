"""Ordinary least squares with its standard errors, on complete cases that are counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.regression.linear_model import OLS, RegressionResults

from measures.language import gettext as _
from reports.stats.design import Design, Dropped, complete_rows, design, refuse_dependence
from reports.stats.errors import Refusal
from reports.stats.estimates import Estimate, wald

Errors = Literal["HC3", "classical"]


@dataclass(frozen=True, eq=False)
class Regression:
    """A fitted linear model. ``terms``: each coefficient in points of the outcome per unit of its column.

    ``errors``: how standard errors were made; intervals and p from t with n - p degrees of freedom either
    way. ``design``, ``covariance``: rows in the order of ``cases`` (their index labels), columns as
    ``terms``.
    """

    formula: str
    terms: Mapping[str, Estimate]
    n: int
    r_squared: float
    errors: Errors
    dropped: Dropped
    design: Design
    covariance: npt.NDArray[np.floating]
    cases: pd.Index

    @property
    def coefficients(self) -> npt.NDArray[np.floating]:
        return np.array([term.value for term in self.terms.values()])


def ordinary_least_squares(
    frame: pd.DataFrame,
    *,
    outcome: str,
    terms: Sequence[str],
    reference: Mapping[str, str] | None = None,
    errors: Errors = "HC3",
    level: float = 0.95,
) -> Regression:
    """Regress ``outcome`` on ``terms`` (columns and products ``a:b``; see ``design.design``).

    HC3: e^2 / (1 - h)^2 in the sandwich (MacKinnon and White 1985), advised below 250 cases (Long and Ervin
    2000) since it does not ask for equal variances. ``classical``: equal variances. Missing data: complete
    cases; ``dropped`` says how many rows were left out for the lack of which column. Errors: ``KeyError``;
    ``Refusal`` when no degree of freedom is left, columns depend on one another, or (HC3) one case alone
    determines a coefficient.
    """
    columns = [outcome, *(name for term in terms for name in term.split(":"))]
    rows, dropped = complete_rows(frame, columns)
    if len(rows) < 2:
        raise Refusal(
            lambda: _("{n} complete cases of {names}.").format(
                n=len(rows), names=", ".join(dict.fromkeys(columns))
            )
        )
    x = design(rows, terms, reference)
    if len(rows) <= len(x.names):
        raise Refusal(
            lambda: _("{n} complete cases are too few for {coefficients} coefficients.").format(
                n=len(rows), coefficients=len(x.names)
            )
        )
    refuse_dependence(x.matrix.T @ x.matrix, x.names)
    fit = OLS(rows[outcome].to_numpy(float), x.matrix).fit()
    covariance = _robust(fit, x) if errors == "HC3" else np.asarray(fit.cov_params())
    df = len(rows) - len(x.names)
    return Regression(
        formula=f"{outcome} ~ {' + '.join(terms)}",
        terms={
            name: wald(value, variance**0.5, df, level)
            for name, value, variance in zip(x.names, fit.params, np.diag(covariance), strict=True)
        },
        n=len(rows),
        r_squared=float(fit.rsquared),
        errors=errors,
        dropped=dropped,
        design=x,
        covariance=covariance,
        cases=rows.index,
    )


def _robust(fit: RegressionResults, x: Design) -> npt.NDArray[np.floating]:
    leverage = np.einsum("ij,jk,ik->i", x.matrix, np.linalg.inv(x.matrix.T @ x.matrix), x.matrix)
    if leverage.max() > 1 - 1e-9:
        raise Refusal(
            lambda: _(
                "One case alone determines a coefficient (a level with a single patient): no error for it."
            )
        )
    return np.asarray(fit.get_robustcov_results("HC3", use_t=True).cov_params())

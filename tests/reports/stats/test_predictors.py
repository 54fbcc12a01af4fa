from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from reports.stats.errors import Refusal
from reports.stats.predictors import analyse, ancova
from reports.stats.regression import ordinary_least_squares
from tests.reports.stats.references import change_frame, data_set, reference

COVARIATES = ["pre", "arm", "ta"]
MODEL: dict[str, Any] = {"outcome": "post", "covariates": COVARIATES, "predictor": "rtx", "seed": 7}


def trial() -> pd.DataFrame:
    """HAM-D at weeks 0 and 6 with the baseline variables of the psilocybin trial."""
    scores = data_set("psilodep2_scores")
    pairs = change_frame(
        scores[scores["scale"] == "hamd"], outcome="score", time="week", start=0, end=6, group="id"
    )
    return pairs.join(data_set("psilodep2_baseline").set_index("id"))


@pytest.mark.parametrize("model", [0, 1])
def test_least_squares_equals_r(model: int) -> None:
    expected = reference("psilodep2_scores")["ols_hamd_change"][model]
    terms = [["pre", "arm", "ta", "rtx"], ["pre", "arm", "ta", "arm:ta"]][model]
    fit = ordinary_least_squares(trial(), outcome="change", terms=terms, errors="classical")
    assert {name: term.value for name, term in fit.terms.items()} == pytest.approx(expected["coef"], rel=1e-8)
    assert {name: term.se for name, term in fit.terms.items()} == pytest.approx(expected["se"], rel=1e-8)
    assert {name: term.p for name, term in fit.terms.items()} == pytest.approx(expected["p"], rel=1e-7)
    assert fit.r_squared == pytest.approx(expected["r2"], rel=1e-8)
    assert fit.n == expected["n"]
    assert fit.dropped.rows == 5


def test_hc3_errors_are_those_of_statsmodels() -> None:
    fit = ordinary_least_squares(trial(), outcome="post", terms=[*COVARIATES, "rtx"])
    other = smf.ols("post ~ pre + C(arm) + ta + rtx", trial()).fit(cov_type="HC3", use_t=True)
    assert fit.terms["rtx"].se == pytest.approx(other.bse["rtx"], rel=1e-9)
    assert fit.terms["rtx"].p == pytest.approx(other.pvalues["rtx"], rel=1e-9)
    assert (fit.terms["rtx"].low, fit.terms["rtx"].high) == pytest.approx(tuple(other.conf_int().loc["rtx"]))


def test_partial_correlation_is_that_of_the_residuals() -> None:
    found = ancova(trial(), **MODEL)
    rows = trial().dropna(subset=["post", "rtx", *COVARIATES])
    y = smf.ols("post ~ pre + C(arm) + ta", rows).fit().resid
    x = smf.ols("rtx ~ pre + C(arm) + ta", rows).fit().resid
    assert found.partial.r == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-10)


def test_the_vectorised_bootstrap_equals_a_loop() -> None:
    """The same resamples, one at a time, through residuals of numpy's own least squares."""
    found = ancova(trial(), **MODEL, resamples=200).partial
    rows = trial().dropna(subset=["post", "rtx", *COVARIATES])
    others = np.column_stack([np.ones(len(rows)), rows["pre"], rows["arm"] == "P", rows["ta"]])
    n = len(rows)
    drawn = []
    for counts in np.random.default_rng(7).multinomial(n, np.full(n, 1 / n), size=200):
        chosen = np.repeat(np.arange(n), counts)
        residual = [
            v[chosen] - others[chosen] @ np.linalg.lstsq(others[chosen], v[chosen], rcond=None)[0]
            for v in (rows["post"].to_numpy(float), rows["rtx"].to_numpy(float))
        ]
        drawn.append(np.corrcoef(*residual)[0, 1])
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=1e-9)


def test_the_seed_fixes_the_interval() -> None:
    once, again = (ancova(trial(), **MODEL, resamples=100).partial for _ in range(2))
    other = ancova(trial(), **MODEL | {"seed": 8}, resamples=100).partial
    assert once == again
    assert once.r == other.r and once.low != other.low


def test_interval_covers_about_as_often_as_it_says() -> None:
    """Bivariate normal, rho 0.5, n 60: 95 % intervals should cover in 33 or more of 40 seeded samples."""
    rng = np.random.default_rng(1)
    covered = 0
    for seed in range(40):
        x, noise = rng.standard_normal((2, 60))
        frame = pd.DataFrame({"x": x, "y": 0.5 * x + np.sqrt(0.75) * noise, "z": rng.standard_normal(60)})
        found = ancova(frame, outcome="y", predictor="x", covariates=["z"], seed=seed, resamples=300).partial
        covered += found.low <= 0.5 <= found.high
    assert 33 <= covered < 40


def test_line_is_the_fit_at_the_means_of_the_covariates() -> None:
    found = ancova(trial(), **MODEL)
    rows = trial().loc[found.regression.cases]
    other = smf.ols("post ~ pre + C(arm) + ta + rtx", rows).fit(cov_type="HC3", use_t=True)
    first, last = found.line[0], found.line[-1]
    assert (first.x, last.x) == (rows["rtx"].min(), rows["rtx"].max())
    assert (last.y - first.y) / (last.x - first.x) == pytest.approx(other.params["rtx"])
    middle = found.line[12]
    assert middle.low < middle.y < middle.high


def test_dropped_cases_are_counted_by_what_they_lack() -> None:
    found = ancova(trial(), **MODEL)
    assert found.regression.n == 54
    assert found.regression.dropped.by_column == {"post": 2, "ta": 3}
    assert sum(found.regression.dropped.by_column.values()) == found.regression.dropped.rows


def test_too_few_cases_are_refused_with_the_rule() -> None:
    with pytest.raises(Refusal, match=r"39 complete cases; a model with 4 coefficients needs 40 \(10 per"):
        ancova(trial().dropna(subset=["post", "rtx", "ta"]).iloc[-39:], **MODEL)


REFUSED = {
    "constant": (lambda frame: frame.assign(rtx=5.0), "rtx is constant"),
    "collinear": (lambda frame: frame.assign(rtx=2 * frame["ta"] + 1), "ta and rtx cannot be told apart"),
    "one arm": (lambda frame: frame.assign(arm="P"), "arm has a single level"),
    "nobody": (lambda frame: frame.assign(rtx=np.nan), "0 complete cases"),
    "more coefficients than cases": (lambda frame: frame.dropna().iloc[[0, 1, -1, -2]], "too few"),
}


@pytest.mark.parametrize(("spoil", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals_give_the_reason(spoil: Any, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        ancova(spoil(trial()), **MODEL)


def test_a_level_with_one_patient_has_no_robust_error() -> None:
    frame = trial().dropna(subset=["post", "rtx", "ta"])
    frame["arm"] = ["X", *frame["arm"].iloc[1:]]
    with pytest.raises(Refusal, match="One case alone"):
        ancova(frame, **MODEL)


def test_an_interval_that_would_rest_on_broken_resamples_is_refused() -> None:
    """Two people in sixty with the trait: (58/60)^60, one resample in eight, has neither."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"y": rng.normal(size=60), "z": rng.normal(size=60), "trait": [1.0, 1.0, *[0.0] * 58]}
    )
    with pytest.raises(Refusal, match=r"trait: no partial correlation in \d+ of 2000 resamples"):
        ancova(frame, outcome="y", predictor="trait", covariates=["z"], seed=1)


def test_each_predictor_stands_or_is_refused_alone() -> None:
    found = analyse(
        trial().assign(flat=1.0),
        outcome="post",
        predictors=["rtx", "flat", "sss"],
        covariates=COVARIATES,
        seed=1,
        resamples=100,
    )
    assert [model.predictor for model in found.models] == ["rtx", "sss"]
    assert {name: refusal.reason for name, refusal in found.refused.items()} == {
        "flat": "flat is constant in the cases that can be used."
    }

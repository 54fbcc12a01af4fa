"""Growth models against lme4 1.1.31 on real trials, and against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from reports.stats.growth import GrowthFit, fit_growth
from tests.reports.stats.references import data_set, reference

CLAUS = {
    "ri": {},
    "ris": {"random": "slope"},
    "by_treatment": {"random": "slope", "covariates": ["treatment"], "interactions": ["treatment"]},
    "by_treatment_ri": {"covariates": ["treatment"], "interactions": ["treatment"]},
}


def claus() -> pd.DataFrame:
    frame = data_set("claus2020_totals")
    return frame.assign(t0=frame["time"] - 1)


def claus_models() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Outcome, specification, method and what lme4 gave, for each model of the reference file."""
    lme4 = reference("claus2020_totals")["lme4"]
    for outcome in ("hamd", "bdi"):
        for key in ("ri_REML", "ri_ML", "ris_REML", "ris_ML"):
            yield outcome, *key.split("_"), lme4[outcome][key]
        yield outcome, "by_treatment", "ML", lme4[f"{outcome}_by_treatment_ML"]
        yield outcome, "by_treatment_ri", "REML", lme4[f"{outcome}_by_treatment_ri_REML"]


@pytest.mark.parametrize(("outcome", "model", "method", "expected"), list(claus_models()))
def test_inpatient_trial(outcome: str, model: str, method: Any, expected: dict[str, Any]) -> None:
    fit = fit_growth(
        claus(),
        outcome=outcome,
        time="t0",
        group="id",
        method=method,
        reference={"treatment": "TAU"},
        **CLAUS[model],
    )
    assert fit.dropped.by_column == {outcome: 172 - expected["n_obs"]}
    agrees(fit, expected)


ANTIDEPRESSANT = {
    "ri_REML": {},
    "ri_ML": {"method": "ML"},
    "ris_REML": {"random": "slope"},
    "ris_ML": {"random": "slope", "method": "ML"},
    "arm_ri_REML": {
        "outcome": "change",
        "covariates": ["hamd17_base", "arm"],
        "interactions": ["arm"],
        "reference": {"arm": "PLACEBO"},
    },
}


@pytest.mark.parametrize(("key", "given"), ANTIDEPRESSANT.items(), ids=ANTIDEPRESSANT)
def test_antidepressant_trial(key: str, given: dict[str, Any]) -> None:
    expected = reference("antidepressant_hamd17")["lme4"][key]
    fit = fit_growth(
        data_set("antidepressant_hamd17"), **{"outcome": "hamd17", "time": "week", "group": "id"} | given
    )
    assert fit.formula == expected["formula"]
    agrees(fit, expected)


def psilodep_models() -> Iterator[tuple[str, str]]:
    for scale in ("qids", "bdi"):
        for key in ("ri_REML", "ri_ML", "ris_REML", "ris_ML"):
            yield scale, key


@pytest.mark.parametrize(("scale", "key"), list(psilodep_models()))
def test_psilocybin_trial(scale: str, key: str) -> None:
    scores = data_set("psilodep2_scores")
    random, method = key.split("_")
    fit = fit_growth(
        scores[scores["scale"] == scale],
        outcome="score",
        time="week",
        group="id",
        covariates=["arm"],
        interactions=["arm"],
        random="slope" if random == "ris" else "intercept",
        method=method,  # type: ignore[arg-type]
    )
    expected = reference("psilodep2_scores")["lme4"][scale]["growth_week"][key]
    assert fit.formula == expected["formula"]
    assert fit.reference == {"arm": "E"}
    agrees(fit, expected)


def agrees(fit: GrowthFit, expected: dict[str, Any]) -> None:
    """Coefficients, standard errors and variances to four significant digits; log-likelihood to 1e-4."""
    assert fit.coef == pytest.approx(expected["coef"], rel=5e-5)
    assert fit.se == pytest.approx(expected["se"], rel=5e-5)
    assert fit.varcomp == pytest.approx(expected["varcomp"], rel=5e-5)
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=1e-4)
    assert fit.deviance == pytest.approx(expected["deviance_m2LL"], abs=2e-4)
    assert (fit.n_obs, fit.n_groups) == (expected["n_obs"], expected["n_groups"])
    assert fit.singular is expected["singular"]
    assert fit.converged

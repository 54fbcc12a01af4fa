"""Growth models against lme4 1.1.31 on real trials, and against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from reports.stats.errors import Refusal
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


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no complete row": ({"outcome": "nothing"}, "No row has all of nothing, t0"),
    "constant covariate": ({"covariates": ["flat"]}, "flat is constant"),
    "dependent covariates": ({"covariates": ["age", "double"]}, "age and double cannot be told apart"),
    "one arm": ({"covariates": ["one"]}, "one has a single level"),
    "one score each": ({"time": "never"}, "never is constant"),
}


@pytest.mark.parametrize(("given", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals_give_the_reason(given: dict[str, Any], reason: str) -> None:
    frame = claus().assign(
        nothing=float("nan"), flat=2.0, double=lambda rows: 2 * rows["age"], one="same", never=3.0
    )
    with pytest.raises(Refusal, match=reason):
        fit_growth(frame, **{"outcome": "hamd", "time": "t0", "group": "id"} | given)


def test_fewer_scores_than_random_effects_are_refused() -> None:
    first_two = claus()[lambda rows: rows["time"] < 3]
    with pytest.raises(Refusal, match="84 scores of 43 episodes are too few to estimate 86 random effects"):
        fit_growth(first_two, outcome="hamd", time="t0", group="id", random="slope")


def test_scores_without_residual_variation_are_refused() -> None:
    exact = pd.DataFrame({"id": [1, 1, 1, 2, 2, 2], "t": [0, 1, 2] * 2, "y": [20.0, 18, 16] * 2})
    with pytest.raises(Refusal, match="no residual variation"):
        fit_growth(exact, outcome="y", time="t", group="id")


def test_a_covariate_that_changes_within_an_episode_is_an_error() -> None:
    with pytest.raises(ValueError, match="shaps changes within an episode"):
        fit_growth(claus(), outcome="hamd", time="t0", group="id", covariates=["shaps"])


def test_an_interaction_without_its_covariate_is_an_error() -> None:
    with pytest.raises(ValueError, match="interaction with time of treatment"):
        fit_growth(claus(), outcome="hamd", time="t0", group="id", interactions=["treatment"])


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(KeyError, match="no column weight"):
        fit_growth(claus(), outcome="hamd", time="t0", group="id", covariates=["weight"])


def test_an_unknown_reference_level_is_named() -> None:
    with pytest.raises(ValueError, match="reference level 'placebo' is not among PA, TAU"):
        fit_growth(
            claus(),
            outcome="hamd",
            time="t0",
            group="id",
            covariates=["treatment"],
            reference={"treatment": "placebo"},
        )


def test_the_slope_of_an_arm_does_not_depend_on_the_reference() -> None:
    """The slope of PA is a sum under one coding and a coefficient under the other; so is its error."""
    given: dict[str, Any] = {
        "outcome": "hamd",
        "time": "t0",
        "group": "id",
        "covariates": ["treatment"],
        "interactions": ["treatment"],
    }
    as_sum = fit_growth(claus(), **given, reference={"treatment": "TAU"}).combination(
        {"t0": 1, "t0:treatmentPA": 1}
    )
    direct = fit_growth(claus(), **given, reference={"treatment": "PA"}).estimate("t0")
    assert (as_sum.value, as_sum.se, as_sum.p) == pytest.approx((direct.value, direct.se, direct.p))
    assert direct.high - direct.value == pytest.approx(1.959964 * direct.se, rel=1e-6)


def test_the_order_of_rows_does_not_matter() -> None:
    given: dict[str, Any] = {"outcome": "hamd", "time": "t0", "group": "id", "random": "slope"}
    shuffled = fit_growth(claus().sample(frac=1, random_state=1), **given)
    assert shuffled.coef == pytest.approx(fit_growth(claus(), **given).coef, rel=1e-9)

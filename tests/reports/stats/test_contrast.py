"""The psilocybin-v.-escitalopram trial against lme4, the authors' tables and the published counts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from measures.change import moved
from measures.instrument import Drop, Source
from reports.stats.cohort import rates_by_arm
from reports.stats.contrast import change_by_arm, change_by_predictor, correlation
from reports.stats.errors import Refusal
from tests.reports.stats.references import change_frame, data_set, reference

SCALES = ["hamd", "qids", "bdi", "madrs"]
PAIR: dict[str, Any] = {"outcome": "score", "time": "week", "start": 0, "end": 6, "group": "id"}


def scores(scale: str) -> pd.DataFrame:
    frame = data_set("psilodep2_scores")
    baseline = data_set("psilodep2_baseline").drop(columns="arm")
    return frame[frame["scale"] == scale].merge(baseline, on="id")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_arm_by_time(scale: str, method: Any) -> None:
    found = change_by_arm(scores(scale), **PAIR, arm="arm", method=method)
    expected = reference("psilodep2_scores")["lme4"][scale][f"change_{method}"]
    assert found.fit.coef == pytest.approx(expected["coef"], abs=5e-5)
    assert found.fit.se == pytest.approx(expected["se"], rel=5e-5)
    assert found.fit.varcomp == pytest.approx(expected["varcomp"], rel=5e-5)
    assert found.fit.log_likelihood == pytest.approx(expected["logLik"], abs=1e-4)
    assert (found.fit.n_obs, found.fit.n_groups) == (expected["n_obs"], expected["n_groups"])
    assert found.differences["tp6:armP"].value == pytest.approx(expected["coef"]["tp6:armP"], abs=5e-5)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("arm", "expectancy"), [("E", "esc"), ("P", "psi")])
def test_expectancy_within_arm(scale: str, arm: str, expectancy: str) -> None:
    frame = scores(scale)
    found = change_by_predictor(frame[frame["arm"] == arm], **PAIR, predictor=expectancy)
    answers = reference("psilodep2_scores")
    expected = answers["lme4"][scale][f"expectancy_within_{arm}_REML"]
    named = {name.replace(expectancy, "exp"): value for name, value in found.fit.coef.items()}
    assert named == pytest.approx(expected["coef"], abs=5e-5)
    assert list(found.fit.se.values()) == pytest.approx(list(expected["se"].values()), rel=5e-5)
    assert list(named) == list(expected["coef"]) == list(expected["se"])
    published = answers["agreement_with_authors_export"][f"{scale} {arm}"]["published"]
    assert [round(named[name], 2) for name in expected["coef"]] == published


@pytest.mark.parametrize("scale", SCALES)
def test_response_counts(scale: str) -> None:
    """Published: BDI 23 v. 12, QIDS 21 v. 14, psilocybin v. escitalopram."""
    half = Drop(percent=50, points=None, source=Source("published definition"))
    pairs = change_frame(scores(scale), **PAIR).dropna()
    pairs["arm"] = data_set("psilodep2_baseline").set_index("id")["arm"]
    pairs["met"] = [moved(half, a, b, "higher_is_worse") for a, b in zip(pairs.pre, pairs.post, strict=True)]
    rates = rates_by_arm(pairs.reset_index(), patient="id", arm="arm", outcome="met")
    expected = reference("psilodep2_scores")["response_remission"][scale]
    for arm in "EP":
        assert (rates[arm].met, rates[arm].n) == (expected[arm]["responders"], expected[arm]["n"])


def test_alliance_and_change() -> None:
    pairs = change_frame(scores("hamd"), **PAIR).join(data_set("psilodep2_baseline").set_index("id"))
    expected = reference("psilodep2_scores")["alliance_change_correlation"]
    assert correlation(pairs, "change", "ta")[0] == pytest.approx(expected["all"], abs=1e-9)
    for arm in "EP":
        within = pairs[pairs["arm"] == arm]
        assert correlation(within, "change", "ta")[0] == pytest.approx(expected[arm], abs=1e-9)


def test_a_time_point_without_scores_is_refused_by_name() -> None:
    with pytest.raises(Refusal, match="No score at time point 52"):
        change_by_arm(scores("hamd"), **PAIR | {"end": 52}, arm="arm")


def test_a_constant_predictor_is_refused() -> None:
    with pytest.raises(Refusal, match="same is constant"):
        change_by_predictor(scores("hamd").assign(same=3.0), **PAIR, predictor="same")


def test_correlation_needs_three_pairs_with_spread() -> None:
    with pytest.raises(Refusal, match="2 complete pairs"):
        correlation(pd.DataFrame({"a": [1, 2, None], "b": [2, 3, 4]}), "a", "b")

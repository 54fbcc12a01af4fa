"""The likelihood against its textbook form with dense matrices, and the optimum on hard data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from reports.stats import mixed
from reports.stats.growth import fit_growth
from reports.stats.sums import episode_sums, merge


def irregular(seed: int, episodes: int = 30, slope_sd: float = 0.4, level_sd: float = 3.0) -> pd.DataFrame:
    """Episodes with one to seven scores at irregular times and a covariate each."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 8, episodes)
    group = np.repeat(np.arange(episodes), sizes)
    time = rng.uniform(0, 26, len(group))
    covariate = rng.standard_normal(episodes)
    level, slope = rng.normal(0, level_sd, episodes), rng.normal(0, slope_sd, episodes)
    y = 20 + level[group] + covariate[group] + (slope[group] - 0.3) * time + rng.normal(0, 2, len(group))
    return pd.DataFrame({"id": group, "t": time, "x": covariate[group], "y": y})


def problem(frame: pd.DataFrame, *, reml: bool, random_slope: bool = True) -> mixed.Problem:
    sums = episode_sums(frame["id"], frame["t"], frame["y"])
    x = frame.groupby("id")["x"].first().to_numpy()
    ones = np.ones(len(sums))
    return mixed.Problem(sums, np.array([ones, x]), np.array([ones, x]), random_slope, reml)


def dense_deviance(frame: pd.DataFrame, factor: np.ndarray, fitted: mixed.Fitted, *, reml: bool) -> float:
    """-2 log-likelihood from the whole covariance matrix of the scores at the fitted parameters."""
    y, t, x = (frame[name].to_numpy() for name in ("y", "t", "x"))
    z = np.column_stack([np.ones(len(frame)), t])
    same = frame["id"].to_numpy()[:, None] == frame["id"].to_numpy()[None, :]
    v = fitted.residual_variance * (np.eye(len(frame)) + same * (z @ factor @ factor.T @ z.T))
    design = np.column_stack([np.ones(len(frame)), x, t, t * x])
    deviance = -2 * multivariate_normal(cov=v).logpdf(y - design @ fitted.coef)
    if not reml:
        return float(deviance)
    information = design.T @ np.linalg.solve(v, design)
    p = design.shape[1]
    return float(deviance + np.linalg.slogdet(information)[1] - p * np.log(2 * np.pi))


FACTORS = {
    "nothing random": np.zeros((2, 2)),
    "levels": np.array([[1.3, 0.0], [0.0, 0.0]]),
    "levels and slopes": np.array([[1.3, 0.0], [-0.05, 0.15]]),
    "singular": np.array([[1.3, 0.0], [-0.05, 0.0]]),
}


@pytest.mark.parametrize("reml", [True, False], ids=["REML", "ML"])
@pytest.mark.parametrize("factor", FACTORS.values(), ids=FACTORS.keys())
def test_deviance_equals_the_dense_likelihood(factor: np.ndarray, reml: bool) -> None:
    frame = irregular(3)
    fitted = mixed.evaluate(problem(frame, reml=reml), factor)
    assert fitted.deviance == pytest.approx(dense_deviance(frame, factor, fitted, reml=reml), abs=1e-8)


@pytest.mark.parametrize("reml", [True, False], ids=["REML", "ML"])
def test_slope_of_the_deviance_equals_differences(reml: bool) -> None:
    of = problem(irregular(4), reml=reml)
    factor = np.array([[1.1, 0.0], [0.02, 0.2]])
    fitted, step = mixed.evaluate(of, factor), 1e-5
    for i, j in ((0, 0), (1, 0), (1, 1)):
        nudge = np.zeros((2, 2))
        nudge[i, j] = step
        rise = mixed.evaluate(of, factor + nudge).deviance - mixed.evaluate(of, factor - nudge).deviance
        assert 2 * (fitted.slope @ factor)[i, j] == pytest.approx(rise / (2 * step), rel=1e-5)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("reml", [True, False], ids=["REML", "ML"])
def test_no_other_place_is_better(seed: int, reml: bool) -> None:
    of = problem(irregular(seed), reml=reml)
    optimum = mixed.maximise(of)
    assert optimum.converged
    rng = np.random.default_rng(seed)
    elsewhere = [mixed.evaluate(of, np.tril(rng.normal(0, (2, 0.5), (2, 2)))).deviance for _ in range(100)]
    assert min(elsewhere) >= optimum.estimate.deviance - 1e-8


@pytest.mark.parametrize("seed", range(10))
def test_variance_that_is_not_there_is_zero_and_said(seed: int) -> None:
    """All episodes have the same times and the same mean: less between them than chance would give."""
    rng = np.random.default_rng(seed)
    y = rng.normal(20, 3, (12, 5))
    y -= y.mean(axis=1, keepdims=True)
    frame = pd.DataFrame({"id": np.repeat(range(12), 5), "t": np.tile(range(5), 12), "y": y.ravel()})
    fit = fit_growth(frame, outcome="y", time="t", group="id")
    assert fit.singular and fit.converged
    assert fit.varcomp["var_(Intercept)"] == pytest.approx(0, abs=1e-9)


def test_the_unit_and_origin_of_time_change_nothing_but_their_numbers() -> None:
    weeks = irregular(5)
    days = weeks.assign(t=7 * weeks["t"])
    late = weeks.assign(t=weeks["t"] + 100)
    given = {"outcome": "y", "time": "t", "group": "id", "random": "slope"}
    by_week, by_day, offset = (fit_growth(frame, **given) for frame in (weeks, days, late))  # type: ignore[arg-type]
    assert by_day.coef["t"] == pytest.approx(by_week.coef["t"] / 7, rel=1e-6)
    by_formula = by_week.log_likelihood - np.log(7)  # REML counts in log|X' V^-1 X|, so the unit shows
    assert by_day.log_likelihood == pytest.approx(by_formula, abs=1e-6)
    assert offset.coef["t"] == pytest.approx(by_week.coef["t"], rel=1e-5)
    assert offset.varcomp["var_t"] == pytest.approx(by_week.varcomp["var_t"], rel=1e-4)
    assert by_week.singular is by_day.singular is offset.singular is False


@pytest.mark.parametrize("shards", [2, 8, 30])
def test_sums_are_bitwise_equal_over_shards(shards: int) -> None:
    frame = irregular(6)
    whole = episode_sums(frame["id"], frame["t"], frame["y"])
    parts = [frame[frame["id"] % shards == shard] for shard in reversed(range(shards))]
    merged = merge(*(episode_sums(part["id"], part["t"], part["y"]) for part in parts))
    for name in ("episodes", "n", "t", "tt", "y", "ty", "yy"):
        assert np.array_equal(getattr(merged, name), getattr(whole, name))


def test_an_episode_split_between_shards_is_added_up() -> None:
    frame = irregular(7)
    halves = frame.iloc[::2], frame.iloc[1::2]
    merged = merge(*(episode_sums(half["id"], half["t"], half["y"]) for half in halves))
    whole = episode_sums(frame["id"], frame["t"], frame["y"])
    assert np.array_equal(merged.n, whole.n)
    assert merged.ty == pytest.approx(whole.ty)


@pytest.mark.parametrize("random_slope", [True, False], ids=["slope", "intercept"])
def test_a_standstill_on_the_boundary_is_not_taken_for_the_optimum(
    monkeypatch: pytest.MonkeyPatch, random_slope: bool
) -> None:
    """With all variances at zero the gradient in the factor is nil, though the deviance falls inwards."""
    of = problem(irregular(8), reml=True, random_slope=random_slope)
    best = mixed.maximise(of)
    monkeypatch.setattr(mixed, "_STARTS", (0.0,))
    assert not mixed.maximise(of).converged
    monkeypatch.setattr(mixed, "_STARTS", (0.0, 1.0))
    assert mixed.maximise(of).estimate.deviance == pytest.approx(best.estimate.deviance, abs=1e-8)

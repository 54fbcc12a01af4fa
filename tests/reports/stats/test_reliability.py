"""Agreement of raters against Shrout & Fleiss (1979), R and scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from reports.stats.errors import Refusal
from reports.stats.reliability import intraclass_correlations, weighted_kappa
from tests.reports.stats.references import reference

PUBLISHED = reference("reliability_blinding")["icc_shrout_fleiss_1979"]
FORMS = ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]
KAPPAS = reference("weighted_kappa")["cases"]


@pytest.mark.parametrize("form", FORMS)
def test_the_six_forms_of_the_published_example(form: str) -> None:
    found = intraclass_correlations(PUBLISHED["ratings"])[form]
    assert found.value == pytest.approx(PUBLISHED[form]["icc"], abs=5e-7)
    assert (found.subjects, found.raters) == (6, 4)


@pytest.mark.parametrize("form", FORMS[:3])
def test_their_intervals(form: str) -> None:
    found = intraclass_correlations(PUBLISHED["ratings"])[form]
    assert [found.low, found.high] == pytest.approx(PUBLISHED[form]["ci"], abs=0.0051)


@pytest.mark.parametrize(("single", "mean"), list(zip(FORMS[:3], FORMS[3:], strict=True)))
def test_the_mean_of_raters_follows_by_spearman_and_brown(single: str, mean: str) -> None:
    found = intraclass_correlations(PUBLISHED["ratings"])
    for one, average in (
        (found[single].value, found[mean].value),
        (found[single].low, found[mean].low),
        (found[single].high, found[mean].high),
    ):
        assert average == pytest.approx(4 * one / (1 + 3 * one))


def test_below_the_pole_a_mean_of_raters_has_no_reliability() -> None:
    """Two raters who contradict each other: -1.98 is below -1 / (2 - 1), where Spearman and Brown give 2.02."""
    found = intraclass_correlations([[0, 10], [10, 0], [0, 10], [10, 1]])
    assert found["ICC(2,1)"].value == pytest.approx(-1.9843342)
    assert math.isnan(found["ICC(2,k)"].value)


def test_raters_who_agree_in_everything() -> None:
    for found in intraclass_correlations([[1, 1], [2, 2], [5, 5]]).values():
        assert (found.value, found.low, found.high) == (1, 1, 1)


def test_a_rater_who_is_always_two_higher_is_consistent_but_does_not_agree() -> None:
    found = intraclass_correlations([[1, 3], [2, 4], [5, 7], [9, 11]])
    assert found["ICC(3,1)"].value == pytest.approx(1)
    assert found["ICC(2,1)"].value < 0.95
    assert all(math.isfinite(one.low) and math.isfinite(one.high) for one in found.values())


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        ([[1, 2]], "two subjects"),
        ([[1], [2]], "two raters"),
        ([1, 2, 3], "two subjects"),
        ([[1, 2], [3, math.nan]], "every rater"),
        ([[1, 2], [1, 2]], "no subject differs"),
    ],
)
def test_what_carries_no_agreement_is_refused(ratings: object, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        intraclass_correlations(ratings)


@given(st.integers(0, 2**32 - 1), st.floats(-50, 50), st.floats(0.1, 20))
def test_the_unit_and_the_origin_of_the_scale_do_not_matter(seed: int, shift: float, factor: float) -> None:
    ratings = np.random.default_rng(seed).normal(size=(8, 3)).cumsum(axis=0)
    before = intraclass_correlations(ratings)
    after = intraclass_correlations(ratings * factor + shift)
    for form, found in before.items():
        assert after[form].value == pytest.approx(found.value, abs=1e-6, nan_ok=True)
        assert found.low <= found.value <= found.high or math.isnan(found.low)
        assert math.isfinite(found.low) or before["ICC(2,1)"].value < 0


def test_where_the_approximation_breaks_down_there_is_no_interval() -> None:
    """Raters who differ by far more than their subjects do: 0.01 degrees of freedom, -0.079 to -0.076."""
    found = intraclass_correlations(np.random.default_rng(2).normal(size=(8, 3)).cumsum(axis=0))
    assert found["ICC(2,1)"].value == pytest.approx(-0.0743, abs=1e-4)
    assert math.isnan(found["ICC(2,1)"].low)
    assert math.isnan(found["ICC(2,k)"].high)


@pytest.mark.parametrize("case", KAPPAS, ids=lambda case: f"{len(case['categories'])} categories")
@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
def test_kappa_is_that_of_scikit_learn(case: dict, weights: str) -> None:
    found = weighted_kappa(case["first"], case["second"], case["categories"], weights)
    assert found == pytest.approx(case[weights], abs=1e-12)


@pytest.mark.parametrize(
    "ratings", [[[1, 3], [2, 4], [5, 7], [9, 11]], [[1, 2], [2, 1], [5, 5], [9, 9], [4, 5], [5, 4]]]
)
def test_the_interval_where_raters_differ_by_a_constant_alone_or_not_at_all_on_average(
    ratings: list[list[int]],
) -> None:
    """McGraw & Wong (1996), table 7, case 2A, written out: without an error, or without a difference of raters."""
    table = np.array(ratings, float)
    n, k = table.shape
    of_subjects = k * table.mean(axis=1).var(ddof=1)
    of_raters = n * table.mean(axis=0).var(ddof=1)
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    found = intraclass_correlations(ratings)["ICC(2,1)"]
    a = k * found.value / (n * (1 - found.value))
    b = 1 + k * found.value * (n - 1) / (n * (1 - found.value))
    df = (a * of_raters + b * error) ** 2 / (
        (a * of_raters) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    )
    lower, upper = (scipy.stats.f.ppf(0.975, *by) for by in ((n - 1, df), (df, n - 1)))
    beside = k * of_raters + (k * n - k - n) * error
    low = n * (of_subjects - lower * error) / (lower * beside + n * of_subjects)
    high = n * (upper * of_subjects - error) / (beside + n * upper * of_subjects)
    assert 0 in (error.round(12), of_raters.round(12))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_kappa_of_one_category_used_by_both_says_nothing() -> None:
    assert weighted_kappa([1, 1], [1, 1], [0, 1, 2]) is None


def test_full_agreement_and_full_disagreement() -> None:
    assert weighted_kappa([0, 1, 2], [0, 1, 2], [0, 1, 2]) == 1
    assert weighted_kappa([0, 0, 1, 1], [1, 1, 0, 0], [0, 1], "unweighted") == -1


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [([], [], "at least one"), ([1], [1, 2], "same subjects"), ([3], [1], "none of the categories")],
)
def test_ratings_that_do_not_fit_are_refused(first: list, second: list, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        weighted_kappa(first, second, [0, 1, 2])

"""Limits of agreement against Bland & Altman (1986), drift against scipy's regression and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress

from reports.stats.errors import Refusal
from reports.stats.limits import drift, limits_of_agreement

# Peak expiratory flow, l/min, of 17 people by two meters (Lancet 1986;1:307-310, table 1, first readings).
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


class TestLimits:
    def test_the_published_example(self) -> None:
        found = limits_of_agreement(WRIGHT, MINI)
        assert found.n == 17
        assert found.bias == pytest.approx(-2.1, abs=0.05)
        assert found.sd == pytest.approx(38.8, abs=0.05)
        assert [found.bias_low, found.bias_high] == pytest.approx([-22.0, 17.8], abs=0.05)

    def test_its_limits_with_1_96_where_the_paper_takes_2(self) -> None:
        """Published: -79.7 and 75.5, and 34.6 either side of each (2.12 standard errors of 16.3)."""
        found = limits_of_agreement(WRIGHT, MINI)
        assert found.lower == pytest.approx(-79.7 + 0.04 * 38.8, abs=0.1)
        assert found.upper == pytest.approx(75.5 - 0.04 * 38.8, abs=0.1)
        for middle, low, high in (
            (found.lower, found.lower_low, found.lower_high),
            (found.upper, found.upper_low, found.upper_high),
        ):
            assert [middle - low, high - middle] == pytest.approx([34.6, 34.6], abs=0.1)

    def test_a_rater_who_is_always_two_higher(self) -> None:
        found = limits_of_agreement([3, 4, 7], [1, 2, 5])
        assert (found.bias, found.sd, found.lower, found.upper) == (2, 0, 2, 2)

    @given(st.lists(st.tuples(st.integers(0, 52), st.integers(0, 52)), min_size=3, max_size=30))
    def test_who_comes_first_only_turns_the_sign(self, pairs: list[tuple[int, int]]) -> None:
        first, second = zip(*pairs, strict=True)
        there, back = limits_of_agreement(first, second), limits_of_agreement(second, first)
        assert back.bias == pytest.approx(-there.bias, abs=1e-9)
        assert [back.lower, back.upper] == pytest.approx([-there.upper, -there.lower], abs=1e-9)

    @pytest.mark.parametrize(
        ("first", "second", "reason"),
        [
            ([1, 2], [1, 2], "at least 3 pairs"),
            ([1, 2, 3], [1, 2], "two complete ratings"),
            ([1, 2, math.nan], [1, 2, 3], "two complete ratings"),
        ],
    )
    def test_what_carries_no_limits_is_refused(self, first: list, second: list, reason: str) -> None:
        with pytest.raises(Refusal, match=reason):
            limits_of_agreement(first, second)


class TestDrift:
    def test_a_straight_line_is_found(self) -> None:
        years = np.arange(10) / 2
        found = drift(years, 3 - 0.75 * years)
        assert found.value == pytest.approx(-0.75)
        assert [found.low, found.high] == pytest.approx([-0.75, -0.75], abs=1e-9)

    def test_it_is_the_slope_of_scipy(self) -> None:
        draw = np.random.default_rng(7)
        years = draw.uniform(0, 3, 40)
        values = 0.4 * years + draw.normal(0, 2, 40)
        expected, found = linregress(years, values), drift(years, values)
        assert found.value == pytest.approx(expected.slope)
        assert found.se == pytest.approx(expected.stderr)
        assert found.p == pytest.approx(expected.pvalue)
        assert found.high - found.value == pytest.approx(2.0243941639 * expected.stderr)  # t, 38 df

    @given(st.integers(0, 2**32 - 1), st.floats(-20, 20))
    def test_where_time_is_counted_from_does_not_matter(self, seed: int, shift: float) -> None:
        draw = np.random.default_rng(seed)
        years, values = np.sort(draw.uniform(0, 3, 12)), draw.normal(size=12)
        assert drift(years + shift, values).value == pytest.approx(drift(years, values).value, abs=1e-6)

    @pytest.mark.parametrize(
        ("years", "values", "reason"),
        [
            (range(9), range(9), "from 10 pairs on"),
            ([1] * 10, range(10), "of one day"),
            (range(10), range(11), "a time and a value"),
            (range(10), [math.nan] * 10, "a time and a value"),
        ],
    )
    def test_what_says_nothing_of_time_is_refused(self, years: list, values: list, reason: str) -> None:
        with pytest.raises(Refusal, match=reason):
            drift(list(years), list(values))

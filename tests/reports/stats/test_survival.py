"""Kaplan–Meier on the remission times of Freireich et al. (1963), in weeks, as tabled in Klein & Moeschberger,
*Survival Analysis* (2nd ed.), tables 1.1 and 4.1A, and in Kalbfleisch & Prentice."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.stats.errors import Refusal
from reports.stats.survival import kaplan_meier

MERCAPTOPURINE = [10, 7, 32, 23, 22, 6, 16, 34, 32, 25, 11, 20, 19, 6, 17, 35, 6, 13, 9, 6, 10]
RELAPSED = [1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0]
PLACEBO = [1, 22, 3, 12, 8, 17, 2, 11, 8, 12, 2, 5, 4, 15, 8, 23, 5, 11, 4, 1, 8]
# Time, number at risk, events, S, standard error by Greenwood.
TABLE = [
    (6, 21, 3, 0.857, 0.076),
    (7, 17, 1, 0.807, 0.087),
    (10, 15, 1, 0.753, 0.096),
    (13, 12, 1, 0.690, 0.107),
    (16, 11, 1, 0.627, 0.114),
    (22, 7, 1, 0.538, 0.128),
    (23, 6, 1, 0.448, 0.135),
]


def test_the_published_table() -> None:
    found = kaplan_meier(MERCAPTOPURINE, RELAPSED)
    assert (found.n, found.events, found.median) == (21, 9, 23)
    steps = [step for step in found.steps if step.events]
    assert [(step.time, step.at_risk, step.events) for step in steps] == [row[:3] for row in TABLE]
    assert [step.survival for step in steps] == pytest.approx([row[3] for row in TABLE], abs=6e-4)


@pytest.mark.parametrize(("time", "survival", "error"), [(row[0], *row[3:]) for row in TABLE])
def test_the_interval_is_that_of_the_published_error(time: int, survival: float, error: float) -> None:
    """Kalbfleisch & Prentice: S to the power of exp(± z SE / (S log S))."""
    step = next(step for step in kaplan_meier(MERCAPTOPURINE, RELAPSED).steps if step.time == time)
    turn = math.exp(1.959964 * error / (survival * math.log(survival)))
    assert (step.low, step.high) == pytest.approx((survival ** (1 / turn), survival**turn), abs=3e-3)


def test_everybody_relapsed_under_placebo() -> None:
    found = kaplan_meier(PLACEBO, [True] * 21)
    assert found.median == 8
    assert [step.survival for step in found.steps] == pytest.approx(
        [n / 21 for n in (19, 17, 16, 14, 12, 8, 6, 4, 3, 2, 1, 0)]
    )
    assert (found.steps[-1].low, found.steps[-1].high) == (None, None)


def test_the_median_and_its_interval_are_those_of_lifetest() -> None:
    """SAS PROC LIFETEST (log-log): 23 (13 to open) and 8 (4 to 11) weeks."""
    drug, placebo = kaplan_meier(MERCAPTOPURINE, RELAPSED), kaplan_meier(PLACEBO, [True] * 21)
    assert (drug.median, drug.median_low, drug.median_high) == (23, 13, None)
    assert (placebo.median, placebo.median_low, placebo.median_high) == (8, 4, 11)


def test_between_its_steps_and_beyond_the_last_time() -> None:
    found = kaplan_meier(MERCAPTOPURINE, RELAPSED)
    assert (found.at(0), found.at(5.9)) == (1, 1)
    assert found.at(12) == pytest.approx(0.753, abs=6e-4)
    assert found.at(35) == pytest.approx(0.448, abs=6e-4)
    assert found.at(35.1) is None
    assert kaplan_meier(PLACEBO, [True] * 21).at(52) == 0
    assert [found.at_risk(time) for time in (0, 6, 6.5, 20, 35, 36)] == [21, 21, 17, 8, 1, 0]


def test_nobody_had_the_event() -> None:
    found = kaplan_meier([3, 5], [False, False])
    assert (found.median, found.at(4), found.events) == (None, 1, 0)
    assert [(step.low, step.high) for step in found.steps] == [(None, None)] * 2


def test_a_share_of_exactly_one_half_is_the_median() -> None:
    assert kaplan_meier([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0]).median == 3


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_without_censoring_it_is_the_share_that_is_left(times: list[int]) -> None:
    found = kaplan_meier(times, [True] * len(times))
    for time in range(42):
        assert found.at(time) == pytest.approx(sum(t > time for t in times) / len(times))


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=30), st.randoms())
def test_order_plays_no_part_and_the_curve_only_falls(rows: list, random: object) -> None:
    found = kaplan_meier(*zip(*rows, strict=True))
    random.shuffle(rows)
    assert kaplan_meier(*zip(*rows, strict=True)) == found
    shares = [step.survival for step in found.steps]
    assert shares == sorted(shares, reverse=True)
    assert sum(step.events + step.censored for step in found.steps) == len(rows)


@pytest.mark.parametrize(
    ("times", "observed", "reason"),
    [
        ([], [], "nobody was followed"),
        ([1, 2], [True], "each person needs one time"),
        ([1, -2], [True, True], "missing or negative"),
        ([1, math.nan], [True, False], "missing or negative"),
    ],
)
def test_times_that_carry_no_estimate_are_refused(times: list, observed: list, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        kaplan_meier(times, observed)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_share(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        kaplan_meier([1], [True], level)

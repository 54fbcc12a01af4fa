"""How long a treatment response lasted, by hand. HAM-D17: response is a fall by half (from 24: 12 or less)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures import registry
from reports.rules import rules_of
from reports.stats.relief import Relief, duration_of_relief
from reports.stats.series import Score
from reports.stats.yardstick import Yardstick

YARDSTICK = Yardstick(rules_of(registry.get("hamd17"), "total"), "higher_is_worse")
BASELINE = Score(-7, 24, "baseline")


def scores(*pairs: tuple[int, float]) -> list[Score]:
    return [Score(day, value, f"a{day}") for day, value in pairs]


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ([(5, 10), (10, 13)], Relief(10, ended=True)),  # gone at the second rating
        ([(5, 10), (10, 12), (20, 11)], Relief(20, ended=False)),  # half is enough; still held at the last
        ([(5, 13), (10, 20)], Relief(0, ended=True)),  # never there
        ([(5, 20), (10, 8), (20, 9), (30, 24)], Relief(30, ended=True)),  # came late
        ([(5, 8), (10, 20), (20, 8)], Relief(10, ended=True)),  # what comes back does not count
        ([(5, 0)], Relief(5, ended=False)),  # nought is a score
        ([(-2, 8), (0, 8)], None),  # nothing after the dose
    ],
)
def test_relief_by_hand(ratings: list[tuple[int, float]], expected: Relief | None) -> None:
    assert duration_of_relief(scores(*ratings), BASELINE, YARDSTICK, index_day=0) == expected


def test_without_a_baseline_nothing_is_judged() -> None:
    assert duration_of_relief(scores((5, 3)), None, YARDSTICK, index_day=0) is None


def test_where_no_rule_judges_nothing_is_made_up() -> None:
    gad7 = Yardstick(rules_of(registry.get("gad7"), "total"), "higher_is_worse")
    assert duration_of_relief(scores((5, 3)), BASELINE, gad7, index_day=0) is None


@given(
    ratings=st.lists(
        st.tuples(st.integers(1, 90), st.integers(0, 52)), min_size=1, unique_by=lambda pair: pair[0]
    ),
    shift=st.integers(-50, 50),
)
def test_days_count_from_the_index_day(ratings: list[tuple[int, int]], shift: int) -> None:
    ordered = sorted(ratings)
    plain = duration_of_relief(scores(*ordered), BASELINE, YARDSTICK, index_day=0)
    moved = scores(*((day + shift, value) for day, value in ordered))
    assert duration_of_relief(moved, BASELINE, YARDSTICK, index_day=shift) == plain
    assert plain is not None
    assert plain.days in {0, *(day for day, _ in ordered)}

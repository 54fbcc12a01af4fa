"""Counts of people as they are told: nothing published leads back to one to seven of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.pages.study.withholding import withhold
from reports.stats.cohort import rate_of
from reports.stats.counts import EXACT, NOTHING, SAFE, CountRule, is_told_of_all

ARM = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))  # met, not met, undecided


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, 0),
        *((few, None) for few in range(1, 8)),
        (8, 10),
        (12, 10),
        (13, 15),
        (22, 20),
        (23, 25),
        (1000, 1000),
    ],
)
def test_the_safe_rule(count: int, told: int | None) -> None:
    """Redact seven or fewer, round the others to the nearest five (OpenSAFELY)."""
    assert SAFE.told(count) == told


def test_the_other_rules() -> None:
    assert [CountRule(5).told(count) for count in (0, 4, 5, 23)] == [0, None, 5, 23]
    assert [EXACT.told(count) for count in (0, 1, 7)] == [0, 1, 7]
    assert [NOTHING.told(count) for count in (0, 1, 10**9)] == [0, None, None]


@pytest.mark.parametrize(("met", "n", "tells"), [(0, 9, True), (9, 9, True), (4, 9, False), (0, 0, False)])
def test_what_everybody_or_nobody_has(met: int, n: int, tells: bool) -> None:
    assert is_told_of_all(met, n) == tells


@given(st.integers(0, 10_000))
def test_no_count_that_is_told_belongs_to_one_count_of_people_alone(count: int) -> None:
    """Whoever is told a count is left with three to five that it may have been, none of them from 1 to 7."""
    told = SAFE.told(count)
    possible = [each for each in range(max(0, count - 5), count + 6) if SAFE.told(each) == told]
    if told:
        assert len(possible) >= 3 and min(possible) > 7
    elif told is None:
        assert set(range(1, 8)) >= set(possible) and len(possible) >= 5


@settings(deadline=None)
@given(st.lists(ARM, min_size=1, max_size=4), st.tuples(st.just(0), st.just(0), st.integers(0, 9)) | ARM)
def test_a_table_of_rates(arms: list[tuple[int, int, int]], nowhere: tuple[int, int, int]) -> None:
    """Every number in it is a multiple of five and none is from 1 to 7; a total is the sum of the parts that are told;
    and for every cell that is withheld at least two tables would have looked the same."""
    found = told(arms, nowhere)
    cells = [found["all"], *found["by_arm"].values()]
    for cell in filter(None, cells):
        counts = [cell["met"], cell["n"] - cell["met"], cell["n"]]
        assert all(count % 5 == 0 for count in counts)
        assert not SAFE.is_of_a_few(*counts) and not is_told_of_all(cell["met"], cell["n"])
        assert cell["undecided"] is None or cell["undecided"] % 5 == 0
        again = asdict(rate_of(cell["met"], cell["n"], 0))
        assert all(cell[name] == again[name] for name in ("proportion", "low", "high"))
    if None not in cells and not any(nowhere):
        for name in ("met", "n"):
            assert found["all"][name] == sum(arm[name] for arm in found["by_arm"].values())


@settings(deadline=None)
@given(st.integers(30, 60), st.integers(30, 60), st.integers(1, 7), st.integers(1, 7))
def test_a_withheld_cell_is_not_what_the_others_leave(met: int, not_met: int, few: int, other: int) -> None:
    """Beside a large arm, an arm in which one to seven have the outcome: with any other such number, and the rest in
    the other arm, the table would have been the same."""
    seen = told([(met, not_met, 0), (few, 30, 0)], (0, 0, 0))
    assert seen["by_arm"] == {"arm 0": None, "arm 1": None}
    assert told([(met + few - other, not_met, 0), (other, 30, 0)], (0, 0, 0)) == seen


def told(arms: list[tuple[int, int, int]], nowhere: tuple[int, int, int]) -> dict[str, Any]:
    whole = [sum(column) for column in zip(*arms, nowhere, strict=True)]
    criterion = {
        "key": "response",
        "all": counted(*whole),
        "by_arm": {f"arm {number}": counted(*arm) for number, arm in enumerate(arms)},
    }
    course = {"patients": 90, "episodes": 90, "arms": [], "means": [], "rates": [criterion]}
    rates: list[dict[str, Any]] = withhold({"course": course}, "week 4", SAFE)["course"]["rates"]
    return rates[0]


def counted(met: int, not_met: int, undecided: int) -> dict[str, Any]:
    return asdict(rate_of(met, met + not_met, undecided))

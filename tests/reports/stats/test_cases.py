"""Small inputs with known results, or none (``tests/data/cases``)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from reports.stats.errors import Refusal
from reports.stats.reliability import intraclass_correlations
from reports.stats.survival import kaplan_meier

CASES = Path(__file__).parents[2] / "data" / "cases"
SHROUT_AND_FLEISS = (
    0.166,
    0.443,
    0.290,
    0.620,
    0.715,
    0.909,
)  # 1979, table 4: of one rating, of the mean of four


def case(name: str) -> object:
    return json.loads((CASES / name / "input.json").read_text())


def test_the_table_of_shrout_and_fleiss() -> None:
    found = intraclass_correlations(np.array(case("stats-icc"), dtype=float))
    assert [round(one.value, 3) for one in found.values()] == pytest.approx(SHROUT_AND_FLEISS, abs=0.0011)


def test_an_event_at_once_counts() -> None:
    given = case("stats-km-zero")
    found = kaplan_meier(given["times"], given["observed"])
    assert {step.time: (step.survival, step.at_risk) for step in found.steps if step.events} == {
        0: (0.75, 4),
        5: (0.375, 2),
    }
    assert kaplan_meier([1, 2], [0, 0]).median is None


@pytest.mark.parametrize(
    ("times", "observed"), [([1, 2], [1, 2]), ([-1, 2], [1, 0]), ([1, float("nan")], [1, 0])]
)
def test_what_is_no_event_or_no_time_is_refused(times: list[float], observed: list[int]) -> None:
    with pytest.raises(Refusal):
        kaplan_meier(times, observed)

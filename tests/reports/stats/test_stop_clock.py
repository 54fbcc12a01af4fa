"""The watch after the last dose, by a table of what happened and what is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reports.stats.flags import flag_words
from reports.stats.stop_clock import Return, StopClock, WatchPoint, stop_clock

LAST = date(2024, 5, 6)
POINTS = [WatchPoint(f"week {week} without the drug", LAST + timedelta(weeks=week)) for week in (2, 4, 52)]


def on(day: int) -> date:
    return LAST + timedelta(days=day)


def clock(as_of: int, returns: tuple = (), scores: tuple = (), **changes: object) -> StopClock:
    values: dict = {
        "last_dose": LAST,
        "substance": "alprazolam",
        "why": "no longer needed",
        "as_of": on(as_of),
        "points": POINTS,
        "returns": [Return(kind, on(day), "PHQ-9") for kind, day in returns],
        "scores": [on(day) for day in scores],
        "judged": ["PHQ-9"],
        "unjudged": [],
    }
    return stop_clock(**(values | changes))


def test_it_runs() -> None:
    found = clock(20, scores=(-3, 14))
    assert (found.state, found.day, found.following, found.until) == (
        "running",
        20,
        ("week 4 without the drug", 28),
        364,
    )
    assert found.sentence == (
        "Day 20 after the last dose of alprazolam (stopped: no longer needed): no relapse seen until the last score, "
        "on day 14. Next: week 4 without the drug, day 28; watched until day 364."
    )


def test_a_time_point_of_today_is_still_ahead() -> None:
    assert clock(28).following == ("week 4 without the drug", 28)


@pytest.mark.parametrize(
    ("returns", "expected"),
    [
        ((("relapse_suspected", 45),), ("relapse_suspected", 45)),
        ((("relapse_suspected", 45), ("relapse_confirmed", 45)), ("relapse_confirmed", 45)),
        ((("recurrence_confirmed", 90), ("relapse_confirmed", 60)), ("relapse_confirmed", 60)),
        (
            (("relapse_confirmed", 0), ("relapse_suspected", 7)),
            ("relapse_suspected", 7),
        ),  # before: no part of it
    ],
)
def test_the_first_return_after_the_last_dose_counts(returns: tuple, expected: tuple) -> None:
    found = clock(100, returns)
    assert found.state == "returned"
    assert (found.found[0].kind, found.found[1]) == expected
    assert f"{flag_words(expected[0])} on day {expected[1]} by PHQ-9" in found.sentence


def test_a_return_on_the_last_day_of_the_drug_is_none_after_it() -> None:
    assert clock(10, (("relapse_confirmed", 0),)).state == "running"


def test_the_watch_ends_with_its_last_time_point() -> None:
    assert clock(364, scores=(350,)).state == "running"
    found = clock(365, scores=(350,))
    assert found.state == "over"
    assert found.sentence.endswith("until the last score, on day 350. The watch ended on day 364.")


def test_without_a_score_nothing_is_claimed() -> None:
    assert "no score since then" in clock(40, scores=(-2, 0)).sentence


def test_a_scale_without_a_rule_is_named() -> None:
    assert "No relapse rule for GAD-7." in clock(40, unjudged=["GAD-7"]).sentence
    assert "no relapse rule for any scale of the watch" in clock(40, judged=[], unjudged=["GAD-7"]).sentence


def test_a_protocol_without_a_watch_says_so() -> None:
    found = clock(40, points=[])
    assert (found.state, found.until) == ("running", None)
    assert "no time point after the last dose" in found.sentence

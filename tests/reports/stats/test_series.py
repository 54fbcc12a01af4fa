import math

import pytest

from reports.stats.series import Point, missing, outdone, prepare, usable


def test_points_are_put_in_order_of_day() -> None:
    points = prepare([Point(7, 12, "b"), Point(-3, 24, "a")])
    assert [point.assessment for point in points] == ["a", "b"]


def test_the_last_recorded_of_a_day_wins() -> None:
    first, second = Point(7, 12, "z", recorded=1), Point(7, 15, "a", recorded=2)
    assert prepare([first, second]) == prepare([second, first]) == (second,)


def test_an_unscorable_form_never_displaces_a_score() -> None:
    score, unscorable = Point(7, 12, "a", recorded=1), Point(7, None, "b", recorded=2)
    assert prepare([score, unscorable]) == (score,)


def test_what_is_left_out_names_what_is_kept_instead() -> None:
    first, second, alone = Point(7, 12, "a", recorded=1), Point(7, 15, "b", recorded=2), Point(8, 3, "c")
    unscorable = Point(7, None, "d", recorded=3)
    acute = Point(7, 3, "e", acute=True)
    assert outdone([second, first, alone, unscorable, acute]) == {"a": second, "d": second}


def test_an_acute_score_and_another_of_the_same_day_are_both_kept() -> None:
    before, acute = Point(0, 24, "a"), Point(0, 3, "b", acute=True, recorded=1)
    assert prepare([acute, before]) == (before, acute)
    assert [score.assessment for score in usable([acute, before])] == ["a"]


def test_unscorable_forms_are_counted_as_missing_not_as_zero() -> None:
    points = [Point(0, 24, "a"), Point(7, None, "b"), Point(8, None, "c", acute=True)]
    assert missing(points) == 1
    assert [score.value for score in usable(points)] == [24]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_not_finite_is_refused_by_name(value: float) -> None:
    with pytest.raises(ValueError, match="assessment b: score"):
        prepare([Point(0, 1, "a"), Point(1, value, "b")])


@pytest.mark.parametrize("day", [1.5, True])
def test_a_day_that_is_not_whole_is_refused_by_name(day: object) -> None:
    with pytest.raises(ValueError, match="assessment a: day"):
        prepare([Point(day, 1, "a")])  # type: ignore[arg-type]

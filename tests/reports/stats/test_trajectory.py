import pytest

from reports.stats.series import Point
from reports.stats.trajectory import summarise


def test_slope_per_week_with_its_error() -> None:
    """Scores 20, 17, 16, 11 at weeks 0 to 3. By hand: slope -14/5, s2 = 1.4/... from residuals, see below."""
    found = summarise([Point(7 * week, value, f"a{week}") for week, value in enumerate([20, 17, 16, 11])])
    assert found.slope is not None
    assert found.slope.value == pytest.approx(-2.8)
    assert found.slope.se == pytest.approx((2.8 / 2 / 5) ** 0.5)
    assert found.slope.df == 2
    assert found.mean == 16


def test_a_line_without_scatter_has_no_error() -> None:
    found = summarise([Point(0, 20, "a"), Point(7, 18, "b"), Point(14, 16, "c")])
    assert found.slope is not None and (found.slope.value, found.slope.se) == (
        pytest.approx(-2),
        pytest.approx(0),
    )


def test_time_average_does_not_count_visits() -> None:
    quiet = summarise([Point(0, 20, "a"), Point(70, 10, "b")])
    busy = summarise([Point(0, 20, "a"), *(Point(70 - day, 10, f"b{day}") for day in range(5))])
    assert quiet.time_average == 15
    assert busy.time_average == pytest.approx(14.714, abs=1e-3)
    assert busy.mean == pytest.approx(11.667, abs=1e-3)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_scores_say_so(n: int) -> None:
    found = summarise([Point(day, 10, f"a{day}") for day in range(n)])
    assert found.slope is None
    assert found.reason == f"A slope with its error needs at least 3 scores on different days; there are {n}."


def test_acute_and_unscorable_points_are_left_out() -> None:
    scores = [Point(0, 20, "a"), Point(7, 18, "b"), Point(14, 13, "c")]
    more = [*scores, Point(3, None, "d"), Point(8, 0, "e", acute=True)]
    assert summarise(more) == summarise(scores)

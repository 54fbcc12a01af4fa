"""Estimates with their intervals."""

from dataclasses import replace

import pytest

from reports.charts import IntervalRow, Intervals, intervals
from tests.reports.charts.drawing import SVG, mark, names, texts, tree


@pytest.fixture
def guesses() -> Intervals:
    return Intervals(
        title="Bang's index",
        scale="−1: all wrong; 1: all right",
        interval="95 % interval",
        reference=0,
        reference_label="as by chance",
        reach=(-1, 1),
        rows_are="guess by, arm",
        counted="patients",
        digits=2,
        rows=(
            IntervalRow("Patients, mdma", "Patients", 0.42, 0.3, 0.54, 44),
            IntervalRow("Patients, placebo", "Patients", -0.1, -0.25, 0.05, 41),
            IntervalRow("Raters, <mdma>", "Raters", None, None, None, None),
        ),
    )


def test_each_row_says_value_interval_and_n(guesses: Intervals) -> None:
    assert names(intervals(guesses)) == [
        "Patients, mdma: 0.42 (0.30 to 0.54), 44 patients",
        "Patients, placebo: −0.10 (−0.25 to 0.05), 41 patients",
    ]
    assert "0.42 (0.30 to 0.54), 44 patients" in texts(intervals(guesses))


def test_what_is_withheld_has_its_row_and_no_dot(guesses: Intervals) -> None:
    figure = intervals(guesses)
    assert "withheld" in texts(figure) and "Raters, <mdma>" in texts(figure)
    assert figure.tables[0].rows[2] == ("Raters, <mdma>", "withheld", "", "")


def test_the_dot_stands_in_its_place_on_the_axis(guesses: Intervals) -> None:
    figure = intervals(guesses)
    places = {text.text: float(text.attrib["x"]) for text in tree(figure).iter(f"{SVG}text")}
    dot = next(mark(figure, "Patients, mdma").iter(f"{SVG}circle"))
    share = (float(dot.attrib["cx"]) - places["0"]) / (places["0.5"] - places["0"])
    assert share == pytest.approx(0.84, abs=0.001)
    assert places["as by chance"] == places["0"]


def test_a_value_beyond_the_reach_widens_the_axis(guesses: Intervals) -> None:
    far = replace(guesses, rows=(IntervalRow("far", "x", 3, 2.5, 3.5, 9),))
    assert "3" in texts(intervals(far))


def test_one_value_without_interval(guesses: Intervals) -> None:
    alone = replace(guesses, rows=(IntervalRow("alone", "x", -0.001, None, None, 1),))
    assert names(intervals(alone)) == ["alone: 0.00, 1 patients"]


def test_on_a_phone_the_words_stand_above_the_dot(guesses: Intervals) -> None:
    figure = intervals(guesses, narrow=True)
    assert float(tree(figure).attrib["width"]) < 360
    assert names(figure) == names(intervals(guesses))
    said = texts(figure)
    assert said[said.index("Patients, mdma") + 1] == "0.42 (0.30 to 0.54), 44 patients"
    assert said[said.index("Raters, <mdma>") + 1] == "withheld"

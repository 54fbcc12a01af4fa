"""The trend of some hours: every reading is said, limits are in reach, what is beyond is told apart without colour."""

from __future__ import annotations

from itertools import pairwise

import pytest

from reports.charts import Trend, TrendEvent, TrendLine, TrendPanel, TrendPoint, trend
from reports.charts.trend import _values
from tests.reports.charts.drawing import SVG, mark, names, texts, tree


def reading(minute: float, value: float, beyond: bool = False) -> TrendPoint:
    return TrendPoint(minute, value, f"{10 + int(minute) // 60}:{int(minute) % 60:02}", beyond)


PRESSURE = TrendPanel(
    "Blood pressure",
    "mmHg",
    (
        TrendLine("systolic", (reading(-20, 124), reading(60, 168, beyond=True), reading(120, 150)), (160,)),
        TrendLine("diastolic", (reading(-20, 80), reading(60, 96)), (110,)),
    ),
)
PULSE = TrendPanel("Heart rate", "beats/min", (TrendLine("", (reading(60, 104),), (120,)),))
WHOLE = Trend("Vital signs", "the first dose", 130, (PRESSURE, PULSE), (TrendEvent(0, "MDMA 80 mg"),))


def test_every_reading_and_dose_says_itself() -> None:
    assert names(trend(WHOLE)) == [
        "MDMA 80 mg, 0 minutes after the zero of the axis",
        "9:40: systolic 124 mmHg",
        "11:00: systolic 168 mmHg, beyond the limit",
        "12:00: systolic 150 mmHg",
        "9:40: diastolic 80 mmHg",
        "11:00: diastolic 96 mmHg",
        "11:00: Heart rate 104 beats/min",
    ]


def test_beyond_a_limit_is_another_shape_with_its_number() -> None:
    beyond = mark(trend(WHOLE), "11:00: systolic 168")
    assert [part.tag for part in beyond] == [f"{SVG}path", f"{SVG}text"]
    assert [part.tag for part in mark(trend(WHOLE), "9:40: systolic")] == [f"{SVG}circle"]
    assert "168" in texts(trend(WHOLE))


def test_limits_lie_within_the_picture_however_far() -> None:
    calm = TrendPanel("T", "°C", (TrendLine("", (reading(0, 36.5),), (38.5,)),))
    low, high = _values(calm)
    assert low < 36.5 < 38.5 < high


@pytest.mark.parametrize("narrow", [False, True])
def test_time_runs_to_the_right_and_more_is_higher(narrow: bool) -> None:
    figure = trend(WHOLE, narrow=narrow)
    found = [mark(figure, f"{clock}: diastolic").find(f"{SVG}rect") for clock in ("9:40", "11:00")]
    (x0, y0), (x1, y1) = ((float(box.get("x")), float(box.get("y"))) for box in found)
    assert x0 < x1
    assert y0 > y1


def test_the_narrow_picture_fits_a_phone() -> None:
    assert float(tree(trend(WHOLE, narrow=True)).get("width")) <= 330


def test_the_table_has_every_reading_and_marks_what_is_beyond() -> None:
    (table,) = trend(WHOLE).tables
    assert table.columns == (
        "at",
        "minutes from the first dose",
        "Blood pressure, systolic, mmHg",
        "Blood pressure, diastolic, mmHg",
        "Heart rate, beats/min",
    )
    assert table.rows == (
        ("9:40", "−20", "124", "80", ""),
        ("11:00", "60", "168 beyond the limit", "96", "104"),
        ("12:00", "120", "150", "", ""),
    )


def test_names_at_the_right_edge_do_not_touch() -> None:
    close = TrendPanel(
        "P", "mmHg", (TrendLine("one", (reading(0, 100),)), TrendLine("two", (reading(0, 101),)))
    )
    figure = trend(Trend("t", "z", 60, (close,)))
    heights = sorted(
        float(text.get("y"))
        for text in tree(figure).iter(f"{SVG}text")
        if (text.text or "").startswith(("one", "two"))
    )
    assert all(after - before >= 14 for before, after in pairwise(heights))


def test_what_was_typed_is_escaped() -> None:
    figure = trend(Trend("t", "z", 60, (PULSE,), (TrendEvent(5, "<b>x</b> & y"),)))
    assert "<b>" not in figure.svg
    assert "<b>x</b> & y" in texts(figure)

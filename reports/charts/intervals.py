"""Estimates with their intervals, a row each, against the value that would mean nothing."""

from reports.charts.labels import text_width
from reports.charts.palette import ARMS, BODY, INK, LINE, PAPER, SOFT
from reports.charts.records import DataTable, Figure, IntervalRow, Intervals
from reports.charts.svg import Marks, diamond, disc, document, group, named, rule, square, triangle, words
from reports.charts.view import View, ticks

PLOT = 300
ROW = 26
TOP = 26
GAP = 14
SHAPES = (disc, square, diamond, triangle)


def intervals(chart: Intervals, *, key: str = "intervals") -> Figure:
    """Draw each estimate as a dot on its interval, its numbers beside it. A withheld one has its row, and no dot."""
    view = View(PLOT, TOP + ROW * len(chart.rows), _domain(chart), (0, 1), top=TOP)
    left = GAP + max((text_width(row.label, BODY) for row in chart.rows), default=0)
    right = GAP + max((text_width(said(chart, row), BODY) for row in chart.rows), default=0)
    groups = list(dict.fromkeys(row.group for row in chart.rows))
    zero = view.x(chart.reference)
    marks = [
        words(zero, 8, chart.reference_label, text_anchor="middle", fill=SOFT),
        rule(zero, TOP - 8, zero, view.height, stroke=SOFT, stroke_dasharray="3 3"),
        rule(0, view.height, view.width, view.height, stroke=LINE),
        *_axis(view),
        *(
            mark
            for place, row in enumerate(chart.rows)
            for mark in _row(chart, view, row, TOP + ROW * (place + 0.5), groups.index(row.group), left)
        ),
        words(0, view.height + 38, chart.scale, size=BODY, font_weight=600, fill=INK),
    ]
    width = left + max(view.width + right, text_width(chart.scale, BODY, bold=True) + GAP)
    text = " ".join([f"{chart.scale}.", *(f"{row.label}: {said(chart, row)}." for row in chart.rows)])
    svg = document(width, view.height + 52, chart.title, text, [group(left, 0, marks)], key=key)
    return Figure(svg, chart.title, text, (_table(chart),))


def said(chart: Intervals, row: IntervalRow) -> str:
    """Say a row in numbers: "0.42 (0.30 to 0.54), 44 patients"."""
    if row.value is None:
        return "withheld"
    counted = f", {row.n} {chart.counted}" if row.n is not None else ""
    between = f" ({_interval(chart, row)})" if _interval(chart, row) else ""
    return f"{_figure(row.value, chart.digits)}{between}{counted}"


def _domain(chart: Intervals) -> tuple[float, float]:
    ends = [end for row in chart.rows for end in (row.value, row.low, row.high) if end is not None]
    low, high = min([*ends, chart.reach[0]]), max([*ends, chart.reach[1]])
    air = (high - low) * 0.04
    return low - air, high + air


def _axis(view: View) -> Marks:
    y = view.height
    return [
        mark
        for value in ticks(*view.x_domain, 6)
        for mark in (
            rule(view.x(value), y, view.x(value), y + 5, stroke=SOFT),
            words(view.x(value), y + 16, _short(value), text_anchor="middle", fill=SOFT),
        )
    ]


def _row(chart: Intervals, view: View, row: IntervalRow, y: float, index: int, left: float) -> Marks:
    colour = ARMS[index % len(ARMS)]
    label = words(-left, y, row.label, size=BODY, fill=INK)
    numbers = words(view.width + GAP, y, said(chart, row), size=BODY, fill=SOFT if row.value is None else INK)
    if row.value is None:
        return [label, numbers]
    bar: Marks = []
    if row.low is not None and row.high is not None:
        low, high = view.x(row.low), view.x(row.high)
        caps = [rule(x, y - 4, x, y + 4, stroke=colour, stroke_width=1.6) for x in (low, high)]
        bar = [rule(low, y, high, y, stroke=colour, stroke_width=1.6), *caps]
    dot = SHAPES[index % len(SHAPES)](view.x(row.value), y, 5, fill=colour, stroke=PAPER, stroke_width=1.5)
    return [label, numbers, named(f"{row.label}: {said(chart, row)}", *bar, dot)]


def _interval(chart: Intervals, row: IntervalRow) -> str:
    if row.low is None or row.high is None:
        return ""
    return f"{_figure(row.low, chart.digits)} to {_figure(row.high, chart.digits)}"


def _figure(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if not float(text) else text).replace("-", "−")


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−") if value else "0"


def _table(chart: Intervals) -> DataTable:
    rows = tuple(
        (
            row.label,
            "withheld" if row.value is None else _figure(row.value, chart.digits),
            _interval(chart, row),
            "" if row.n is None else str(row.n),
        )
        for row in chart.rows
    )
    return DataTable(chart.scale, ("of", "value", chart.interval, chart.counted), rows)

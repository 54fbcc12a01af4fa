"""Estimates with their intervals, a row each, against the value that would mean nothing."""

from dataclasses import dataclass

from measures.language import gettext as _
from measures.language import written
from reports.charts.labels import text_width, wrap
from reports.charts.palette import ARMS, BODY, INK, LINE, PAPER, SOFT
from reports.charts.records import DataTable, Figure, IntervalRow, Intervals
from reports.charts.svg import Marks, diamond, disc, document, group, named, rule, square, triangle, words
from reports.charts.view import View, ticks

PLOT = 300
ROW = 26
TOP = 26
GAP = 14
# Words over the line of the reference.
HALO: dict[str, str | float | None] = {"stroke": PAPER, "stroke_width": 4, "paint_order": "stroke"}
SHAPES = (disc, square, diamond, triangle)


@dataclass(frozen=True)
class _Layout:
    """Where the words of a row stand: beside the plot, or on a phone above it."""

    row: float
    left: float
    right: float
    above: bool

    def middle(self, place: int) -> float:
        """Return the height of the dot of a row."""
        return TOP + self.row * place + (46 if self.above else self.row / 2)


def intervals(chart: Intervals, *, key: str = "intervals", narrow: bool = False) -> Figure:
    """Draw each estimate as a dot on its interval, its numbers beside it. A withheld one has its row, and no dot.
    `narrow`: for a phone."""
    layout = _layout(chart, narrow=narrow)
    view = View(PLOT, TOP + layout.row * len(chart.rows), _domain(chart), (0, 1), top=TOP)
    groups = list(dict.fromkeys(row.group for row in chart.rows))
    title = wrap(chart.scale, BODY * 1.08, PLOT + layout.right)
    zero = view.x(chart.reference)
    marks = [
        words(zero, 8, chart.reference_label, text_anchor="middle", fill=SOFT),
        rule(zero, TOP - 8, zero, view.height, stroke=SOFT, stroke_dasharray="3 3"),
        rule(0, view.height, view.width, view.height, stroke=LINE),
        *_axis(view),
        *(
            mark
            for place, row in enumerate(chart.rows)
            for mark in _row(chart, view, row, layout, place, groups.index(row.group))
        ),
        *(
            words(0, view.height + 38 + 16 * line, text, size=BODY, font_weight=600, fill=INK)
            for line, text in enumerate(title)
        ),
    ]
    text = " ".join([f"{chart.scale}.", *(f"{row.label}: {said(chart, row)}." for row in chart.rows)])
    width, height = layout.left + view.width + layout.right, view.height + 36 + 16 * len(title)
    svg = document(width, height, chart.title, text, [group(layout.left, 0, marks)], key=key)
    return Figure(svg, chart.title, text, (_table(chart),))


def _layout(chart: Intervals, *, narrow: bool) -> _Layout:
    if narrow:
        return _Layout(row=64, left=GAP, right=GAP, above=True)
    labels = max((text_width(row.label, BODY) for row in chart.rows), default=0)
    numbers = max((text_width(said(chart, row), BODY) for row in chart.rows), default=0)
    return _Layout(row=ROW, left=GAP + labels, right=GAP + numbers, above=False)


def said(chart: Intervals, row: IntervalRow) -> str:
    """Say a row in numbers: "0.42 (0.30 to 0.54), 44 patients"."""
    if row.value is None:
        return _("withheld")
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


def _row(chart: Intervals, view: View, row: IntervalRow, layout: _Layout, place: int, index: int) -> Marks:
    colour, y = ARMS[index % len(ARMS)], layout.middle(place)
    fill = SOFT if row.value is None else INK
    if layout.above:
        told = [
            words(0, y - 34, row.label, size=BODY, font_weight=600, fill=INK, **HALO),
            words(0, y - 18, said(chart, row), size=BODY, fill=fill, **HALO),
        ]
    else:
        label = words(-layout.left, y, row.label, size=BODY, fill=INK)
        told = [label, words(view.width + GAP, y, said(chart, row), size=BODY, fill=fill)]
    if row.value is None:
        return told
    bar: Marks = []
    if row.low is not None and row.high is not None:
        low, high = view.x(row.low), view.x(row.high)
        caps = [rule(x, y - 4, x, y + 4, stroke=colour, stroke_width=1.6) for x in (low, high)]
        bar = [rule(low, y, high, y, stroke=colour, stroke_width=1.6), *caps]
    dot = SHAPES[index % len(SHAPES)](view.x(row.value), y, 5, fill=colour, stroke=PAPER, stroke_width=1.5)
    return [*told, named(f"{row.label}: {said(chart, row)}", *bar, dot)]


def _interval(chart: Intervals, row: IntervalRow) -> str:
    if row.low is None or row.high is None:
        return ""
    low, high = _figure(row.low, chart.digits), _figure(row.high, chart.digits)
    return _("{low} to {high}").format(low=low, high=high)


def _figure(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return written((text.lstrip("-") if not float(text) else text).replace("-", "−"))


def _short(value: float) -> str:
    return written(f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−")) if value else "0"


def _table(chart: Intervals) -> DataTable:
    rows = tuple(
        (
            row.label,
            _("withheld") if row.value is None else _figure(row.value, chart.digits),
            _interval(chart, row),
            "" if row.n is None else str(row.n),
        )
        for row in chart.rows
    )
    return DataTable(chart.scale, (chart.rows_are, _("value"), chart.interval, chart.counted), rows)

"""Readings of some hours against their limits: a panel per unit on one axis of hours, doses as lines behind."""

from collections.abc import Sequence

from measures.language import gettext as _
from measures.language import ngettext, pgettext
from reports.charts.labels import number, place_in_rows, spread, text_width
from reports.charts.palette import ACCENT, BODY, INK, LINE, PAPER, SMALL, SOFT, WARN
from reports.charts.records import DataTable, Figure, Trend, TrendEvent, TrendLine, TrendPanel, TrendPoint
from reports.charts.svg import Marks, curve, disc, document, group, named, rule, square, triangle, words
from reports.charts.view import View, ticks, y_axis

WIDTH, NARROW = 400, 180  # of a plot, pixels
PLOT, GAP, TITLE_ROW, EVENT_ROW, FOOT = 84, 14, 20, 16, 36
LEFT = 34
HOUR = 60
STEPS = (15, 30, 60, 120, 240, 480)
SHAPES = (disc, square)


def trend(record: Trend, *, key: str = "trend", narrow: bool = False) -> Figure:
    """Draw the readings. A value beyond a limit is a triangle in the warning colour with its number; of the others
    the last has its number. The table has every reading."""
    width = NARROW if narrow else WIDTH
    domain = _minutes(record)
    flat = View(width, 1, domain, (0, 1))
    slots = place_in_rows(
        [(flat.x(event.minute), text_width(event.label, SMALL)) for event in record.events],
        left=0, right=width + 60, gap=5, rows=max(len(record.events), 1),
    )  # fmt: skip
    rows = max((slot.row + 1 for slot in slots if slot), default=0)
    top = rows * EVENT_ROW
    marks: Marks = []
    foot = top + len(record.panels) * (TITLE_ROW + PLOT + GAP) - GAP
    for event, slot in zip(record.events, slots, strict=True):
        marks.append(
            _event(
                flat.x(event.minute), event, slot.left if slot else None, slot.row if slot else 0, top, foot
            )
        )
    right = 10 + max(
        (text_width(_end_words(line), SMALL) for p in record.panels for line in p.lines), default=0
    )
    for index, panel in enumerate(record.panels):
        view = View(width, TITLE_ROW + PLOT, domain, _values(panel), top=TITLE_ROW)
        marks.append(group(0, top + index * (TITLE_ROW + PLOT + GAP), _panel(view, panel)))
    marks += _axis(flat, foot, record.zero)
    text = _describe(record)
    svg = document(LEFT + width + right, foot + FOOT, record.title, text, [group(LEFT, 0, marks)], key=key)
    return Figure(svg, record.title, text, (_table(record),))


def _minutes(record: Trend) -> tuple[float, float]:
    minutes = [point.minute for panel in record.panels for line in panel.lines for point in line.points]
    minutes += [event.minute for event in record.events]
    low, high = min([*minutes, 0]), max([*minutes, record.until, HOUR])
    air = (high - low) * 0.03
    return low - air, high + air


def _values(panel: TrendPanel) -> tuple[float, float]:
    """All readings and all limits: how far it is to a limit is what the picture is for."""
    values = [point.value for line in panel.lines for point in line.points]
    values += [limit for line in panel.lines for limit in line.limits]
    if not values:
        return 0, 1
    air = (max(values) - min(values)) * 0.12 or 1
    return min(values) - air, max(values) + air


def _event(x: float, event: TrendEvent, left: float | None, row: int, top: float, foot: float) -> str:
    y = top - EVENT_ROW * row - 8
    label = [] if left is None else [words(left, y, event.label, font_weight=600, fill=ACCENT)]
    return named(
        f"{event.label}, {_after(event.minute)}",
        rule(x, y - 5, x, foot, stroke=ACCENT, stroke_width=1.25, stroke_dasharray="2 3"),
        *label,
    )


def _panel(view: View, panel: TrendPanel) -> Marks:
    limits = [
        rule(0, view.y(limit), view.width, view.y(limit), stroke=WARN, stroke_dasharray="5 3")
        for line in panel.lines
        for limit in line.limits
    ]
    title = words(-LEFT, 8, f"{panel.title}, {panel.unit}", size=BODY, font_weight=600, fill=INK)
    lines = [mark for index, line in enumerate(panel.lines) for mark in _line(view, panel, line, index)]
    return [title, *y_axis(view, 4), *limits, *lines, *_ends(view, panel)]


def _line(view: View, panel: TrendPanel, line: TrendLine, index: int) -> Marks:
    through = [(view.x(point.minute), view.y(point.value)) for point in line.points]
    drawn = [curve(through, stroke=INK, stroke_width=1.5)] if len(through) > 1 else []
    return [*drawn, *(_point(view, panel, line, point, index) for point in line.points)]


def _point(view: View, panel: TrendPanel, line: TrendLine, point: TrendPoint, index: int) -> str:
    x, y = view.x(point.minute), view.y(point.value)
    name = f"{point.clock}: {line.label or panel.title} {number(point.value)} {panel.unit}"
    if not point.beyond:
        return named(name, SHAPES[index % len(SHAPES)](x, y, 4, fill=INK, stroke=PAPER, stroke_width=1.25))
    value = words(x, y - 12, number(point.value), text_anchor="middle", font_weight=700, fill=WARN)
    return named(
        _("{reading}, beyond the limit").format(reading=name),
        triangle(x, y, 6.5, fill=WARN, stroke=PAPER),
        value,
    )


def _ends(view: View, panel: TrendPanel) -> Marks:
    """Each line's name and last value at the right edge."""
    shown = [line for line in panel.lines if line.points]
    heights = spread(
        [view.y(line.points[-1].value) for line in shown], distance=14, low=view.top, high=view.height
    )
    return [
        words(
            view.width + 8, y, _end_words(line), font_weight=600, fill=WARN if line.points[-1].beyond else INK
        )
        for line, y in zip(shown, heights, strict=True)
    ]


def _end_words(line: TrendLine) -> str:
    return f"{line.label} {number(line.points[-1].value)}".strip() if line.points else ""


def _axis(view: View, y: float, zero: str) -> Marks:
    minutes = ticks(*view.x_domain, view.width / 48, STEPS)
    stubs = [rule(view.x(minute), y, view.x(minute), y + 4, stroke=SOFT) for minute in minutes]
    hours = [
        words(view.x(minute), y + 13, _hours(minute), text_anchor="middle", fill=SOFT) for minute in minutes
    ]
    return [
        rule(0, y, view.width, y, stroke=LINE),
        *stubs,
        *hours,
        words(-LEFT, y + 29, _("hours; 0 is {zero}").format(zero=zero), fill=SOFT),
    ]


def _hours(minute: float) -> str:
    whole = abs(int(minute))
    sign = "−" if minute < 0 else ""
    return f"{sign}{whole // HOUR}" if whole % HOUR == 0 else f"{sign}{whole // HOUR}:{whole % HOUR:02}"


def _after(minute: float) -> str:
    count = abs(round(minute))
    said = (
        _("{n} minutes before the zero of the axis")
        if minute < 0
        else _("{n} minutes after the zero of the axis")
    )
    return said.format(n=number(count))


def _describe(record: Trend) -> str:
    lines = [(panel, line) for panel in record.panels for line in panel.lines if line.points]
    return " ".join(
        [*(_said(panel, line) for panel, line in lines), _("0 is {zero}.").format(zero=record.zero)]
    )


def _said(panel: TrendPanel, line: TrendLine) -> str:
    last = line.points[-1]
    return ngettext(
        "{name}: {n} reading, last {value} {unit} at {clock}.",
        "{name}: {n} readings, last {value} {unit} at {clock}.",
        len(line.points),
    ).format(
        name=_name(panel, line),
        n=len(line.points),
        value=number(last.value),
        unit=panel.unit,
        clock=last.clock,
    )


def _table(record: Trend) -> DataTable:
    """One row a moment: by the clock, minutes from zero, and each measure with a mark where it is beyond."""
    lines = [(panel, line) for panel in record.panels for line in panel.lines]
    moments = sorted({(point.minute, point.clock) for panel, line in lines for point in line.points})
    heads = [f"{_name(panel, line)}, {panel.unit}" for panel, line in lines]
    rows = tuple(
        (clock, number(round(minute)), *(_cell(line.points, minute) for panel, line in lines))
        for minute, clock in moments
    )
    return DataTable(
        record.title,
        (
            pgettext("at what time", "at"),
            _("minutes from {zero}").format(zero=record.zero),
            *heads,
        ),
        rows,
    )


def _name(panel: TrendPanel, line: TrendLine) -> str:
    return f"{panel.title}, {line.label}" if line.label else panel.title


def _cell(points: Sequence[TrendPoint], minute: float) -> str:
    found = [point for point in points if point.minute == minute]
    return " ".join(
        _("{n} beyond the limit").format(n=number(point.value)) if point.beyond else number(point.value)
        for point in found
    )

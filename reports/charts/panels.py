"""One scale over time: bands, acute windows, dose lines, the broken line of scores, dots and flags."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from measures.language import beside
from measures.language import gettext as _
from reports.charts.bands import band_marks
from reports.charts.dots import dot
from reports.charts.labels import Slot, number, place_in_rows, readable, text_width, wrap
from reports.charts.palette import BODY, HEADING, INK, SMALL, SOFT, WARN
from reports.charts.records import FlagMark, ScorePanel, ScorePoint
from reports.charts.svg import Marks, box, curve, named, rule, triangle, words
from reports.charts.view import View, y_axis

PLOT = 128  # height of a score plot, pixels
FLAG_ROW = 18
HEAD = 22  # room above a plot for the value of its highest dot
AIR = 10  # between a panel and the one above it
TITLE_ROW = 22


@dataclass(frozen=True)
class Gutters:
    """The margins beside the plots, pixels. With `titles_above` a panel's name stands over it."""

    left: float
    right: float
    titles_above: bool


def value_domain(panel: ScorePanel) -> tuple[float, float]:
    """Return the values an axis must show: all scores, and enough of the last band to see it.

    It starts at the scale's own minimum and never ends above its maximum.
    """
    values = [point.value for point in panel.points if point.value is not None]
    starts = [band.low for band in panel.bands]
    if not values and not starts:
        return panel.minimum, panel.maximum
    reach = max([*values, *starts]) - panel.minimum
    return panel.minimum, min(panel.maximum, panel.minimum + max(reach * 1.15, 1))


def panel_view(panel: ScorePanel, width: float, x_domain: tuple[float, float], gutters: Gutters) -> View:
    """Return the view of a panel: a strip for title and flags, then the plot."""
    flat = View(width, 1, x_domain, (0, 1))
    rows = max((slot.row + 1 for slot in _flag_slots(panel.flags, flat, gutters) if slot), default=0)
    strip = AIR + HEAD + rows * FLAG_ROW + (TITLE_ROW if gutters.titles_above else 0)
    return View(width, strip + PLOT, x_domain, value_domain(panel), top=strip)


def panel_marks(view: View, panel: ScorePanel, behind: Marks, gutters: Gutters) -> Marks:
    """Return a panel's marks, back to front; `behind` (windows, dose lines) lies between bands and scores."""
    return [
        *band_marks(view, panel.bands),
        *y_axis(view),
        *behind,
        *_title(view, panel, gutters),
        *(
            curve(
                [(view.x(p.day), view.y(p.value)) for p in run if p.value is not None],
                stroke=INK,
                stroke_width=1.75,
            )
            for run in runs(panel.points)
        ),
        *_flags(view, panel, gutters),
        *_points(view, panel),
        *_values(view, panel.points),
    ]


def _title(view: View, panel: ScorePanel, gutters: Gutters) -> Marks:
    if gutters.titles_above:
        return [
            words(0, AIR + 8, panel.title, size=BODY, font_weight=600, fill=INK),
            words(text_width(panel.title, BODY, bold=True) + 8, AIR + 8, panel.subtitle, fill=SOFT),
        ]
    left, room = -gutters.left, gutters.left - 44
    heads = wrap(panel.title, HEADING, room)
    tails = wrap(panel.subtitle, SMALL, room)
    below = view.top + 8 + 17 * len(heads)
    return [
        *(
            words(left, view.top + 6 + 17 * row, line, size=HEADING, font_weight=600, fill=INK)
            for row, line in enumerate(heads)
        ),
        *(words(left, below + 15 * row, line, fill=SOFT) for row, line in enumerate(tails)),
    ]


def runs(points: Sequence[ScorePoint]) -> Iterator[list[ScorePoint]]:
    """Yield the unbroken stretches of scores: a missing score ends one."""
    run: list[ScorePoint] = []
    for point in sorted(points, key=lambda point: point.day):
        if point.value is not None:
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def point_words(title: str, point: ScorePoint) -> str:
    """Say one score in words: "Day 28: PHQ-9 9, mild, answered by the patient"."""
    value = _("no score") if point.value is None else number(point.value)
    scored = _("Day {day}: {scale} {score}").format(day=number(point.day), scale=title, score=value)
    parts = [scored, point.band and _(point.band), point.source.words, point.note]
    return beside(part for part in parts if part)


def _points(view: View, panel: ScorePanel) -> Marks:
    return [_point(view, panel.title, point) for point in sorted(panel.points, key=lambda point: point.day)]


def _point(view: View, title: str, point: ScorePoint) -> str:
    x, name = view.x(point.day), point_words(title, point)
    if point.value is not None:
        return named(name, *dot(x, view.y(point.value), point.source))
    reach = box(x - 6, view.height - 9, x + 6, view.height + 5, fill="none", pointer_events="all")
    return named(name, reach, rule(x, view.height - 6, x, view.height + 5, stroke=INK, stroke_width=2))


def _values(view: View, points: Sequence[ScorePoint]) -> Marks:
    scored = sorted((p for p in points if p.value is not None), key=lambda p: p.day)
    values = [p.value for p in scored if p.value is not None]
    if not values:
        return []
    xs = [view.x(p.day) for p in scored]
    widths = [text_width(number(value), SMALL) for value in values]
    first = [0, len(values) - 1, values.index(max(values)), values.index(min(values))]
    texts = [
        words(xs[i], _value_height(view, values, i), number(values[i]), text_anchor="middle", fill=INK)
        for i in sorted(readable(xs, widths, first))
    ]
    return [named(None, *texts)]


def _value_height(view: View, values: Sequence[float], index: int) -> float:
    """Return the height of a value's words: above its dot, or below it in a valley with room."""
    around = [values[i] for i in (index - 1, index + 1) if 0 <= i < len(values)]
    here = view.y(values[index])
    valley = bool(around) and all(value > values[index] for value in around)
    return here + 14 if valley and here + 20 < view.height else here - 13


def _flag_slots(flags: Sequence[FlagMark], view: View, gutters: Gutters) -> list[Slot | None]:
    anchors = [(view.x(flag.day), text_width(flag.label, SMALL, bold=True)) for flag in flags]
    return place_in_rows(anchors, left=0, right=view.width + gutters.right, gap=9, rows=max(len(flags), 1))


def _flags(view: View, panel: ScorePanel, gutters: Gutters) -> Marks:
    placed = zip(panel.flags, _flag_slots(panel.flags, view, gutters), strict=True)
    return [_flag(view, panel, flag, slot) for flag, slot in placed]


def _flag(view: View, panel: ScorePanel, flag: FlagMark, slot: Slot | None) -> str:
    x, y = view.x(flag.day), view.top - HEAD - 4 - FLAG_ROW * (slot.row if slot else 0)
    marks = [
        rule(x, y + 5, x, _stem_end(view, panel, flag), stroke=WARN),
        triangle(x, y, 5.5, fill=WARN),
    ]
    if slot:
        marks.append(words(slot.left, y, flag.label, font_weight=600, fill=WARN))
    name = _("Day {day}: {flag}.").format(day=number(flag.day), flag=flag.label)
    return named(f"{name} {flag.detail}".strip(), *marks)


def _stem_end(view: View, panel: ScorePanel, flag: FlagMark) -> float:
    """Return the height where a flag's stem ends: over the score of its day, or at the top of the plot."""
    here = [point.value for point in panel.points if point.day == flag.day and point.value is not None]
    return max(view.top - HEAD + 2, view.y(max(here)) - 21) if here else view.top

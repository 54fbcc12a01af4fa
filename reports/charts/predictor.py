"""One predictor against one outcome: points for people, a fitted line with band, the coefficient in words."""

from collections.abc import Callable, Sequence

from measures.language import gettext as _
from measures.language import pgettext
from reports.charts.labels import number, text_width, wrap
from reports.charts.palette import ARMS, BODY, INK, PAPER, SMALL, SOFT
from reports.charts.records import DataTable, Figure, Predictor, PredictorPoint
from reports.charts.svg import (
    Marks,
    curve,
    diamond,
    disc,
    document,
    group,
    named,
    ribbon,
    rule,
    square,
    triangle,
    words,
)
from reports.charts.view import View, frame, ticks, y_axis

PLOT = (350, 250)
LEFT, RIGHT = 44, 16
SHAPES: tuple[Callable[..., str], ...] = (disc, square, diamond, triangle)


def predictor(study: Predictor, *, key: str = "predictor") -> Figure:
    """Draw a predictor analysis; without a fit (refused) the points stand alone and the words say why."""
    groups = list(dict.fromkeys(point.group for point in study.points))
    count = len(study.points) if study.n is None else study.n
    finding = wrap(
        _("n = {n}. {finding}").format(n=count, finding=study.finding) if count else study.finding,
        BODY,
        PLOT[0] + LEFT,
    )
    top = 30.0 + 18 * len(finding) + 22
    view = View(PLOT[0], top + PLOT[1], *_domains(study), top=top)
    marks = [
        *(words(-LEFT, 10 + 18 * row, line, size=BODY, fill=INK) for row, line in enumerate(finding)),
        words(-LEFT, top - 16, study.y_label, size=BODY, font_weight=600, fill=INK),
        *(y_axis(view, 5) if study.points or study.fit else frame(view)),
        *_fit(view, study),
        *(_point(view, study, point, groups.index(point.group)) for point in study.points),
        *_foot(view, study, groups),
    ]
    height = view.height + 40 + 16 * len(_x_title(study)) + (22 if any(groups) else 0)
    said = (
        _("{outcome} against {predictor}, {n} people. {finding}")
        if count
        else _("{outcome} against {predictor}. {finding}")
    )
    text = said.format(outcome=study.y_label, predictor=study.x_label, n=count, finding=study.finding)
    svg = document(LEFT + view.width + RIGHT, height, study.title, text, [group(LEFT, 0, marks)], key=key)
    return Figure(svg, study.title, text, tuple(_tables(study)))


def _domains(study: Predictor) -> tuple[tuple[float, float], tuple[float, float]]:
    xs = [point.x for point in study.points] + [point.x for point in study.fit]
    ys = [point.y for point in study.points] + [
        edge for point in study.fit for edge in (point.low, point.high)
    ]
    return _aired(xs), _aired(ys)


def _aired(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0), max(values, default=1)
    air = (high - low) * 0.06 or 1
    return low - air, high + air


def _fit(view: View, study: Predictor) -> Marks:
    if not study.fit:
        return []
    line = sorted(study.fit, key=lambda point: point.x)
    upper = [(view.x(point.x), view.y(point.high)) for point in line]
    lower = [(view.x(point.x), view.y(point.low)) for point in line]
    middle = [(view.x(point.x), view.y(point.y)) for point in line]
    return [
        named(
            _("Fitted line with its band. {finding}").format(finding=study.finding),
            ribbon(upper, lower, fill=SOFT, fill_opacity=0.16),
            curve(middle, stroke=INK, stroke_width=2),
        )
    ]


def _point(view: View, study: Predictor, point: PredictorPoint, index: int) -> str:
    where = f"{study.x_label} {number(point.x)}, {study.y_label} {number(point.y)}"
    shape = SHAPES[index % len(SHAPES)]
    colour = ARMS[index % len(ARMS)]
    mark = shape(view.x(point.x), view.y(point.y), 4.8, fill=colour, fill_opacity=0.75, stroke=PAPER)
    return named(f"{point.group}: {where}" if point.group else where, mark)


def _foot(view: View, study: Predictor, groups: Sequence[str]) -> Marks:
    y = view.height
    marks = ticks(*view.x_domain, 6)
    stubs = [rule(view.x(x), y, view.x(x), y + 5, stroke=SOFT) for x in marks]
    numbers = [words(view.x(x), y + 16, number(x), text_anchor="middle", fill=SOFT) for x in marks]
    title = [
        words(view.width, y + 38 + 16 * row, line, size=BODY, font_weight=600, text_anchor="end", fill=INK)
        for row, line in enumerate(_x_title(study))
    ]
    key_height = y + 46 + 16 * len(title)
    return [*stubs, *numbers, *title, *(_key(groups, key_height) if any(groups) else [])]


def _x_title(study: Predictor) -> list[str]:
    return wrap(study.x_label, BODY * 1.08, PLOT[0] + LEFT - 10)


def _key(groups: Sequence[str], y: float) -> Marks:
    marks: Marks = []
    x = 0.0
    for index, label in enumerate(groups):
        shape = SHAPES[index % len(SHAPES)]
        marks += [shape(x + 6, y, 4.8, fill=ARMS[index % len(ARMS)]), words(x + 16, y, label, fill=SOFT)]
        x += 16 + text_width(label, SMALL) + 18
    return marks


def _tables(study: Predictor) -> list[DataTable]:
    people = tuple((point.group, number(point.x), number(point.y)) for point in study.points)
    fit = tuple((number(p.x), number(p.y), number(p.low), number(p.high)) for p in study.fit)
    tables = [DataTable(_("People"), (_("group"), study.x_label, study.y_label), people)]
    low, high = pgettext("end of an interval", "low"), pgettext("end of an interval", "high")
    line = DataTable(_("Fitted line"), (study.x_label, _("fitted"), low, high), fit)
    return [*tables, line] if fit else tables

"""A course in the width of a table cell: the shape only, with the last score as a dot."""

from collections.abc import Sequence

from measures.language import beside
from measures.language import gettext as _
from reports.charts.labels import number
from reports.charts.palette import ACCENT, SOFT
from reports.charts.panels import runs
from reports.charts.records import DataTable, Figure, ScorePoint
from reports.charts.svg import Marks, curve, disc, document, named
from reports.charts.view import View

SIZE = (120, 30)


def sparkline(
    title: str, points: Sequence[ScorePoint], *, minimum: float, maximum: float, key: str
) -> Figure:
    """Draw the scores of one scale; a missing score breaks the line. Its table has day and score.

    The height shows the scale from its minimum to its middle, or as far up as the scores go.
    """
    order = sorted(points, key=lambda point: point.day)
    text = _describe(title, order)
    svg = document(*SIZE, title, text, [named(text, *_marks(order, minimum, maximum))], key=key)
    rows = tuple((number(p.day), _("no score") if p.value is None else number(p.value)) for p in order)
    return Figure(svg, title, text, (DataTable(title, (_("day"), _("score")), rows),))


def _marks(order: Sequence[ScorePoint], minimum: float, maximum: float) -> Marks:
    days = [point.day for point in order]
    if not days:
        return []
    low, high = min(days), max(max(days), min(days) + 1)
    width, height = SIZE
    values = [point.value for point in order if point.value is not None]
    top = max([(minimum + maximum) / 2, *values])
    view = View(width - 12, height - 6, (low, high), (minimum, top), top=6)
    stretches = [
        [(6 + view.x(p.day), view.y(p.value)) for p in run if p.value is not None] for run in runs(order)
    ]
    lines = [curve(stretch, stroke=SOFT, stroke_width=1.5) for stretch in stretches if len(stretch) > 1]
    lone = [disc(*stretch[0], 1.6, fill=SOFT) for stretch in stretches[:-1] if len(stretch) == 1]
    return [*lines, *lone, *([disc(*stretches[-1][-1], 3.2, fill=ACCENT)] if stretches else [])]


def _describe(title: str, order: Sequence[ScorePoint]) -> str:
    values = [number(point.value) for point in order if point.value is not None]
    if not values:
        return _("{scale}: no scores yet").format(scale=title)
    return _("{scale}: {scores}").format(scale=title, scores=beside(values))

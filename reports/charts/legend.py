"""The key under a time line: only the marks that this picture has."""

from measures.language import gettext as _
from measures.language import marked
from reports.charts.dots import dot
from reports.charts.labels import text_width
from reports.charts.palette import ACCENT, HATCH, INK, SMALL, SOFT, WARN
from reports.charts.records import Source, Timeline
from reports.charts.svg import HATCH_FILL, Marks, box, diamond, group, rule, triangle, words

ROW = 20
SYMBOLS = {
    marked("no score"): [rule(0, -5, 0, 6, stroke=INK, stroke_width=2)],
    marked("flag"): [triangle(0, 0, 5.5, fill=WARN)],
    marked("dose"): [diamond(0, 0, 7, fill=ACCENT)],
    marked("acute window"): [box(-6, -6, 6, 6, fill=HATCH_FILL, fill_opacity=0.6, stroke=HATCH)],
}


def legend_entries(course: Timeline) -> list[str]:
    """Return what the key must explain, in its order: as it is marked, to be translated where it is drawn."""
    points = [point for panel in course.panels for point in panel.points]
    sources = {point.source for point in points if point.value is not None}
    used = {
        "no score": any(point.value is None for point in points),
        "flag": any(panel.flags for panel in course.panels),
        "dose": bool(course.doses),
        "acute window": any(dose.acute_until is not None for dose in course.doses),
    }
    return [source.value for source in Source if source in sources] + [
        entry for entry in SYMBOLS if used[entry]
    ]


def legend_rows(course: Timeline, width: float) -> list[list[str]]:
    """Return the entries in rows that fit the width."""
    rows: list[list[str]] = [[]]
    for entry in legend_entries(course):
        if rows[-1] and _reach([*rows[-1], entry]) > width:
            rows.append([])
        rows[-1].append(entry)
    return rows


def _reach(entries: list[str]) -> float:
    return sum(18 + text_width(_(entry), SMALL) + 18 for entry in entries)


def legend_marks(course: Timeline, width: float, y: float) -> Marks:
    """Draw the key from the left edge, its first row at height `y`."""
    marks: Marks = []
    for row, entries in enumerate(legend_rows(course, width)):
        for index, entry in enumerate(entries):
            marks.append(
                group(
                    7 + _reach(entries[:index]),
                    y + ROW * row,
                    [*_symbol(entry), words(12, 0, _(entry), fill=SOFT)],
                )
            )
    return marks


def _symbol(entry: str) -> Marks:
    return SYMBOLS[entry] if entry in SYMBOLS else dot(0, 0, Source(entry))

"""Treatment above, scores below, one day axis for all."""

from dataclasses import replace
from itertools import accumulate

from measures.language import gettext as _
from reports.charts.describe import describe_timeline, timeline_tables
from reports.charts.labels import text_width
from reports.charts.lanes import dose_height, lane_marks, lanes_height, medications
from reports.charts.legend import ROW, legend_marks, legend_rows
from reports.charts.palette import ACCENT, BODY, SMALL, SOFT
from reports.charts.panels import Gutters, panel_marks, panel_view
from reports.charts.records import Figure, ScorePanel, Timeline
from reports.charts.svg import HATCH_FILL, Marks, box, document, group, rule, words
from reports.charts.view import View, day_axis

WIDE_PLOT = 800
NARROW_PLOT = 600
PHONE = 326  # what a phone shows without scrolling: the key must fit
LEAD = 56  # days of medication shown before the first score, session or dose
FOOT = 78  # room for axis numbers, axis title and the first row of the key


def timeline(course: Timeline, *, key: str = "timeline", narrow: bool = False) -> Figure:
    """Draw one treatment episode.

    Lanes (medication, doses, sessions) stand over the score panels; doses go as dashed lines through all of
    them and their acute windows are hatched. A missing score breaks its line and leaves a tick on its axis.
    `narrow` gives the rendering for a phone, which the page lets scroll sideways. `key` begins every id in
    the picture: it must differ from that of the other pictures of the page.
    """
    blocks = _blocks(course, narrow)
    gutters = _gutters(course, narrow)
    width = gutters.left + (NARROW_PLOT if narrow else WIDE_PLOT) + gutters.right
    tops = list(accumulate((height for height, _ in blocks), initial=0.0))
    marks = [group(gutters.left, top, block) for top, (_, block) in zip(tops, blocks, strict=False)]
    text = describe_timeline(course)
    svg = document(width, tops[-1], course.title, text, marks, key=key)
    return Figure(svg, course.title, text, tuple(timeline_tables(course)))


def _blocks(course: Timeline, narrow: bool) -> list[tuple[float, Marks]]:
    """Return height and marks of each block from top to bottom: lanes, panels, foot."""
    gutters, domain = _gutters(course, narrow), day_domain(course)
    width = NARROW_PLOT if narrow else WIDE_PLOT
    drawn = _in_sight(course, domain[0])
    lanes = View(width, lanes_height(drawn), domain, (0, 1))
    above = [*_dose_lines(lanes, drawn, dose_height(drawn)), *lane_marks(lanes, drawn, gutters)]
    panels = [
        _panel(drawn, panel, panel_view(panel, width, domain, gutters), gutters) for panel in course.panels
    ]
    room = PHONE if narrow else gutters.left + width + gutters.right
    foot = View(width, FOOT + ROW * len(legend_rows(drawn, room)), domain, (0, 1))
    below = [*_foot(foot, drawn), group(-gutters.left, 0, legend_marks(drawn, room, FOOT))]
    return [(lanes.height, above), *panels, (foot.height, below)]


def _panel(course: Timeline, panel: ScorePanel, view: View, gutters: Gutters) -> tuple[float, Marks]:
    behind = [*_windows(view, course), *_dose_lines(view, course, 0)]
    return view.height, panel_marks(view, panel, behind, gutters)


def day_domain(course: Timeline) -> tuple[float, float]:
    """Return the first and last day of the axis, with a little air.

    Everything is shown but medication of long ago: a bar that starts more than `LEAD` days before the first
    score, session or dose is cut at the left edge, else years of it would leave the treatment no room.
    """
    days = [0.0, course.until, *(dose.day for dose in course.doses)]
    days += [tick.day for lane in course.sessions for tick in lane.sessions]
    days += [point.day for panel in course.panels for point in panel.points]
    days += [flag.day for panel in course.panels for flag in panel.flags]
    edges = [edge for bar in course.medication for edge in (bar.start, bar.end) if edge is not None]
    days += [edge for edge in edges if edge >= min(days) - LEAD]
    air = max((max(days) - min(days)) * 0.025, 1)
    return min(days) - air, max(days) + air


def _in_sight(course: Timeline, first: float) -> Timeline:
    """Return the course without medication that ended before the axis begins; the table keeps it."""
    bars = tuple(bar for bar in course.medication if bar.end is None or bar.end > first)
    return replace(course, medication=bars)


def _gutters(course: Timeline, narrow: bool) -> Gutters:
    bands = [_(band.label) for panel in course.panels for band in panel.bands]
    lanes = [*medications(course), *(lane.label for lane in course.sessions)]
    return Gutters(
        left=max([110.0 if narrow else 152.0, *(text_width(name, BODY) + 10 for name in lanes)]),
        right=12 + max(text_width(name, SMALL) for name in [*bands, _("ongoing")]),
        titles_above=narrow,
    )


def _dose_lines(view: View, course: Timeline, start: float) -> Marks:
    return [
        rule(x, start, x, view.height, stroke=ACCENT, stroke_dasharray="3 4", stroke_opacity=0.8)
        for x in (view.x(dose.day) for dose in course.doses)
    ]


def _windows(view: View, course: Timeline) -> Marks:
    return [
        box(
            view.x(dose.day),
            view.top,
            min(view.x(dose.acute_until), view.width),  # a window may end after the last day that is drawn
            view.height,
            fill=HATCH_FILL,
            fill_opacity=0.5,
        )
        for dose in course.doses
        if dose.acute_until is not None
    ]


def _foot(view: View, course: Timeline) -> Marks:
    said = _("days, counted from {zero} (day 0)").format(zero=course.zero)
    title = words(0, 50, said, size=BODY, fill=SOFT)
    return [*day_axis(view, 12, BODY), title]

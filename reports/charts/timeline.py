"""Treatment above, scores below, one day axis for all."""

from itertools import accumulate

from reports.charts.describe import describe_timeline, timeline_tables
from reports.charts.labels import text_width
from reports.charts.lanes import dose_height, lane_marks, lanes_height
from reports.charts.legend import ROW, legend_marks, legend_rows
from reports.charts.palette import ACCENT, BODY, SMALL, SOFT
from reports.charts.panels import Gutters, panel_marks, panel_view
from reports.charts.records import Figure, Timeline
from reports.charts.svg import HATCH_FILL, Marks, box, document, group, rule, words
from reports.charts.view import View, day_axis

WIDE_PLOT = 800
NARROW_PLOT = 600
FOOT = 78  # room for axis numbers, axis title and the first row of the key


def timeline(course: Timeline, *, key: str = "timeline", narrow: bool = False) -> Figure:
    """Draw one treatment episode.

    Lanes (medication, doses, sessions) stand over the score panels; doses go as dashed lines through all of
    them and their acute windows are hatched. A missing score breaks its line and leaves a tick on its axis.
    `narrow` gives the rendering for a phone, which the page lets scroll sideways. `key` begins every id in the
    picture: it must differ from that of the other pictures of a page.
    """
    gutters = _gutters(course, narrow)
    width, domain = NARROW_PLOT if narrow else WIDE_PLOT, day_domain(course)
    lanes = View(width, lanes_height(course), domain, (0, 1))
    panels = [panel_view(panel, width, domain, gutters) for panel in course.panels]
    whole = gutters.left + width + gutters.right
    foot = View(width, FOOT + ROW * len(legend_rows(course, whole)), domain, (0, 1))
    blocks = [
        [*_dose_lines(lanes, course, dose_height(course)), *lane_marks(lanes, course, gutters)],
        *(
            panel_marks(view, panel, [*_windows(view, course), *_dose_lines(view, course, 0)], gutters)
            for view, panel in zip(panels, course.panels, strict=True)
        ),
        [*_foot(foot, course), group(-gutters.left, 0, legend_marks(course, whole, FOOT))],
    ]
    views = [lanes, *panels, foot]
    tops = accumulate((view.height for view in views), initial=0.0)
    marks = [group(gutters.left, top, block) for top, block in zip(tops, blocks, strict=False)]
    text = describe_timeline(course)
    svg = document(whole, sum(view.height for view in views), course.title, text, marks, key=key)
    return Figure(svg, course.title, text, tuple(timeline_tables(course)))


def day_domain(course: Timeline) -> tuple[float, float]:
    """Return the first and last day of the axis: everything drawn, with a little air."""
    days = [0.0, course.until]
    days += [bar.start for bar in course.medication] + [
        bar.end for bar in course.medication if bar.end is not None
    ]
    days += [dose.day for dose in course.doses] + [
        tick.day for lane in course.sessions for tick in lane.sessions
    ]
    days += [point.day for panel in course.panels for point in panel.points]
    days += [flag.day for panel in course.panels for flag in panel.flags]
    air = max((max(days) - min(days)) * 0.025, 1)
    return min(days) - air, max(days) + air


def _gutters(course: Timeline, narrow: bool) -> Gutters:
    names = [band.label for panel in course.panels for band in panel.bands] + ["ongoing"]
    return Gutters(
        left=110 if narrow else 152,
        right=12 + max(text_width(name, SMALL) for name in names),
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
            view.x(dose.acute_until),
            view.height,
            fill=HATCH_FILL,
            fill_opacity=0.5,
        )
        for dose in course.doses
        if dose.acute_until is not None
    ]


def _foot(view: View, course: Timeline) -> Marks:
    title = words(0, 50, f"days, counted from {course.zero} (day 0)", size=BODY, fill=SOFT)
    return [*day_axis(view, 12, BODY), title]

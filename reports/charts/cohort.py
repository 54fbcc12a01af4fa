"""A cohort over time: thin lines for people, means with intervals in front, the n behind each mean below."""

from collections.abc import Sequence

from measures.language import gettext as _
from reports.charts.bands import band_marks
from reports.charts.labels import number, spread, text_width
from reports.charts.palette import ARM_DASHES, ARMS, BODY, INK, PAPER, SOFT
from reports.charts.records import CohortArm, CohortCourse, DataTable, Figure, MeanPoint
from reports.charts.svg import (
    Marks,
    curve,
    diamond,
    disc,
    document,
    group,
    named,
    rule,
    square,
    triangle,
    words,
)
from reports.charts.view import View, y_axis

PLOT = (780, 300)
TOP = 34
ROW = 18
SHAPES = (disc, square, diamond, triangle)
DODGE = 7  # pixels between the arms at one time, so that intervals do not cover each other


def cohort_course(course: CohortCourse, *, key: str = "cohort") -> Figure:
    """Draw the course of a cohort by arm.

    A mean that is withheld or missing breaks its line. Under the axis each arm has a row with its n at every
    time.
    """
    view = View(PLOT[0], TOP + PLOT[1], _days(course), _values(course), top=TOP)
    labels = [_("people"), *(arm.label for arm in course.arms)]
    left = 30 + max(text_width(label, BODY, bold=True) for label in labels)
    right = 16 + max(
        text_width(label, BODY, bold=True) for label in [*labels, *(b.label for b in course.bands)]
    )
    marks = [
        *band_marks(view, course.bands),
        *y_axis(view, 5),
        *_people(view, course.arms),
        *(mark for index, arm in enumerate(course.arms) for mark in _arm(view, course, arm, index)),
        *([] if course.bands else _end_names(view, course)),
        words(-left, 12, course.scale, size=BODY, font_weight=600, fill=INK),
        *_foot(view, course, left),
    ]
    height = view.height + 62 + ROW * (len(course.arms) + 1)
    text = _describe(course)
    svg = document(left + view.width + right, height, course.title, text, [group(left, 0, marks)], key=key)
    return Figure(svg, course.title, text, (_table(course),))


def _days(course: CohortCourse) -> tuple[float, float]:
    days = [point.day for arm in course.arms for point in arm.means] or [0.0]
    days += [day for arm in course.arms for person in arm.people for day, _ in person]
    air = max((max(days) - min(days)) * 0.04, 1)
    return min(days) - air, max(days) + air


def _values(course: CohortCourse) -> tuple[float, float]:
    values = [
        value for arm in course.arms for person in arm.people for _, value in person if value is not None
    ]
    values += [point.high for arm in course.arms for point in arm.means if point.high is not None]
    reach = max(values, default=course.maximum) - course.minimum
    return course.minimum, min(course.maximum, course.minimum + max(reach * 1.08, 1))


def _people(view: View, arms: Sequence[CohortArm]) -> Marks:
    lines = [
        curve(stretch, stroke=ARMS[index % len(ARMS)], stroke_width=0.9, stroke_opacity=0.2)
        for index, arm in enumerate(arms)
        for person in arm.people
        for stretch in _stretches(view, person)
    ]
    return [named(None, *lines)] if lines else []


def _stretches(
    view: View, pairs: Sequence[tuple[float, float | None]], shift: float = 0
) -> list[list[tuple[float, float]]]:
    """Return the unbroken stretches of a series as pixels: a missing value ends one."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for day, value in pairs:
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append((view.x(day) + shift, view.y(value)))
    return [stretch for stretch in stretches if len(stretch) > 1]


def _arm(view: View, course: CohortCourse, arm: CohortArm, index: int) -> Marks:
    colour, shift = ARMS[index % len(ARMS)], (index - (len(course.arms) - 1) / 2) * DODGE
    pairs = [(point.day, point.mean) for point in arm.means]
    dash = ARM_DASHES[index % len(ARM_DASHES)]
    lines = [
        curve(stretch, stroke=colour, stroke_width=2.4, stroke_dasharray=dash)
        for stretch in _stretches(view, pairs, shift)
    ]
    shown = [point for point in arm.means if point.mean is not None]
    return [*lines, *(_mean(view, course, arm, point, index, shift) for point in shown)]


def _mean(
    view: View, course: CohortCourse, arm: CohortArm, point: MeanPoint, index: int, shift: float
) -> str:
    colour, x = ARMS[index % len(ARMS)], view.x(point.day) + shift
    bar: Marks = []
    if point.low is not None and point.high is not None:
        low, high = view.y(max(point.low, view.y_domain[0])), view.y(point.high)
        caps = [rule(x - 4, y, x + 4, y, stroke=colour, stroke_width=1.6) for y in (low, high)]
        bar = [rule(x, low, x, high, stroke=colour, stroke_width=1.6), *caps]
    shape = SHAPES[index % len(SHAPES)]
    dot = shape(x, view.y(point.mean or 0), 5.4, fill=colour, stroke=PAPER, stroke_width=1.5)
    return named(mean_words(course, arm, point), *bar, dot)


def mean_words(course: CohortCourse, arm: CohortArm, point: MeanPoint) -> str:
    """Say a mean in words: "Day 28, psilocybin: mean 8.1 (95 % confidence interval 6.2 to 10), n 24"."""
    said = {
        "day": number(point.day),
        "arm": arm.label,
        "mean": _("withheld") if point.mean is None else number(round(point.mean, 1)),
        "n": _count(point),
    }
    if point.low is None or point.high is None:
        return _("Day {day}, {arm}: mean {mean}, n {n}").format(**said)
    return _("Day {day}, {arm}: mean {mean} ({interval} {between}), n {n}").format(
        **said, interval=course.interval, between=_interval(point)
    )


def _interval(point: MeanPoint) -> str:
    if point.low is None or point.high is None:
        return ""
    low, high = number(round(point.low, 1)), number(round(point.high, 1))
    return _("{low} to {high}").format(low=low, high=high)


def _count(point: MeanPoint) -> str:
    return _("withheld") if point.n is None else str(point.n)


def _end_names(view: View, course: CohortCourse) -> Marks:
    """Name each arm at the end of its line."""
    lasts = [
        (
            arm.label,
            ARMS[index % len(ARMS)],
            [point.mean for point in arm.means if point.mean is not None][-1],
        )
        for index, arm in enumerate(course.arms)
        if any(point.mean is not None for point in arm.means)
    ]
    heights = spread([view.y(mean) for *_, mean in lasts], distance=16, low=view.top, high=view.height)
    return [
        words(view.width + 6, y, label, size=BODY, font_weight=600, fill=colour)
        for (label, colour, _), y in zip(lasts, heights, strict=True)
    ]


def _foot(view: View, course: CohortCourse, left: float) -> Marks:
    days = sorted({point.day for arm in course.arms for point in arm.means})
    y = view.height
    stubs = [rule(view.x(day), y, view.x(day), y + 5, stroke=SOFT) for day in days]
    shown = _apart(view, days)
    numbers = [
        words(view.x(day), y + 16, number(day), size=BODY, text_anchor="middle", fill=SOFT) for day in shown
    ]
    title = words(-left, y + 16, _("day"), size=BODY, fill=SOFT)
    heading = words(-left, y + 42, _("people"), size=BODY, fill=SOFT)
    rows = [
        mark
        for index, arm in enumerate(course.arms)
        for mark in _count_row(view, arm, index, y + 42 + ROW * (index + 1), left, shown)
    ]
    note = words(-left, y + 52 + ROW * (len(course.arms) + 1), _note(course), fill=SOFT)
    return [*stubs, *numbers, title, heading, *rows, note]


def _note(course: CohortCourse) -> str:
    said = (
        _("day 0 is {zero}; dots: means; bars: {interval}; thin lines: people")
        if any(arm.people for arm in course.arms)
        else _("day 0 is {zero}; dots: means; bars: {interval}")
    )
    return said.format(zero=course.zero, interval=course.interval)


def _apart(view: View, days: Sequence[float]) -> list[float]:
    shown: list[float] = []
    for day in days:
        if not shown or view.x(day) - view.x(shown[-1]) >= 30:
            shown.append(day)
    return shown


def _count_row(view: View, arm: CohortArm, index: int, y: float, left: float, days: Sequence[float]) -> Marks:
    colour = ARMS[index % len(ARMS)]
    shape = SHAPES[index % len(SHAPES)]
    counts = [
        words(view.x(point.day), y, "–" if point.n is None else str(point.n), text_anchor="middle", fill=INK)
        for point in arm.means
        if point.day in days
    ]
    return [
        shape(6 - left, y, 4.5, fill=colour),
        words(16 - left, y, arm.label, size=BODY, fill=colour, font_weight=600),
        *counts,
    ]


def _describe(course: CohortCourse) -> str:
    ends = [
        _("{arm}: mean {first} on day {from_day}, {last} on day {to_day}.").format(
            arm=arm.label,
            first=number(round(shown[0].mean or 0, 1)),
            from_day=number(shown[0].day),
            last=number(round(shown[-1].mean or 0, 1)),
            to_day=number(shown[-1].day),
        )
        for arm in course.arms
        if (shown := [point for point in arm.means if point.mean is not None])
    ]
    return " ".join(
        [
            _("{scale} by arm.").format(scale=course.scale),
            *ends,
            _("Day 0 is {zero}.").format(zero=course.zero),
        ]
    )


def _table(course: CohortCourse) -> DataTable:
    rows = tuple(
        (
            arm.label,
            number(point.day),
            _("withheld") if point.mean is None else number(round(point.mean, 1)),
            _interval(point),
            _count(point),
        )
        for arm in course.arms
        for point in arm.means
    )
    return DataTable(
        _("{scale}, means by arm").format(scale=course.scale),
        (_("arm"), _("day"), _("mean"), course.interval, "n"),
        rows,
    )

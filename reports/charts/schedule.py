"""A treatment as planned: phases above, then medication, doses and sessions, then what is asked and when."""

from collections.abc import Iterable
from dataclasses import dataclass

from measures.language import gettext as _
from measures.language import ngettext, pgettext
from reports.charts.dots import dot
from reports.charts.labels import number, text_width, wrap
from reports.charts.lanes import dose_words, lane_marks, lanes_height, medications
from reports.charts.palette import ACCENT_SOFT, BODY, INK, LINE, ON_SOFT, PAPER, SMALL, SOFT
from reports.charts.panels import Gutters
from reports.charts.records import AskLane, AskMark, DataTable, Figure, PhaseBar, Schedule, Source
from reports.charts.svg import Marks, box, document, group, named, rule, words
from reports.charts.view import View, day_axis

WIDE_PLOT = 800
NARROW_PLOT = 600
TREATMENT = 0.68  # share of the width that treatment gets where follow-up has a scale of its own
GAP = 22  # between the two scales, pixels
PHASES = 46
LANE = 22
FOOT = 92


@dataclass(frozen=True)
class BentView(View):
    """A view whose days from `bend` on have a scale of their own, to the right of a gap."""

    bend: float | None = None

    def x(self, value: float) -> float:
        """Return the pixel of a day."""
        if self.bend is None:
            return super().x(value)
        treatment, follow_up = self.parts()
        if value < self.bend:
            return min(treatment.x(value), treatment.width)
        return self.width - follow_up.width + follow_up.x(value)

    def parts(self) -> tuple[View, View]:
        """Return the straight views left and right of the bend."""
        low, high = self.x_domain
        bend = high if self.bend is None else self.bend
        left = self.width * TREATMENT - GAP / 2
        right = self.width * (1 - TREATMENT) - GAP / 2
        return View(left, self.height, (low, bend), (0, 1)), View(right, self.height, (bend, high), (0, 1))


def schedule(plan: Schedule, *, key: str = "schedule", narrow: bool = False) -> Figure:
    """Draw a planned treatment.

    A dot per question, filled when a clinician rates, open when the patient answers; the pale bar behind it is
    the window. `narrow` gives the rendering for a phone, which the page lets scroll sideways.
    """
    gutters, width = _gutters(plan, narrow), NARROW_PLOT if narrow else WIDE_PLOT
    lanes = lanes_height(plan.course)
    top = PHASES + lanes + 8
    height = top + LANE * len(plan.asked)
    view = BentView(width, height, day_domain(plan), (0, 1), bend=plan.bend)
    marks = [
        *_phases(view, plan.phases),
        group(0, PHASES, lane_marks(view, plan.course, gutters)),
        *_asked(view, plan.asked, top, gutters),
        *_foot(view, plan, height),
    ]
    text = describe_schedule(plan)
    drawn = group(gutters.left, 4, marks)
    svg = document(gutters.left + width + gutters.right, height + FOOT, plan.title, text, [drawn], key=key)
    return Figure(svg, plan.title, text, tuple(schedule_tables(plan)))


def day_domain(plan: Schedule) -> tuple[float, float]:
    """Return the first and last day of the axis, with a little air."""
    questions = [mark for lane in plan.asked for mark in lane.marks]
    days = [0.0, *(day for phase in plan.phases for day in (phase.first, phase.last + 1))]
    days += [dose.day for dose in plan.course.doses]
    days += [day for mark in questions for day in (mark.day, mark.opens, mark.closes)]
    return min(days) - 1, max(days) + 1


def _gutters(plan: Schedule, narrow: bool) -> Gutters:
    lanes = [lane.label for lane in plan.course.sessions] + [lane.label for lane in plan.asked]
    names = lanes + medications(plan.course)
    widest = max(text_width(name, BODY) for name in [*names, _("dosing session")])
    return Gutters(left=max(110.0 if narrow else 152.0, widest + 12), right=64, titles_above=narrow)


def _phases(view: BentView, phases: Iterable[PhaseBar]) -> Marks:
    return [mark for phase in phases for mark in _phase(view, phase)]


def _phase(view: BentView, phase: PhaseBar) -> Marks:
    x, x2 = view.x(phase.first), view.x(phase.last + 1)
    lines = wrap(phase.title, SMALL, x2 - x - 8)
    fits = len(lines) <= 2 and all(text_width(line, SMALL) <= x2 - x - 8 for line in lines)
    middle = 18 - 7 * (len(lines) - 1)
    inside = [words(x + 6, middle + 14 * row, line, fill=ON_SOFT) for row, line in enumerate(lines)]
    name = _("{phase}, day {first} to day {last}").format(
        phase=phase.title, first=number(phase.first), last=number(phase.last)
    )
    bar = box(x, 0, x2, 36, rx=3, fill=ACCENT_SOFT, stroke=PAPER, stroke_width=1.5)
    return [named(name, bar, *(inside if fits else []))]


def _asked(view: BentView, lanes: Iterable[AskLane], top: float, gutters: Gutters) -> Marks:
    marks: Marks = []
    for row, lane in enumerate(lanes):
        y = top + LANE * (row + 0.5)
        marks += [rule(0, y, view.width, y, stroke=LINE)]
        marks += [words(-gutters.left, y, lane.label, size=BODY, fill=SOFT)]
        marks += [_question(view, y, lane, mark) for mark in lane.marks]
    return marks


def _question(view: BentView, y: float, lane: AskLane, mark: AskMark) -> str:
    window = box(view.x(mark.opens), y - 4, view.x(mark.closes + 1), y + 4, rx=2, fill=ACCENT_SOFT)
    return named(
        _("{instrument}, {time_point}: day {day}, from day {opens} to day {closes}").format(
            instrument=lane.label,
            time_point=mark.label,
            day=number(mark.day),
            opens=number(mark.opens),
            closes=number(mark.closes),
        ),
        window,
        *dot(view.x(mark.day), y, lane.source),
    )


def _foot(view: BentView, plan: Schedule, y: float) -> Marks:
    said = _("days, counted from {zero} (day 0)").format(zero=plan.zero)
    title = words(0, y + 48, said, size=BODY, fill=SOFT)
    return [*_axis(view, y + 10), title, *_key(plan, y + 72)]


def _axis(view: BentView, y: float) -> Marks:
    if view.bend is None:
        return day_axis(view, y, BODY)
    treatment, follow_up = view.parts()
    start = view.width - follow_up.width
    cut = [rule(x - 3, y + 5, x + 3, y - 5, stroke=SOFT) for x in (treatment.width, start)]
    return [*day_axis(treatment, y, BODY), *cut, group(start, 0, day_axis(follow_up, y, BODY))]


def _key(plan: Schedule, y: float) -> Marks:
    used = [source for source in Source if any(lane.source is source for lane in plan.asked)]
    marks, x = [], 7.0
    for source in used:
        marks.append(group(x, y, [*dot(0, 0, source), words(12, 0, _(source.value), fill=SOFT)]))
        x += 36 + text_width(_(source.value), SMALL)
    window = [box(-6, -4, 8, 4, rx=2, fill=ACCENT_SOFT), words(16, 0, _("window"), fill=SOFT)]
    marks.append(group(x, y, window))
    if plan.bend is None:
        return marks
    x += 40 + text_width(_("window"), SMALL)
    cut = [rule(-3, 5, 3, -5, stroke=INK), words(10, 0, _("another scale from here"), fill=SOFT)]
    return [*marks, group(x, y, cut)]


def describe_schedule(plan: Schedule) -> str:
    """Say what the picture shows: phases, doses, and how often each instrument is asked."""
    phases = "; ".join(
        _("{phase}, day {first} to {last}").format(
            phase=phase.title, first=number(phase.first), last=number(phase.last)
        )
        for phase in plan.phases
    )
    doses = "; ".join(
        _("{dose} on day {day}").format(dose=dose_words(dose), day=number(dose.day))
        for dose in plan.course.doses
    )
    asked = "; ".join(
        ngettext("{instrument} {n} time", "{instrument} {n} times", len(lane.marks)).format(
            instrument=lane.label, n=len(lane.marks)
        )
        for lane in plan.asked
    )
    parts = [
        _("Phases: {phases}.").format(phases=phases),
        _("Doses: {doses}.").format(doses=doses) if doses else "",
        _("Asked: {asked}.").format(asked=asked),
        _("Day 0 is {zero}.").format(zero=plan.zero),
    ]
    return " ".join(part for part in parts if part)


def schedule_tables(plan: Schedule) -> list[DataTable]:
    """Return the questions by day, then the treatment by day."""
    asked = [(mark, lane) for lane in plan.asked for mark in lane.marks]
    asked.sort(key=lambda pair: (pair[0].day, pair[1].label))
    questions = tuple(
        (number(mark.day), mark.label, lane.label, _(lane.source.value),
         _("{first} to {last}").format(first=number(mark.opens), last=number(mark.closes)))
        for mark, lane in asked
    )  # fmt: skip
    given = [(dose.day, _("dosing session"), dose_words(dose)) for dose in plan.course.doses]
    given += [(tick.day, lane.label, tick.label) for lane in plan.course.sessions for tick in lane.sessions]
    treatment = tuple((number(day), kind, what) for day, kind, what in sorted(given))
    return [
        DataTable(
            _("What is asked"),
            (_("day"), _("time point"), _("instrument"), pgettext("answered by", "by"), _("window, days")),
            questions,
        ),
        DataTable(_("Sessions and doses"), (_("day"), _("kind"), _("what")), treatment),
    ]

"""The lanes above the scores: medication, doses, sessions. Names stand in the margin, bars carry doses."""

from collections.abc import Sequence

from measures.language import gettext as _
from reports.charts.labels import number, readable, text_width
from reports.charts.palette import ACCENT, ACCENT_SOFT, BODY, HATCH, INK, LINE, ON_SOFT, PAPER, SMALL, SOFT
from reports.charts.panels import Gutters
from reports.charts.records import DoseMark, MedicationBar, SessionLane, Timeline
from reports.charts.svg import HATCH_FILL, Marks, box, diamond, named, rule, words
from reports.charts.view import View

BAR_LANE = 26
TICK_LANE = 26
DOSE_LANE = 40
BAR = 18


def medications(course: Timeline) -> list[str]:
    """Return the medication names in order of first use."""
    return list(dict.fromkeys(bar.medication for bar in sorted(course.medication, key=lambda bar: bar.start)))


def lanes_height(course: Timeline) -> float:
    """Return the height that the lanes of a treatment take, pixels."""
    doses = DOSE_LANE if course.doses else 0
    return BAR_LANE * len(medications(course)) + doses + TICK_LANE * len(course.sessions) + 4


def dose_height(course: Timeline) -> float:
    """Return the height at which the diamonds stand, where the dose lines begin."""
    return BAR_LANE * len(medications(course)) + DOSE_LANE - 13


def lane_marks(view: View, course: Timeline, gutters: Gutters) -> Marks:
    """Return the marks of all lanes: medication first, then doses, then sessions."""
    marks: Marks = []
    for row, name in enumerate(medications(course)):
        y = BAR_LANE * (row + 0.5)
        bars = [bar for bar in course.medication if bar.medication == name]
        marks += [*_lane(view, name, y, gutters), *_bars(view, y, bars), *_last_dose(view, y, name, course)]
    if course.doses:
        y = dose_height(course)
        marks += [*_lane(view, _("dosing session"), y, gutters), *_diamonds(view, y, course.doses)]
    after = BAR_LANE * len(medications(course)) + (DOSE_LANE if course.doses else 0)
    for row, lane in enumerate(course.sessions):
        y = after + TICK_LANE * (row + 0.5)
        marks += [*_lane(view, lane.label, y, gutters), *_session_ticks(view, y, lane)]
    return marks


def _lane(view: View, label: str, y: float, gutters: Gutters) -> Marks:
    return [rule(0, y, view.width, y, stroke=LINE), words(-gutters.left, y, label, size=BODY, fill=SOFT)]


def bar_words(bar: MedicationBar) -> str:
    """Say what a stretch of medication is: "sertraline 100 mg/day", "sertraline washout"."""
    if bar.washout:
        return _("{medication} washout").format(medication=bar.medication)
    return f"{bar.medication} {bar.dose}".strip()


def _bar_name(bar: MedicationBar) -> str:
    if bar.end is None:
        return _("{what}, day {start} ongoing").format(what=bar_words(bar), start=number(bar.start))
    words = _("{what}, day {start} to day {end}")
    return words.format(what=bar_words(bar), start=number(bar.start), end=number(bar.end))


def _bars(view: View, y: float, bars: Sequence[MedicationBar]) -> Marks:
    ongoing = any(bar.end is None for bar in bars)
    note = [words(view.width + 8, y, _("ongoing"), fill=SOFT)] if ongoing else []
    return [*(_bar(view, y, bar) for bar in bars), *note]


def _last_dose(view: View, y: float, medication: str, course: Timeline) -> Marks:
    """A stroke on the last day, with its words where there is room for them beside it."""
    mark = course.last_dose
    if mark is None or medication not in mark.medications:
        return []
    x = view.x(mark.day)
    said = _("last dose")
    room = view.width - x - 14 > text_width(said, SMALL)
    label = [words(x + 8, y, said, fill=SOFT)] if room else []
    stroke = rule(x, y - BAR / 2 - 2, x, y + BAR / 2 + 2, stroke=INK, stroke_width=2)
    name = _("Last dose of {medication}, day {day}").format(medication=medication, day=number(mark.day))
    return [named(name, stroke, *label)]


def _bar(view: View, y: float, bar: MedicationBar) -> str:
    start, end = max(view.x(bar.start), 0), view.width if bar.end is None else view.x(bar.end)
    corners = (start, y - BAR / 2, end, y + BAR / 2)
    if bar.washout:
        ground = [
            box(*corners, fill=PAPER),
            box(*corners, rx=3, fill=HATCH_FILL, fill_opacity=0.6, stroke=HATCH),
        ]
    else:
        ground = [box(*corners, rx=3, fill=ACCENT_SOFT, stroke=PAPER, stroke_width=1.5)]
    return named(_bar_name(bar), *ground, *_bar_label(bar, start, end, y))


def _bar_label(bar: MedicationBar, start: float, end: float, y: float) -> Marks:
    """Write the dose into a bar with room for it, whole ("1 mg as needed") or its first words ("1 mg")."""
    parts = bar.dose.split()
    choices = (
        [_("washout")] if bar.washout else [" ".join(parts[:count]) for count in range(len(parts), 0, -1)]
    )
    room = end - start - 10
    label = next((choice for choice in choices if text_width(choice, SMALL) <= room), None)
    if label is None:
        return []
    back = box(start + 4, y - 7, start + 8 + text_width(label, SMALL) * 0.9, y + 7, fill=PAPER, rx=2)
    return [*([back] if bar.washout else []), words(start + 6, y, label, fill=ON_SOFT)]


def dose_words(dose: DoseMark) -> str:
    """Say what a dose is: "psilocybin 25 mg"."""
    return f"{dose.substance} {dose.amount}".strip()


def _diamonds(view: View, y: float, doses: Sequence[DoseMark]) -> Marks:
    order = sorted(doses, key=lambda dose: dose.day)
    widths = [text_width(dose.amount, SMALL, bold=True) for dose in order]
    changed = [i for i, dose in enumerate(order) if i == 0 or dose.amount != order[i - 1].amount]
    shown = readable([view.x(dose.day) for dose in order], widths, changed, gap=6)
    return [_diamond(view, y, dose, index in shown) for index, dose in enumerate(order)]


def _diamond(view: View, y: float, dose: DoseMark, labelled: bool) -> str:
    x = view.x(dose.day)
    mark = diamond(x, y, 8, fill=ACCENT, stroke=PAPER, stroke_width=1.5)
    amount = words(x, y - 17, dose.amount, text_anchor="middle", font_weight=600, fill=ACCENT)
    name = _("Day {day}: {what}").format(day=number(dose.day), what=dose_words(dose))
    return named(name, mark, *([amount] if labelled else []))


def _session_ticks(view: View, y: float, lane: SessionLane) -> Marks:
    return [
        named(
            _("Day {day}: {what}").format(day=number(session.day), what=session.label),
            box(
                view.x(session.day) - 5,
                y - 9,
                view.x(session.day) + 5,
                y + 9,
                fill="none",
                pointer_events="all",
            ),
            rule(view.x(session.day), y - 7, view.x(session.day), y + 7, stroke=SOFT, stroke_width=2.5),
        )
        for session in lane.sessions
    ]

"""What a chart is drawn from, and what drawing it gives back. Plain values only.

Days are whole or fractional days from the zero that the figure states (first dose, or start of treatment);
negative before it. Names, bands and words come from the caller, who has them from the instrument's file:
nothing here knows an instrument.
"""

from dataclasses import dataclass, field
from enum import Enum

from measures.language import gettext, marked
from measures.words.phrases import listed


class Source(Enum):
    """Who gave the answers behind a score; decides the shape of its dot."""

    CLINICIAN = marked("rated by a clinician")
    SELF = marked("answered by the patient")
    ENTERED = marked("entered for the patient")

    @property
    def words(self) -> str:
        return gettext(self.value)


@dataclass(frozen=True)
class ScorePoint:
    """One assessment. `value` None: no score could be made, the line breaks and a tick marks the day."""

    day: float
    value: float | None
    source: Source
    band: str = ""
    note: str = ""


@dataclass(frozen=True)
class Band:
    """A named stretch of a scale, both ends included, as the instrument publishes it."""

    label: str
    low: float
    high: float


@dataclass(frozen=True)
class FlagMark:
    """A finding at a day ("relapse suspected"); `detail` is the rule in one sentence with its numbers."""

    day: float
    label: str
    detail: str = ""


@dataclass(frozen=True)
class ScorePanel:
    """One scale over time. `bands` run from least to most severe; leave them out where none are published."""

    title: str
    subtitle: str
    minimum: float
    maximum: float
    points: tuple[ScorePoint, ...]
    bands: tuple[Band, ...] = ()
    flags: tuple[FlagMark, ...] = ()


@dataclass(frozen=True)
class MedicationBar:
    """One stretch at one dose, or a washout. `end` None: still taken, drawn to the end of the axis."""

    medication: str
    start: float
    end: float | None
    dose: str = ""
    washout: bool = False


@dataclass(frozen=True)
class DoseMark:
    """One dose of a dosing session; `acute_until` ends the time in which scores speak of the drug state."""

    day: float
    amount: str
    substance: str
    acute_until: float | None = None


@dataclass(frozen=True)
class LastDoseMark:
    """The last day on which the medication of the treatment was taken: from here on one watches for relapse."""

    day: float
    medications: tuple[str, ...]

    @property
    def medication(self) -> str:
        return listed(self.medications)


@dataclass(frozen=True)
class SessionTick:
    """One session without a dose: psychotherapy, preparation, integration."""

    day: float
    label: str


@dataclass(frozen=True)
class SessionLane:
    """The sessions of one kind, drawn as ticks in a lane of their own."""

    label: str
    sessions: tuple[SessionTick, ...]


@dataclass(frozen=True)
class Timeline:
    """A treatment and its scores. `zero` says in words what day 0 is; `until` is the last day to show."""

    title: str
    zero: str
    until: float
    medication: tuple[MedicationBar, ...] = ()
    last_dose: LastDoseMark | None = None
    doses: tuple[DoseMark, ...] = ()
    sessions: tuple[SessionLane, ...] = ()
    panels: tuple[ScorePanel, ...] = ()


@dataclass(frozen=True)
class PhaseBar:
    """A stretch of a planned treatment, both days included."""

    title: str
    first: float
    last: float


@dataclass(frozen=True)
class AskMark:
    """One planned question: the day it is due and the window in which it can be answered."""

    day: float
    opens: float
    closes: float
    label: str


@dataclass(frozen=True)
class AskLane:
    """When one instrument is asked, drawn in a lane of its own."""

    label: str
    source: Source
    marks: tuple[AskMark, ...]


@dataclass(frozen=True)
class Schedule:
    """A treatment as it is planned. Follow-up may be far longer than treatment: days from `bend` on are drawn on
    a scale of their own; None where one scale serves."""

    title: str
    zero: str
    phases: tuple[PhaseBar, ...]
    course: Timeline
    asked: tuple[AskLane, ...]
    bend: float | None = None


@dataclass(frozen=True)
class MeanPoint:
    """An arm at one time: mean, interval, and how many people it rests on (None: too few to say)."""

    day: float
    mean: float | None
    low: float | None
    high: float | None
    n: int | None


@dataclass(frozen=True)
class CohortArm:
    """One arm: its means, and each person's own (day, value) pairs for the thin lines behind."""

    label: str
    means: tuple[MeanPoint, ...]
    people: tuple[tuple[tuple[float, float | None], ...], ...] = ()


@dataclass(frozen=True)
class CohortCourse:
    """One scale over time in a cohort. `interval` names what the bars are ("95 % confidence interval")."""

    title: str
    scale: str
    zero: str
    interval: str
    minimum: float
    maximum: float
    arms: tuple[CohortArm, ...]
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class PredictorPoint:
    """One person: predictor, outcome, and the group (arm) that decides colour and shape."""

    x: float
    y: float
    group: str = ""


@dataclass(frozen=True)
class FitPoint:
    """The fitted line and its band at one value of the predictor."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Predictor:
    """Outcome against predictor. `finding`: the coefficient in words, or why it was refused (no `fit`).

    `n`: the people that the finding rests on; None where there is none, then those drawn are counted.
    """

    title: str
    x_label: str
    y_label: str
    finding: str
    points: tuple[PredictorPoint, ...]
    fit: tuple[FitPoint, ...] = ()
    n: int | None = None


@dataclass(frozen=True)
class IntervalRow:
    """One estimate with its interval, and how many it rests on. `value` None: withheld, or nothing to say;
    `group` decides colour and shape."""

    label: str
    group: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None


@dataclass(frozen=True)
class Intervals:
    """Estimates on one scale, a row each. `reference`: the value that a line marks, and `reference_label` what it
    means. `reach`: the least that the axis shows. `rows_are`: what the labels name; `counted`: what `n` counts;
    `digits`: decimals of the numbers."""

    title: str
    scale: str
    interval: str
    reference: float
    reference_label: str
    reach: tuple[float, float]
    rows_are: str
    counted: str
    digits: int
    rows: tuple[IntervalRow, ...]


@dataclass(frozen=True)
class TrendPoint:
    """One reading: minutes from the figure's zero, when by the clock, and whether it is beyond a limit."""

    minute: float
    value: float
    clock: str
    beyond: bool = False


@dataclass(frozen=True)
class TrendLine:
    """One measure in its order; `limits` are values from which, upwards or downwards, it is warned of."""

    label: str
    points: tuple[TrendPoint, ...]
    limits: tuple[float, ...] = ()


@dataclass(frozen=True)
class TrendPanel:
    """Measures of one unit, drawn over each other."""

    title: str
    unit: str
    lines: tuple[TrendLine, ...]


@dataclass(frozen=True)
class TrendEvent:
    """What happened at a moment and may move the readings, such as a dose."""

    minute: float
    label: str


@dataclass(frozen=True)
class Trend:
    """Readings of some hours. `zero` says in words what minute 0 is; `until` is the last minute to show."""

    title: str
    zero: str
    until: float
    panels: tuple[TrendPanel, ...]
    events: tuple[TrendEvent, ...] = ()


@dataclass(frozen=True)
class DataTable:
    """The numbers of a picture as text: one row per mark."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A drawn chart: SVG to put into a page, its name and description in words, and its tables."""

    svg: str
    title: str
    description: str
    tables: tuple[DataTable, ...] = field(default=())

"""What a treatment protocol consists of, as frozen records. No Django here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from measures.instrument import Source
from measures.language import gettext as _
from measures.language import written
from measures.words.phrases import listed
from tracking.rules.substances import Range

Rater = Literal["self", "clinician"]
EventKind = Literal["start", "dose", "session", "taper", "stop", "end"]
SessionKind = Literal["preparation", "psychotherapy", "dosing", "integration", "medication"]
# The sessions whose last one ends the therapy.
THERAPY: tuple[SessionKind, ...] = (
    "psychotherapy",
    "integration",
)
Diagnosis = Literal["mdd", "ptsd", "anxiety", "other"]
Unit = Literal["mg", "ug", "mg/kg", "pulses"]
Route = Literal["oral", "intravenous", "intramuscular", "intranasal", "transcranial", "other"]
Moment = Literal["before", "before_supplement", "during", "end"]
Given = Literal["amount", "site", "placebo"]
Statistic = Literal["mean", "absent", "duration"]
UNIT_WORDS: dict[str, str] = {"ug": "µg"}


@dataclass(frozen=True, slots=True)
class Amount:
    """How much: a stated ``low`` to ``high`` in ``unit``; left to the ``site``; or a ``placebo`` like it."""

    given: Given
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    unit: Unit = "mg"

    @property
    def words(self) -> str:
        if self.given != "amount":
            return _("placebo") if self.given == "placebo" else _("set by the site")
        ends = [self.low] if self.low == self.high else [self.low, self.high]
        span = "–".join(written(str(end)) for end in ends)
        return f"{span} {UNIT_WORDS.get(self.unit, self.unit)}"


@dataclass(frozen=True, slots=True)
class Supplement:
    """A second, smaller amount, ``earliest`` to ``latest`` minutes after the first dose."""

    amount: Amount
    earliest: int
    latest: int


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """What is given in dosing sessions ``first`` to ``last`` of these arms.

    ``over_minutes``: how long an infusion runs, ``None`` where it does not. ``settings``: what a device is
    set to, in words. ``plausible``: what is recorded without a question, where that is more than the amount itself;
    ``None``: the amount, or what is known of the substance where the amount is the site's.
    """

    arms: tuple[str, ...]
    first: int
    last: int
    substance: str
    amount: Amount
    route: Route
    over_minutes: int | None
    supplement: Supplement | None
    settings: str
    plausible: Range | None
    source: Source

    @property
    def words(self) -> str:
        """ "80 mg + 40 mg" """
        more = [self.supplement.amount.words] if self.supplement else []
        return " + ".join([self.amount.words, *more])


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: how it is stored, what it is called, and what is given in each dosing session of it."""

    key: str
    title: str
    given: tuple[tuple[PlannedDose, ...], ...]
    source: Source

    @property
    def doses(self) -> tuple[str, ...]:
        """What is given in each dosing session, in words."""
        return tuple(listed(dose.words for dose in together) for together in self.given)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the treatment as planned, in days from its start; ``last`` is its last day."""

    title: str
    first: int
    last: int
    source: Source


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one kind as planned. ``days`` count from the start of treatment; nothing is due by them:
    they draw the schedule and say how far apart the sessions lie.

    ``minutes``: how long each is, ``longest`` where there is a range; ``stay``: how many minutes after the last dose
    the patient stays at least, of dosing sessions alone. ``None``: not stated.
    """

    kind: SessionKind
    days: tuple[int, ...]
    minutes: int | None
    longest: int | None
    stay: int | None
    arms: tuple[str, ...]
    source: Source

    @property
    def count(self) -> int:
        return len(self.days)


@dataclass(frozen=True, slots=True)
class StandingMedication:
    """A medication taken every day beside the sessions. ``taper`` and ``stop`` are planned days, if any.
    ``classes`` (of ``medication_classes.toml``): whatever is of them is this medication, too."""

    substance: str
    classes: tuple[str, ...]
    arms: tuple[str, ...]
    amount: Amount
    route: Route
    day: int
    taper: tuple[int, ...]
    stop: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Washout:
    """What must have been stopped before the first dose, and for how many ``days``; ``None``: the site's rule.

    ``classes`` (of ``medication_classes.toml``) and ``substances`` say which medication that is.
    """

    what: str
    days: int | None
    words: str
    classes: tuple[str, ...]
    substances: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Watch:
    """What is looked at for safety in a dosing session, and when.

    ``instrument`` and ``scale`` say where it is recorded ("" where the site's own form is used). A value at or
    beyond ``warn_from`` (``warn_to``: at or below) is a warning; ``None``: the site sets no such limit here.
    """

    measure: str
    instrument: str
    scale: str
    moments: tuple[Moment, ...]
    every_minutes: int | None
    warn_from: Decimal | None
    warn_to: Decimal | None
    source: Source


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the treatment is judged by, and at which time point.

    ``treatment_response``, ``remission``, ``relapse``: whether the instrument's own rule judges it. A change
    that no instrument has a rule for is not judged. ``absent``: outcome of the instrument that must be false
    ("ptsd_diagnosis"), or "".
    """

    instrument: str
    scale: str
    endpoint: str
    treatment_response: bool
    remission: bool
    relapse: bool
    absent: str
    source: Source


@dataclass(frozen=True, slots=True)
class Published:
    """One figure that a publication reports, to compare with what the platform computes.

    ``statistic``: which one, of the primary outcome. ``mean``: of its scale at the time point, in points;
    ``absent``: the share of people without the outcome that must be absent, at the time point, in percent;
    ``duration``: the median time in treatment response after the first dose, in days.
    """

    arm: str
    what: str
    statistic: Statistic
    time_point: str
    value: Decimal
    unit: str
    n: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Anchor:
    """The event that a time point hangs on.

    ``start`` of treatment; a ``dose``, ``session`` of a kind or ``taper`` step by its number, the last one as
    planned, or each; the ``stop`` of the study medication; the ``end`` of therapy.
    """

    kind: EventKind
    which: Literal["any", "last"] | int | None = None
    session: SessionKind | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """Again every so many days, at most ``at_most`` times in all, until so many days after the anchor, until the
    day before a named time point, or until the day of an event (open while that has not happened)."""

    every: int
    until: int | str | Anchor
    at_most: int


@dataclass(frozen=True, slots=True)
class Condition:
    """Ask only if ``instrument`` was answered at time point ``at``; with ``outcome``, only if that was met."""

    instrument: str
    at: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class TimePoint:
    """Ask these instruments ``day`` days after the anchor, from ``before`` days earlier to ``after`` later.

    ``arms`` are those that it is meant for. ``blinded``: an independent rater rates, who knows neither arm nor
    visit. ``acute``: it is about the state that a dose brings, not about the course of the illness.
    ``finish_late``: a self-report that was begun in time counts if it is sent the day after.
    ``reminders``: days after the window opens on which an unanswered one is recalled.
    """

    name: str
    anchor: Anchor
    day: int
    before: int
    after: int
    rater: Rater
    instruments: tuple[str, ...]
    arms: tuple[str, ...]
    blinded: bool
    acute: bool
    finish_late: bool
    reminders: tuple[int, ...]
    repeat: Repeat | None
    condition: Condition | None
    source: Source


@dataclass(frozen=True, slots=True)
class Protocol:
    """One way to treat, as data.

    ``control``: the arm that the others are compared with; "" where the file names none.
    ``acute_days``: a score of a trait scale from the day of a dose to so many days later is kept and shown
    but does not count for response or remission. ``secondary``: outcomes beside the primary one.
    ``raters_not_blind``: why those who rate blind can know the arm all the same, which every figure from it says;
    "" where nothing that they are shown depends on it.
    """

    key: str
    version: str
    title: str
    diagnosis: Diagnosis
    summary: str
    control: str
    raters_not_blind: str
    acute_days: int
    acute_source: Source
    phases: tuple[Phase, ...]
    arms: tuple[Arm, ...]
    sessions: tuple[Sessions, ...]
    doses: tuple[PlannedDose, ...]
    medications: tuple[StandingMedication, ...]
    washouts: tuple[Washout, ...]
    watches: tuple[Watch, ...]
    outcome: Outcome
    secondary: tuple[Outcome, ...]
    published: tuple[Published, ...]
    time_points: tuple[TimePoint, ...]

    @property
    def arm_keys(self) -> tuple[str, ...]:
        return tuple(arm.key for arm in self.arms)

    @property
    def has_conditions(self) -> bool:
        """Whether an answer can change what is asked."""
        return any(point.condition for point in self.time_points)

    def dosing_sessions(self, arm: str) -> int:
        """How many dosing sessions are expected in this arm; 0 where none, or where the arm is not known."""
        return next((len(known.doses) for known in self.arms if known.key == arm), 0)

    def expected_sessions(self, arm: str, kind: SessionKind) -> int:
        """How many sessions of a kind are planned in this arm."""
        return sum(row.count for row in self.sessions if row.kind == kind and arm in row.arms)

"""What a file comes to: patients, assessments and everything worth telling, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from measures.instrument import Instrument, Number
from measures.scoring import Scored


@dataclass(frozen=True, slots=True)
class Aged:
    """The age that one row says, and when: a day, or days from the start; ``None`` where the row says neither."""

    line: int
    age: int
    at: date | int | None


@dataclass(slots=True)
class PlannedPatient:
    """One person of the file and what its rows say of them. ``None`` and absent: not said. ``age``: at the first of
    the ``ages`` that the rows say."""

    source_id: str
    line: int
    sex: str | None = None
    arm: str | None = None
    age: int | None = None
    covariates: dict[str, Number | str] = field(default_factory=dict)
    ages: list[Aged] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class When:
    """When a form was completed: ``day`` days from the start of the episode, or ``on`` a date."""

    name: str
    day: int | None
    on: date | None

    @property
    def key(self) -> str:
        """The named time point, else the date, else the day: what tells two forms of one person apart."""
        return self.name or (self.on.isoformat() if self.on else f"day {self.day}")


@dataclass(frozen=True, slots=True)
class PlannedAssessment:
    """One completed form of one person, scored. ``answers`` is empty where only totals are known."""

    line: int
    source_id: str
    instrument: Instrument
    when: When
    answers: Mapping[str, object]
    entered_totals: Mapping[str, Number]
    scored: Scored

    @property
    def key(self) -> str:
        """What makes it the same assessment of one person: instrument and time, never the scores."""
        return f"{self.instrument.key}:{self.when.key}"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An entered total that differs from the score of its own items. The items count; both are kept."""

    assessment: PlannedAssessment
    scale: str
    score: Number
    entered: Number


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell about one place of the file."""

    line: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """What every cell of allows and a whole file makes doubtful: a question, and the places that raise it."""

    question: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole file, checked. ``twins`` are pairs of lines with the same answers under different patients."""

    rows: int
    patients: Mapping[str, PlannedPatient]
    assessments: tuple[PlannedAssessment, ...]
    mismatches: tuple[Mismatch, ...]
    uncompared: tuple[Note, ...]  # entered totals of forms that are incomplete or have no items
    unanswered: tuple[Note, ...]  # known errors of the source, taken as unanswered
    twins: tuple[tuple[int, int], ...]
    doubts: tuple[Doubt, ...]
    incomplete: tuple[Note, ...]  # forms that the file says were never completed: left out
    endorsed: tuple[Note, ...]  # safety items that ask for a look
    left_out: tuple[Note, ...]  # safety items without an answer

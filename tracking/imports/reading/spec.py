"""What the columns of a file mean: the plain records that a spec is read into. See docs/import.md."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from measures.instrument import Instrument
from tracking.imports.reading.cells import DateForm, Decimal

Encoding = Literal["utf-8", "cp1252", "latin-1"]
Delimiter = Literal["comma", "semicolon", "tab"]
EpisodeState = Literal["active", "completed", "discontinued"]
Consent = Literal["given"]


@dataclass(frozen=True, slots=True)
class FileForm:
    """How the file is written. An empty cell is missing; ``missing`` are further codes for it."""

    delimiter: Delimiter
    encoding: Encoding
    decimal: Decimal
    dates: DateForm
    missing: frozenset[str]
    ignore: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of codes and what each code means; without ``meanings`` the text is taken as it is."""

    column: str
    meanings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StudyText:
    """The study, where it does not exist yet."""

    title: str
    outcome_instrument: str
    outcome_scale: str
    endpoint: str
    provenance: str
    is_simulated: bool
    is_published: bool


@dataclass(frozen=True, slots=True)
class Place:
    """The care team that new patients are put into. A site or team that is missing is made when it is named."""

    site: str
    site_name: str
    contacts: str
    team: str


@dataclass(frozen=True, slots=True)
class EpisodeText:
    """What is the same for the treatment episode of each new patient."""

    diagnosis: str
    protocol: str
    status: EpisodeState


@dataclass(frozen=True, slots=True)
class PatientColumns:
    """The columns that speak of the patient. They must say the same in each row of one patient.

    ``must_exist``: the file adds to patients who were imported before and brings no new ones.
    """

    id: str
    must_exist: bool
    age: str | None
    sex: Coded | None
    arm: Coded | None
    numbers: tuple[str, ...]
    categories: tuple[str, ...]

    @property
    def columns(self) -> set[str]:
        coded = [coded.column for coded in (self.sex, self.arm) if coded]
        return {self.id, *coded, *([self.age] if self.age else []), *self.numbers, *self.categories}


@dataclass(frozen=True, slots=True)
class Point:
    """A named time point, ``day`` days from the start of the episode. ``value`` is how the file writes it. One that
    the file writes in several ways (an event of each arm) stands several times, with one name and one day."""

    name: str
    day: int | None
    value: str


@dataclass(frozen=True, slots=True)
class Repeats:
    """A column that counts the forms of one time point: 1 or empty is the first. ``days`` lie from one to the next,
    where the file has no date for each."""

    column: str
    days: int


@dataclass(frozen=True, slots=True)
class Times:
    """How a row says when: a named point, a number of days from the start, or a date."""

    points: tuple[Point, ...]
    column: str | None
    day: str | None
    date: str | None
    start: datetime.date | None  # the nominal first day of a file without dates
    repeats: Repeats | None = None

    @property
    def columns(self) -> set[str]:
        repeats = self.repeats.column if self.repeats else None
        return set(filter(None, [self.column, self.day, self.date, repeats]))


@dataclass(frozen=True, slots=True)
class Form:
    """One questionnaire within a row: its items by column, or totals alone.

    ``where``: only in rows that hold this value. ``complete``: in rows that hold another, it was never completed: it is
    left out, and counted. ``time_point``: not the row's but this one. ``once``: a value that is repeated in each row of
    a patient counts as one assessment. ``shift``: added to each answer, −1 where the file counts from 1.
    """

    instrument: Instrument
    items: Mapping[str, str]  # item code -> column
    totals: Mapping[str, str]  # scale -> column
    where: Mapping[str, str]  # column -> value
    time_point: Point | None
    date: str | None
    once: bool
    complete: Mapping[str, str]  # column -> value
    shift: int

    @property
    def columns(self) -> set[str]:
        told = {*self.where, *self.complete}
        return {*self.items.values(), *self.totals.values(), *told, *filter(None, [self.date])}


@dataclass(frozen=True, slots=True)
class KnownError:
    """One answer of the source that cannot be right, named one by one: taken as unanswered, and reported."""

    patient: str
    time_point: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spec:
    """Everything that is said about one kind of file."""

    name: str
    file: FileForm
    study: StudyText | None
    place: Place | None
    episode: EpisodeText | None
    consent: Consent | None
    patient: PatientColumns
    times: Times
    forms: tuple[Form, ...]
    declared: Mapping[str, Mapping[str, object]]  # definitions of score-only scales, by key
    known_errors: tuple[KnownError, ...]

    @property
    def columns(self) -> set[str]:
        """Every column that is read."""
        return self.patient.columns.union(self.times.columns, *(form.columns for form in self.forms))

"""Rows to a plan: every cell checked, every form scored, nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import TypeVar

from measures import scoring
from measures.errors import AnswerError
from measures.instrument import Item, Number
from measures.scoring import Scored
from tracking.imports.planning.doubts import age_at_start, doubts
from tracking.imports.planning.plan import (
    Aged,
    Mismatch,
    Note,
    Plan,
    PlannedAssessment,
    PlannedPatient,
    When,
)
from tracking.imports.reading import cells
from tracking.imports.reading.cells import CellError
from tracking.imports.reading.problems import Problems
from tracking.imports.reading.read import Row
from tracking.imports.reading.spec import Coded, Form, Point, Spec

T = TypeVar("T")


def make_plan(spec: Spec, rows: Iterable[Row], problems: Problems) -> Plan:
    """The plan of a file. Adds every fault to ``problems`` and raises ``FileRefused`` when there is one."""
    planner = _Planner(spec, problems)
    for row in rows:
        planner.take(row)
    planner.settle_ages()
    problems.raise_any()
    return planner.plan()


class _Planner:
    def __init__(self, spec: Spec, problems: Problems) -> None:
        self.spec, self.problems = spec, problems
        self.rows = 0
        self.patients: dict[str, PlannedPatient] = {}
        self.assessments: dict[tuple[str, str], PlannedAssessment] = {}
        self.sheets: dict[tuple[object, ...], PlannedAssessment] = {}
        self.mismatches: list[Mismatch] = []
        self.uncompared: list[Note] = []
        self.unanswered: list[Note] = []
        self.twins: list[tuple[int, int]] = []
        self.incomplete: list[Note] = []
        self.endorsed: list[Note] = []
        self.left_out: list[Note] = []
        self.points = {point.value: point for point in spec.times.points if point.value}
        self.known_errors = {
            (known.patient, known.time_point, known.column, known.value): known for known in spec.known_errors
        }
        self.told_apart: dict[str, list[str]] = {}
        for form in spec.forms:
            for column, value in form.where.items():
                self.told_apart.setdefault(column, []).append(value)

    def plan(self) -> Plan:
        return Plan(
            rows=self.rows,
            patients=self.patients,
            assessments=tuple(self.assessments.values()),
            mismatches=tuple(self.mismatches),
            uncompared=tuple(self.uncompared),
            unanswered=tuple(self.unanswered),
            twins=tuple(self.twins),
            doubts=tuple(doubts(self.patients, tuple(self.assessments.values()), self.mismatches)),
            incomplete=tuple(self.incomplete),
            endorsed=tuple(self.endorsed),
            left_out=tuple(self.left_out),
        )

    def take(self, row: Row) -> None:
        """One row: who, then each form that has something in it."""
        self.rows += 1
        source_id = self.needed(row, self.spec.patient.id, cells.identifier)
        if source_id is None:
            return
        self.take_patient(row, source_id)
        for column, values in self.told_apart.items():
            if row.cells[column] not in values:
                named = ", ".join(value or "(empty)" for value in dict.fromkeys(values))
                self.problems.add(row.line, column, f"is none of {named}")
        for form in self.spec.forms:
            if not _holds(form.where, row):
                continue
            if _holds(form.complete, row):
                self.take_form(row, form, source_id)
            elif any(row.cells[column] not in self.spec.file.missing for column in form.items.values()):
                self.incomplete.append(Note(row.line, next(iter(form.complete)), form.instrument.short_title))

    # --- cells ------------------------------------------------------------------------------------

    def cell(self, row: Row, column: str, read: Callable[[str], T]) -> T | None:
        """What a cell says; ``None`` when it is missing or wrong (a wrong one is a problem)."""
        text = row.cells[column]
        if text in self.spec.file.missing:
            return None
        try:
            return read(text)
        except CellError as error:
            self.problems.add(row.line, column, str(error))
            return None

    def needed(self, row: Row, column: str, read: Callable[[str], T]) -> T | None:
        if row.cells[column] in self.spec.file.missing:
            self.problems.add(row.line, column, "must not be empty")
            return None
        return self.cell(row, column, read)

    def number(self, text: str) -> Number:
        return cells.number(text, self.spec.file.decimal)

    # --- who --------------------------------------------------------------------------------------

    def take_patient(self, row: Row, source_id: str) -> None:
        columns = self.spec.patient
        known = self.patients.setdefault(source_id, PlannedPatient(source_id, row.line))
        for field, coded in (("sex", columns.sex), ("arm", columns.arm)):
            if coded:
                self.merge(row, known, field, coded.column, self.cell(row, coded.column, _decoder(coded)))
        if columns.age and (age := self.cell(row, columns.age, cells.age)) is not None:
            known.ages.append(Aged(row.line, age, self.moment(row)))
        for name in columns.numbers:
            self.merge_covariate(row, known, name, self.cell(row, name, self.number))
        for name in columns.categories:
            self.merge_covariate(row, known, name, self.cell(row, name, cells.word))

    def merge(self, row: Row, known: PlannedPatient, field: str, column: str, value: object) -> None:
        """The rows of one patient must agree; a cell that is missing says nothing against the others."""
        stored = getattr(known, field)
        if value is not None and stored is not None and stored != value:
            self.problems.add(row.line, column, "differs from an earlier row of the same patient")
        elif value is not None:
            setattr(known, field, value)

    def merge_covariate(self, row: Row, known: PlannedPatient, name: str, value: Number | str | None) -> None:
        if value is not None and known.covariates.setdefault(name, value) != value:
            self.problems.add(row.line, name, "differs from an earlier row of the same patient")

    def settle_ages(self) -> None:
        """An age at each visit grows with them; what counts is that at the first."""
        for known in self.patients.values():
            known.age, wrong = age_at_start(known.ages)
            if wrong and self.spec.patient.age:
                reason = "differs from an earlier row of the same patient by more than the time between"
                self.problems.add(wrong.line, self.spec.patient.age, reason)

    def moment(self, row: Row) -> date | int | None:
        """When a row was written down, as far as it says so itself. What cannot be read is told with its form."""
        times = self.spec.times
        try:
            if times.date and row.cells[times.date] not in self.spec.file.missing:
                return cells.day(row.cells[times.date], self.spec.file.dates)
            if times.day and row.cells[times.day] not in self.spec.file.missing:
                return cells.offset(row.cells[times.day])
        except CellError:
            return None
        point = self.points.get(row.cells[times.column]) if times.column else None
        return point.day if point else None

    # --- what -------------------------------------------------------------------------------------

    def take_form(self, row: Row, form: Form, source_id: str) -> None:
        before = self.problems.count
        answers = self.read_answers(row, form, source_id)
        totals = self.read_totals(row, form)
        has_items = any(answer is not None for answer in answers.values())
        if not has_items and not totals:
            return
        when = self.when(row, form)
        scored = (
            scoring.score(form.instrument, answers) if has_items else self.score_totals(row, form, totals)
        )
        if when is None or self.problems.count > before:
            return
        cleaned = scored.answers if has_items else {}
        assessment = PlannedAssessment(row.line, source_id, form.instrument, when, cleaned, totals, scored)
        if self.keep(assessment, form):
            self.compare(assessment, form)
            self.note_safety(assessment, form)
            self.note_twin(assessment)

    def read_answers(self, row: Row, form: Form, source_id: str) -> dict[str, object]:
        answers: dict[str, object] = {}
        for code, column in form.items.items():
            item = form.instrument.item(code)
            if self.is_known_error(row, column, source_id):
                answers[code] = None
                continue
            answers[code] = self.cell(row, column, partial(self.answer, item, form.shift))
        return answers

    def answer(self, item: Item, shift: int, text: str) -> object:
        value = cells.yes_or_no(text) if item.kind == "boolean" else self.number(text) + shift
        try:
            return scoring.check_answer(item, value)
        except AnswerError as error:
            raise CellError(error.reason) from None

    def is_known_error(self, row: Row, column: str, source_id: str) -> bool:
        time_column = self.spec.times.column
        point = self.points.get(row.cells[time_column]) if time_column else None
        known = self.known_errors.get((source_id, point.name if point else "", column, row.cells[column]))
        if known:
            self.unanswered.append(Note(row.line, column, known.reason))
        return known is not None

    def read_totals(self, row: Row, form: Form) -> dict[str, Number]:
        read = {scale: self.cell(row, column, self.number) for scale, column in form.totals.items()}
        return {scale: total for scale, total in read.items() if total is not None}

    def score_totals(self, row: Row, form: Form, totals: dict[str, Number]) -> Scored:
        scales = {}
        for scale, total in totals.items():
            try:
                scales[scale] = scoring.score_total(form.instrument, scale, total)
            except AnswerError as error:
                self.problems.add(row.line, form.totals[scale], error.reason)
        return Scored(
            form.instrument.key,
            form.instrument.version,
            scales,
            outcomes={},
            levels={},
            critical={},
            answers={},
        )

    def keep(self, assessment: PlannedAssessment, form: Form) -> bool:
        """Whether it is new. The same patient, instrument and time twice is a fault, unless it is meant."""
        place = (assessment.source_id, assessment.key)
        known = self.assessments.setdefault(place, assessment)
        if known is assessment:
            return True
        if not form.once:
            reason = f"repeats line {known.line}: the same patient, instrument and time"
            self.problems.add(assessment.line, self.spec.patient.id, reason)
        elif (known.answers, known.entered_totals) != (assessment.answers, assessment.entered_totals):
            column = next(iter([*form.items.values(), *form.totals.values()]))
            self.problems.add(assessment.line, column, f"differs from line {known.line} of the same patient")
        return False

    # --- when -------------------------------------------------------------------------------------

    def when(self, row: Row, form: Form) -> When | None:
        times = self.spec.times
        before = self.problems.count
        point = form.time_point or self.point(row)
        day = point.day if point else None
        if times.day and not form.once:
            day = self.needed(row, times.day, cells.offset)
        name = point.name if point else ""
        if times.repeats and point and (instance := self.instance(row, times.repeats.column)) > 1:
            name = f"{point.name} ({instance})"
            day = None if day is None else day + (instance - 1) * times.repeats.days
        date_column = form.date or (None if form.once else times.date)
        on = None
        if date_column:
            day = None
            on = self.needed(row, date_column, lambda text: cells.day(text, self.spec.file.dates))
        return None if self.problems.count > before else When(name, day, on)

    def instance(self, row: Row, column: str) -> int:
        """Which form of its time point a row holds: the first where the file does not count."""
        return self.cell(row, column, cells.instance) or 1

    def point(self, row: Row) -> Point | None:
        column = self.spec.times.column
        return None if column is None else self.needed(row, column, self.read_point)

    def read_point(self, text: str) -> Point:
        if text not in self.points:
            raise CellError(f"is none of {', '.join(self.points)}")
        return self.points[text]

    # --- what is worth telling --------------------------------------------------------------------

    def compare(self, assessment: PlannedAssessment, form: Form) -> None:
        for scale, entered in assessment.entered_totals.items():
            score = assessment.scored.scales[scale].value
            if not form.items:
                continue
            if not assessment.answers:
                note = "a total without its items: kept as a total"
                self.uncompared.append(Note(assessment.line, form.totals[scale], note))
            elif score is None:
                note = "not compared: an item is unanswered"
                self.uncompared.append(Note(assessment.line, form.totals[scale], note))
            elif score != entered:
                self.mismatches.append(Mismatch(assessment, scale, score, entered))

    def note_safety(self, assessment: PlannedAssessment, form: Form) -> None:
        instrument, scored = assessment.instrument, assessment.scored
        for item, state in scored.critical.items():
            topic = getattr(instrument.item(item).critical, "topic", "")
            column = form.items.get(item, "")
            if state == "endorsed":
                level = scoring.critical_level(instrument, item, scored.answers[item])
                self.endorsed.append(Note(assessment.line, column, f"{topic}, {level}"))
            elif state == "unanswered":
                self.left_out.append(Note(assessment.line, column, topic))

    def note_twin(self, assessment: PlannedAssessment) -> None:
        if not assessment.answers:
            return
        sheet = (assessment.instrument.key, *assessment.answers.values())
        first = self.sheets.setdefault(sheet, assessment)
        if first.source_id != assessment.source_id:
            self.twins.append((assessment.line, first.line))


def _holds(wanted: Mapping[str, str], row: Row) -> bool:
    return all(row.cells[column] == value for column, value in wanted.items())


def _decoder(coded: Coded) -> Callable[[str], str]:
    def decode(text: str) -> str:
        if not coded.meanings:
            return cells.word(text)
        if text not in coded.meanings:
            raise CellError(f"is none of {', '.join(coded.meanings)}")
        return coded.meanings[text]

    return decode

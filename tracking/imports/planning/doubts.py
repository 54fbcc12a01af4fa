"""What may be wrong with a file of which every cell can be read: asked in the report, decided by a person."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from tracking.imports.planning.plan import Aged, Doubt, Mismatch, PlannedAssessment, PlannedPatient

FAR = 7300  # days between two forms of one person, some twenty years, beyond which the day is doubted
YEAR = 365.25


def plain(identifier: str) -> str:
    """What a spreadsheet may leave of an identifier: without leading zeros, case and Unicode form.

    >>> plain("007a") == plain("7A")
    True
    """
    return unicodedata.normalize("NFKC", identifier).casefold().lstrip("0")


def doubts(
    patients: Mapping[str, PlannedPatient],
    sheets: Sequence[PlannedAssessment],
    mismatches: Sequence[Mismatch],
) -> Iterator[Doubt]:
    """Everything that is asked about a file."""
    if alike := tuple(_alike(patients.values())):
        yield Doubt(
            "Identifiers that differ only in leading zeros, case or Unicode form: are they two people?", alike
        )
    if far := tuple(_far(sheets)):
        yield Doubt("Forms more than 20 years from the next of the same person: is the day right?", far)
    if from_one := tuple(_from_one(sheets, mismatches)):
        question = "Items that nobody answers with their lowest value: does the file count from 1? Then say shift = -1"
        yield Doubt(question, from_one)


def _alike(patients: Iterable[PlannedPatient]) -> Iterator[str]:
    first: dict[str, int] = {}
    for patient in patients:
        line = first.setdefault(plain(patient.source_id), patient.line)
        if line != patient.line:
            yield f"line {patient.line} and line {line}"


def _far(sheets: Iterable[PlannedAssessment]) -> Iterator[str]:
    by_person: dict[str, list[tuple[date, int]]] = {}
    for sheet in sheets:
        if sheet.when.on:
            by_person.setdefault(sheet.source_id, []).append((sheet.when.on, sheet.line))
    for visits in by_person.values():
        for (before, line), (after, next_line) in pairwise(sorted(visits)):
            if (after - before).days > FAR:
                yield f"line {line} and line {next_line}"


def _from_one(sheets: Sequence[PlannedAssessment], mismatches: Sequence[Mismatch]) -> Iterator[str]:
    """By instrument. An entered total beside the items must be lower by as many as there are items, in every form."""
    off = {(one.assessment.line, one.assessment.key): one.score - one.entered for one in mismatches}
    for key in dict.fromkeys(sheet.instrument.key for sheet in sheets if sheet.answers):
        own = [sheet for sheet in sheets if sheet.instrument.key == key and sheet.answers]
        instrument = own[0].instrument
        lowest = {item.code: item.minimum for item in instrument.items if item.scored and item.minimum == 0}
        answers = [
            (code, sheet.answers[code])
            for sheet in own
            for code in lowest
            if sheet.answers.get(code) is not None
        ]
        if not answers or any(answer == 0 for _, answer in answers):
            continue
        totals = [off.get((sheet.line, sheet.key), 0) for sheet in own if sheet.entered_totals]
        if all(difference == len(lowest) for difference in totals):
            lines = f"line {own[0].line}" if len(own) == 1 else f"lines {own[0].line} to {own[-1].line}"
            yield f"{instrument.short_title}, {lines}"


def age_at_start(ages: Sequence[Aged]) -> tuple[int | None, Aged | None]:
    """The age at the first of these moments, and the first row that no birthday explains: an age that falls, or grows
    faster than time. Rows without a moment must all say the same."""
    if not ages:
        return None, None
    timed = sorted((one for one in ages if one.at is not None), key=lambda one: (_days(one), one.line))
    start = timed[0] if timed else ages[0]
    for one in ages:
        years = (_days(one) - _days(start)) / YEAR if one.at is not None and start.at is not None else 0.0
        if not 0 <= one.age - start.age <= (int(years) + 1 if years else 0):
            return start.age, one
    return start.age, None


def _days(one: Aged) -> int:
    return one.at.toordinal() if isinstance(one.at, date) else one.at or 0

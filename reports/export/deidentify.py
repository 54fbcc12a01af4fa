"""From tables with patients to tables with study ids: generalised, suppressed, dates as coarse days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from reports.export.generalise import (
    NOT_RECORDED,
    OTHER,
    WITHHELD,
    plain,
    rare_levels,
    recorded_or_withheld,
)
from reports.export.partition import Person, describe, diverse
from reports.export.tables import PATIENT, STUDY_ID, Column, Table, check, is_empty
from reports.stats.disclosure import DIVERSE, Level, Plan, Quasi, described, lost_by_patient, plans

LEARNED = "diagnosis"
KNOWN = {
    "sex": 1.0,
    "age": 1.0,
}  # what an acquaintance knows, by weight: told class by class, see ``partition``
FINE_DAYS, WEEKLY_DAYS = 14, 182  # exact up to here, then to the week, then to four weeks

Values = Mapping[str, Mapping[str, frozenset[str]]]  # by quasi-identifier and patient


@dataclass(frozen=True, slots=True)
class Rule:
    """How a quasi-identifier is generalised, and what it is worth to the analysis."""

    levels: Callable[[Mapping[str, frozenset[str]], int], tuple[Level, ...]]
    weight: float


def _kept_or_not(values: Mapping[str, frozenset[str]], k: int) -> tuple[Level, ...]:
    return recorded_or_withheld(values)


# The arm carries the contrast of a trial, so it goes last.
RULES = {
    "diagnosis": Rule(_kept_or_not, 2),
    "protocol": Rule(_kept_or_not, 2),
    "arm": Rule(_kept_or_not, 4),
    "medication": Rule(rare_levels, 2),
    "dosed substance": Rule(rare_levels, 3),
}


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was taken out, by table and by ``table.column``; ``tables``: those of fewer than k people, whole."""

    rows: Mapping[str, int]
    cells: Mapping[str, int]
    tables: tuple[str, ...] = ()


def values_of(tables: Sequence[Table], patients: Sequence[str]) -> Values:
    """By quasi-identifier that the tables carry, the set of values of each patient.

    A table without the patient gives the empty set. ``patients`` in the order that ``make_plan`` asks for.
    """
    found: dict[str, dict[str, set[str]]] = {}
    for table in tables:
        for column in table.quasi_columns:
            sets = found.setdefault(column.quasi, {patient: set() for patient in patients})
            for patient, value in zip(table.rows[PATIENT], _said(table.rows[column.name]), strict=True):
                sets[patient].add(value)
    return {name: {key: frozenset(each) for key, each in sets.items()} for name, sets in found.items()}


def plan_release(tables: Sequence[Table], patients: Sequence[str], k: int) -> Plan:
    """How these tables must be generalised. Raises ``Unreleasable``, ``DisclosureRefusal``.

    First what the study is about, over all patients; then, in each class of those alike in it, age and sex as far as
    ``k`` and the diversity of diagnoses allow.
    """
    for table in tables:
        check(table)
    values = values_of(tables, patients)
    quasis = [_quasi(name, sets, k) for name, sets in values.items() if name not in KNOWN]
    people = {each: _person(values, each) for each in patients}
    every = plans(quasis, k=k, learned=LEARNED)
    best = _told(next(every), quasis, people, values)
    for plan in every:
        if _weighed(plan, quasis, dict.fromkeys(KNOWN, 0.0)) >= best.information_lost:
            break
        best = min(best, _told(plan, quasis, people, values), key=lambda found: found.information_lost)
    return best


def _told(plan: Plan, quasis: Sequence[Quasi], people: Mapping[str, Person], values: Values) -> Plan:
    """The plan with age and sex as finely as may be told beside it."""
    nothing = dict.fromkeys(people, Person(WITHHELD, WITHHELD))
    finest = describe(people, plan.alike, plan.k) | {each: nothing[each] for each in plan.suppressed}
    recorded = _by_name(people, values)
    if not plan.diversity.by_design and plan.diversity.fewest is not None:
        finest = diverse(finest, _learned(plan, values), DIVERSE)
    ways = []
    for told in (_by_name(each, values) for each in (finest, nothing)):
        lost = {name: lost_by_patient(recorded[name], told[name]) for name in told}
        ways.append(described(plan, told, _learned(plan, values), _weighed(plan, quasis, lost)))
    return ways[0] if ways[0].diversity.holds else ways[1]


def _learned(plan: Plan, values: Values) -> dict[str, frozenset[str]]:
    """The diagnoses as they are released, of those of whom they are."""
    recode = plan.levels[LEARNED].recode
    return {
        each: frozenset(recode[value] for value in found)
        for each, found in values[LEARNED].items()
        if each not in plan.suppressed
    }


def _weighed(plan: Plan, quasis: Sequence[Quasi], lost: Mapping[str, float]) -> float:
    """What the plan loses, and what is lost of age and sex, by their weights."""
    weights = sum(quasi.weight for quasi in quasis)
    known = sum(KNOWN[name] * share for name, share in lost.items())
    return (weights * plan.information_lost + known) / (weights + sum(KNOWN[name] for name in lost))


def deidentify(
    tables: Sequence[Table], *, plan: Plan, study_ids: Mapping[str, str]
) -> tuple[list[Table], Withheld]:
    """The tables as they may leave, and what was taken out of them.

    Rows are ordered by study id, which is random; within a patient they keep their order. Missing values stay
    missing. A table in which fewer than k patients have a row is left out: having one would tell. A patient without
    a study id is a ``KeyError``.
    """
    rows: dict[str, int] = {}
    cells: Counter[str] = Counter()
    released = [_released(table, plan, study_ids, rows, cells) for table in tables]
    few = tuple(table.name for table in released if 0 < table.rows[STUDY_ID].nunique() < plan.k)
    return [table for table in released if table.name not in few], Withheld(rows, dict(cells), few)


def coarse_day(day: float) -> float:
    """Exact up to two weeks from zero, then the nearest week, and after half a year the nearest four weeks.

    Missing stays missing. Never changes the order of two days.
    """
    if pd.isna(day) or abs(day) <= FINE_DAYS:
        return day
    step = 7 if abs(day) <= WEEKLY_DAYS else 28
    nearest = (abs(int(day)) + step // 2) // step * step
    return nearest if day > 0 else -nearest


def _quasi(name: str, values: Mapping[str, frozenset[str]], k: int) -> Quasi:
    rule = RULES[name]
    return Quasi(name, values, rule.levels(values, k), rule.weight)


def _person(values: Values, patient: str) -> Person:
    """Of several ages, at the beginnings of several treatments, the first: one band tells less than two. Who has
    several sexes recorded is told apart by none of them."""
    sexes, ages = (values.get(name, {}).get(patient, frozenset[str]()) for name in KNOWN)
    known = [int(age) for age in ages if age != NOT_RECORDED]
    return Person(
        sex=next(iter(sexes)) if len(sexes) == 1 else NOT_RECORDED,
        age=str(min(known)) if known else NOT_RECORDED,
    )


def _by_name(told: Mapping[str, Person], values: Values) -> dict[str, dict[str, str]]:
    return {
        name: {each: getattr(person, name) for each, person in told.items()}
        for name in KNOWN
        if name in values
    }


def _said(cells: pd.Series) -> list[str]:
    """The values as text, a missing one said to be so."""
    return [NOT_RECORDED if pd.isna(cell) or cell == "" else str(cell) for cell in cells]


def _released(
    table: Table, plan: Plan, study_ids: Mapping[str, str], rows: dict[str, int], cells: Counter[str]
) -> Table:
    frame = table.rows
    if table.rows_tell:
        frame = frame[_rows_may_tell(table, plan)]
        rows[table.name] = len(table.rows) - len(frame)
    withheld = {column.quasi: _generalised(frame, column, plan) for column in table.quasi_columns}
    out = {"study_id": [study_ids[patient] for patient in frame[PATIENT]], "episode": list(frame["episode"])}
    for column in table.columns:
        out[column.name] = _cells(frame, column, plan, withheld)
        cells[f"{table.name}.{column.name}"] += _taken(frame[column.name], out[column.name])
    shuffled = pd.DataFrame(out).sort_values(STUDY_ID, kind="stable", ignore_index=True)
    return replace(table, rows=shuffled)


def _rows_may_tell(table: Table, plan: Plan) -> pd.Series:
    """Which rows stay: none of suppressed patients, and none at all where the level says so."""
    stays = ~table.rows[PATIENT].isin(plan.suppressed)
    return stays & (not any(plan.levels[column.quasi].drops_rows for column in table.quasi_columns))


def _generalised(frame: pd.DataFrame, column: Column, plan: Plan) -> list[str]:
    if column.quasi in plan.described:
        return [plan.described[column.quasi][patient] for patient in frame[PATIENT]]
    recode = plan.levels[column.quasi].recode
    said = zip(frame[PATIENT], _said(frame[column.name]), strict=True)
    return [WITHHELD if patient in plan.suppressed else recode[value] for patient, value in said]


def _cells(frame: pd.DataFrame, column: Column, plan: Plan, quasis: Mapping[str, list[str]]) -> list[object]:
    if column.quasi:
        return list(quasis[column.quasi])
    cells = frame[column.name].tolist()
    if column.kind == "day":
        return [coarse_day(cell) for cell in cells]
    if column.is_open_text:
        return _shared(frame[PATIENT].tolist(), cells, plan.k)
    for name in column.follows:
        given_away = _not_released(name, plan, quasis, len(cells))
        cells = [None if gone else cell for gone, cell in zip(given_away, cells, strict=True)]
    return cells


def _not_released(name: str, plan: Plan, quasis: Mapping[str, list[str]], rows: int) -> list[bool]:
    """For each row whether this quasi-identifier is withheld or hidden among the rare ones."""
    if name in quasis:
        return [value in (WITHHELD, OTHER) for value in quasis[name]]
    return [set(plan.levels[name].recode.values()) == {WITHHELD}] * rows


def _shared(patients: Sequence[str], cells: Sequence[str], k: int) -> list[object]:
    """Open text leaves only where ``k`` patients have the same: nobody can have typed a name into it."""
    having: dict[str, set[str]] = {}
    for patient, cell in zip(patients, cells, strict=True):
        having.setdefault(plain(cell), set()).add(patient)
    return [plain(cell) if not cell or len(having[plain(cell)]) >= k else OTHER for cell in cells]


def _taken(before: pd.Series, after: Sequence[object]) -> int:
    """How many cells that said something now say nothing or only "other"."""
    pairs = zip(before, after, strict=True)
    return sum(
        old != new and not is_empty(old) and old != "" and (is_empty(new) or new in (WITHHELD, OTHER))
        for old, new in pairs
    )

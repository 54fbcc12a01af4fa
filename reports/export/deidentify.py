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
    age_levels,
    plain,
    rare_levels,
    recorded_or_withheld,
)
from reports.export.tables import PATIENT, STUDY_ID, Column, Table, check, is_empty
from reports.stats.disclosure import Level, Plan, Quasi, make_plan

LEARNED = "diagnosis"
FINE_DAYS, WEEKLY_DAYS = 14, 182  # exact up to here, then to the week, then to four weeks


@dataclass(frozen=True, slots=True)
class Rule:
    """How a quasi-identifier is generalised, what it is worth to the analysis, whether others know it."""

    levels: Callable[[Mapping[str, frozenset[str]], int], tuple[Level, ...]]
    weight: float
    known: bool = False


def _kept_or_not(values: Mapping[str, frozenset[str]], k: int) -> tuple[Level, ...]:
    return recorded_or_withheld(values)


# The arm carries the contrast of a trial, so it goes last; sex and age are what an acquaintance knows.
RULES = {
    "sex": Rule(_kept_or_not, 1, known=True),
    "age": Rule(age_levels, 1, known=True),
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


def quasis_of(tables: Sequence[Table], patients: Sequence[str], k: int) -> list[Quasi]:
    """The quasi-identifiers that the tables carry, as the sets of values of each patient.

    A table without the patient gives the empty set. ``patients`` in the order that ``make_plan`` asks for.
    """
    found: dict[str, dict[str, set[str]]] = {}
    for table in tables:
        for column in table.quasi_columns:
            sets = found.setdefault(column.quasi, {patient: set() for patient in patients})
            for patient, value in zip(table.rows[PATIENT], _said(table.rows[column.name]), strict=True):
                sets[patient].add(value)
    return [
        _quasi(name, {key: frozenset(each) for key, each in sets.items()}, k) for name, sets in found.items()
    ]


def plan_release(tables: Sequence[Table], patients: Sequence[str], k: int) -> Plan:
    """How these tables must be generalised. Raises ``Unreleasable``, ``DisclosureRefusal``."""
    for table in tables:
        check(table)
    return make_plan(quasis_of(tables, patients, k), k=k, learned=LEARNED)


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
    return Quasi(name, values, rule.levels(values, k), rule.weight, rule.known)


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

"""What a release is made of: tables of plain values, each column with what it means and how it may leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import pandas as pd

Kind = Literal["text", "number", "true_false", "day"]
PATIENT, EPISODE, STUDY_ID = "patient", "episode", "study_id"


class Unreleasable(ValueError):
    """A table is not as its columns say. Names table and column, never a value."""

    def __init__(self, table: str, column: str, reason: str) -> None:
        super().__init__(f"{table}.{column}: {reason}")
        self.table, self.column = table, column


def is_empty(cell: object) -> bool:
    """Whether a cell says nothing. A cell is one value, never several."""
    return cell is None or bool(pd.isna(cast("float", cell)))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    ``values``: the closed list of codes with their labels. Text without one is open: it leaves only where
    enough patients share it. ``quasi``: the quasi-identifier that it carries. ``follows``: quasi-identifiers
    that it would give away, so that it is left empty wherever one of them is not released.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    values: tuple[tuple[str, str], ...] = ()
    quasi: str = ""
    follows: tuple[str, ...] = ()

    @property
    def is_open_text(self) -> bool:
        return self.kind == "text" and not self.values and not self.quasi


@dataclass(frozen=True, slots=True)
class Table:
    """Tidy rows: ``patient`` (later ``study_id``), ``episode`` (number within the patient), then ``columns``.

    ``rows_tell``: to have a row at all is told by a quasi-identifier, so suppressed patients have none.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    rows_tell: bool = False

    @property
    def quasi_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.quasi)


def check(table: Table) -> None:
    """Raises ``Unreleasable`` when a column is not declared, or holds what its declaration does not allow."""
    expected = [PATIENT, EPISODE, *(column.name for column in table.columns)]
    for name in sorted(set(table.rows.columns).symmetric_difference(expected)):
        raise Unreleasable(table.name, str(name), "is not both declared and present")
    for column in table.columns:
        reason = _fault(column, table.rows[column.name])
        if reason:
            raise Unreleasable(table.name, column.name, reason)


def _fault(column: Column, cells: pd.Series) -> str:
    found = cells.dropna()
    if column.kind in ("number", "day"):
        return "" if pd.api.types.is_numeric_dtype(cells) else "holds something that is no number"
    if column.kind == "true_false":
        return "" if found.isin([True, False]).all() else "holds something that is not true or false"
    if not found.map(lambda cell: isinstance(cell, str)).all():
        return "holds something that is no text"
    allowed = {"", *(code for code, _ in column.values)}
    return "holds a code that is not in its list" if column.values and set(found) - allowed else ""

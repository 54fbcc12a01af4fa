"""The codebook: what every column of a release means, for a program (CSV) and for a reader (Markdown)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from reports.export.tables import EPISODE, STUDY_ID, Column, Table

KINDS = {
    "text": "text",
    "number": "number",
    "true_false": "true or false",
    "day": "whole days from day 0",
}
KEYS = (
    Column(STUDY_ID, "text", "Patient; random, of this release only"),
    Column(EPISODE, "number", "Treatment episode, numbered within the patient"),
)
COLUMNS = ["table", "column", "kind", "unit", "meaning", "values", "released_as"]


def codebook(tables: Sequence[Table], released_as: Mapping[str, str]) -> pd.DataFrame:
    """One row per column of each table. ``released_as``: what was done, by quasi-identifier."""
    rows = [
        (
            table.name,
            column.name,
            KINDS[column.kind],
            column.unit,
            column.meaning,
            said_values(column),
            _treatment(column, released_as),
        )
        for table in tables
        for column in (*KEYS, *table.columns)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def codebook_for_people(tables: Sequence[Table], released_as: Mapping[str, str]) -> str:
    """The same as Markdown, a section per table."""
    sections = [_section(table, released_as) for table in tables]
    return "# Codebook\n\nAn empty cell is a missing value, never a zero.\n\n" + "\n\n".join(sections) + "\n"


def said_values(column: Column) -> str:
    """The closed list in one line, ``code = label``."""
    return "; ".join(f"{code} = {label}" if label else code for code, label in column.values)


def _section(table: Table, released_as: Mapping[str, str]) -> str:
    lines = [_line(column, released_as) for column in (*KEYS, *table.columns)]
    columns = "| column | meaning | values | released as |\n|---|---|---|---|"
    head = f"## {table.name}.csv\n\n{table.meaning}\n\n{columns}"
    return "\n".join([head, *lines])


def _line(column: Column, released_as: Mapping[str, str]) -> str:
    meaning = f"{column.meaning} ({column.unit})" if column.unit else column.meaning
    values = said_values(column) or KINDS[column.kind]
    cells = (column.name, meaning, values, _treatment(column, released_as))
    return "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def _treatment(column: Column, released_as: Mapping[str, str]) -> str:
    if column.quasi:
        return released_as[column.quasi]
    if column.follows:
        return "empty where " + " or ".join(column.follows) + " is not released"
    if column.name == STUDY_ID:
        return "drawn for this release"
    if column.is_open_text:
        return "only what enough patients share, otherwise other"
    return "rounded to weeks far from day 0" if column.kind == "day" else "as recorded"

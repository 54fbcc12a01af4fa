"""A small spec and file that each test changes in one place."""

from __future__ import annotations

import tomllib
from typing import Any

from measures.table import Table
from tracking.imports.planning.plan import Plan
from tracking.imports.planning.planner import make_plan
from tracking.imports.reading.problems import FileRefused, Problems
from tracking.imports.reading.read import read_rows
from tracking.imports.reading.spec import Spec
from tracking.imports.reading.spec_loader import read

SPEC = """
[study]
title = "A small study"
outcome_instrument = "hamd17"
endpoint = "week 1"
provenance = "Written for a test."

[place]
site = "north"
team = "Team A"

[episode]
diagnosis = "mdd"
status = "completed"

[patient]
id = "id"
age = "age"
sex = { column = "sex", meanings = { f = "female", m = "male" } }
arm = { column = "arm" }
numbers = ["expectancy"]

[time]
start = "2020-01-01"
column = "week"
points = [{ name = "baseline", value = "0", day = 0 }, { name = "week 1", value = "1", day = 7 }]

[[assessments]]
instrument = "hamd17"
totals = { total = "hamd" }

[[assessments]]
instrument = "phq9"
items = "phq_{1..9}"
totals = { total = "phq_total" }
"""

HEADER = "id,age,sex,arm,expectancy,week,hamd," + ",".join(f"phq_{n}" for n in range(1, 10)) + ",phq_total"
ROWS = (
    "P1,41,f,drug,62.5,0,24,2,2,1,1,1,1,1,1,0,10",
    "P1,41,f,drug,62.5,1,12,1,1,1,1,1,1,1,1,0,8",
    "P2,35,m,placebo,,0,19,0,1,0,0,0,0,0,0,1,2",
)


def table(*rows: str, header: str = HEADER, ending: str = "\n") -> bytes:
    return (ending.join([header, *rows]) + ending).encode()


def spec(text: str = SPEC, **changes: Any) -> Spec:
    """The spec of a text, its top-level tables replaced or (``None``) taken away."""
    data = tomllib.loads(text) | changes
    return read(Table({key: value for key, value in data.items() if value is not None}, "spec.toml"), "spec")


def plan(data: bytes | None = None, by: Spec | None = None) -> Plan:
    by, problems = by or spec(), Problems()
    data = table(*ROWS) if data is None else data
    return make_plan(by, read_rows(data, by.file, by.columns, problems), problems)


def refused(data: bytes, by: Spec | None = None) -> list[tuple[int, str, str]]:
    """Where and why a file is refused; an empty list when it is not."""
    try:
        plan(data, by)
    except FileRefused as error:
        return [(problem.line, problem.column, problem.reason) for problem in error.problems]
    return []


def with_cell(column: str, text: str, line: int = 2) -> bytes:
    """The small file with one cell replaced by ``text``, as written."""
    place = HEADER.split(",").index(column)
    rows = [row.split(",") for row in ROWS]
    rows[line - 2][place] = text
    return table(*[",".join(row) for row in rows])

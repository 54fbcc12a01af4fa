"""What stands in the database, and what a deed has changed in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field, IntegerField, JSONField, Model

Row = tuple[Any, ...]
Snapshot = dict[type[Model], dict[Any, Row]]
WRITES = ("INSERT", "UPDATE", "DELETE")
OURS = {"tracking", "reports", "knox"}


def models() -> list[type[Model]]:
    found = apps.get_models(include_auto_created=True)
    return [each for each in found if each._meta.app_label in OURS and each._meta.managed]


def snapshot() -> Snapshot:
    """Every row of every table of ours, by its key, as the database holds it."""
    return {model: _rows(model) for model in models()}


def _rows(model: type[Model]) -> dict[Any, Row]:
    columns = [field.column for field in model._meta.concrete_fields]
    key = columns.index(model._meta.pk.column)
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        return {row[key]: row for row in cursor.fetchall()}


def entries(before: Snapshot, after: Snapshot) -> list[str]:
    """The ledger from one to the other, in the words of the table (``tests.deeds.deed``), in order of name."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for model, rows in after.items():
        name, old = model._meta.object_name or "", before[model]
        counted[("+", name, "")] += len(rows.keys() - old.keys())
        counted[("-", name, "")] += len(old.keys() - rows.keys())
        for key in rows.keys() & old.keys():
            if rows[key] != old[key]:
                counted[("~", name, _changed(model, old[key], rows[key]))] += 1
    return sorted(_entry(sign, name, n, columns) for (sign, name, columns), n in counted.items() if n)


def _changed(model: type[Model], old: Row, new: Row) -> str:
    names = [field.name for field in model._meta.concrete_fields]
    changed = sorted(name for name, a, b in zip(names, old, new, strict=True) if a != b)
    return ":" + ",".join(changed)


def _entry(sign: str, name: str, count: int, columns: str) -> str:
    return f"{sign}{name}{f'*{count}' if count > 1 else ''}{columns}"


def read(writes: str) -> list[str]:
    """The entries that a line of the table names, in order of name. What it names twice are two rows."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for entry in writes.split():
        row, colon, columns = entry.partition(":")
        name, _, count = row.partition("*")
        counted[(name[0], name[1:], colon + columns)] += int(count or 1)
    return sorted(_entry(sign, name, n, columns) for (sign, name, columns), n in counted.items())


def sums(before: Snapshot, after: Snapshot) -> Counter[str]:
    """By how much each column has come to more, or less, over all rows: the sum where it counts, the entries where it
    lists, of each of its choices the rows that hold it, else the rows in which it says something. Two who add to it
    add twice, what belongs to something still does, and what was decided is not decided another way."""
    found: Counter[str] = Counter()
    for model, rows in after.items():
        old = before[model]
        changed = [key for key in rows.keys() | old.keys() if rows.get(key) != old.get(key)]
        for place, field in enumerate(model._meta.concrete_fields):
            for stored, sign in ((rows, 1), (old, -1)):
                for cell in (stored[key][place] for key in changed if key in stored):
                    found[_counted_as(field, cell)] += sign * _weight(field, cell)
    return Counter({name: count for name, count in found.items() if count})


def _counted_as(field: Field[Any, Any], cell: Any) -> str:
    name = f"{field.model.__name__}.{field.name}"
    return f"{name} {cell}" if field.choices else name


def _weight(field: Field[Any, Any], cell: Any) -> int:
    if field.choices:
        return 1
    if cell is None or field.primary_key:
        return 0
    if isinstance(field, JSONField):
        return len(json.loads(cell))
    return cell if isinstance(field, IntegerField) else 1


class Interrupted(Exception):
    """The machine stopped here."""


@contextmanager
def stopped_at(write: int) -> Iterator[list[str]]:
    """Inside, the write of this number (from 1) does not happen: ``Interrupted``. Yields the writes so far."""
    seen: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if is_write(sql):
            seen.append(sql)
            if len(seen) == write:
                raise Interrupted(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield seen


def is_write(sql: str) -> bool:
    return sql.lstrip("( ").upper().startswith(WRITES)

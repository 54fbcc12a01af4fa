"""Which of our constraints a row has broken: not every ``IntegrityError`` means that somebody else was quicker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db import IntegrityError
from django.db.models import CheckConstraint, Model, UniqueConstraint

ON_SQLITE = re.compile(r"(UNIQUE|CHECK) constraint failed: ([\w., ]+)")


def only(error: IntegrityError, *constraints: str) -> None:
    """Raises the error again unless it is one of these constraints that was broken: any other is a fault of ours."""
    if broken(error) not in constraints:
        raise error


def broken(error: BaseException) -> str:
    """The name of the constraint; ``table.column`` where it is of one column alone. Empty where it is none of ours."""
    cause = error.__cause__
    if not isinstance(error, IntegrityError) or cause is None:
        return ""
    diagnosis = getattr(cause, "diag", None)
    if diagnosis:
        return _known().get(diagnosis.constraint_name or "", "") or _of_column(diagnosis)
    said = ON_SQLITE.fullmatch(str(cause))
    return _known().get(said[2], "") if said else ""


@cache
def _known() -> dict[str, str]:
    """The names of our constraints by what the engines call them: a name, or the columns on SQLite."""
    known: dict[str, str] = {}
    for app in ("tracking", "reports"):
        for model in apps.get_app_config(app).get_models():
            known |= dict(_of(model))
    return known


def _of(model: type[Model]) -> Iterator[tuple[str, str]]:
    table = model._meta.db_table
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    for alone in (field.column for field in model._meta.concrete_fields if field.unique):
        yield f"{table}.{alone}", f"{table}.{alone}"
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint | CheckConstraint):
            yield constraint.name, constraint.name
        if isinstance(constraint, UniqueConstraint):
            yield ", ".join(f"{table}.{columns[name]}" for name in constraint.fields), constraint.name


def _of_column(diagnosis: object) -> str:
    """PostgreSQL names the constraint of a unique column after its table and the column."""
    table, name = getattr(diagnosis, "table_name", ""), getattr(diagnosis, "constraint_name", "")
    for key in _known():
        of, _, column = key.partition(".")
        if of == table and re.fullmatch(rf"{of}_{column}(_key|_[0-9a-f]{{8}}_uniq)", name or ""):
            return key
    return ""

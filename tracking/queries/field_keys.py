"""Whether ``FIELD_KEYS`` are those of this database, and which rows stand under which key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import F
from django.db.models.functions import Cast

from tracking.fields import EncryptedTextField, check_value
from tracking.models import FieldKey

# Rows of each table, from either end, that say whether the keys are right where none is known yet.
SAMPLE = 20
WHERE = 'See "Field keys" in docs/operations.md.'
Column = tuple[type[models.Model], str]


def keys_are_kept() -> bool:
    """Whether the table is there at all: not before the first ``migrate``."""
    return FieldKey._meta.db_table in connection.introspection.table_names()


def fault_of_keys() -> str:
    """What is wrong with ``FIELD_KEYS`` for this database, as whoever starts it is told; empty when nothing is."""
    given = [check_value(key) for key in settings.FIELD_KEYS]
    known = list(FieldKey.objects.all())
    missing = [row for row in known if row.retired_at is None and row.check_value not in given]
    if missing:
        listed = ", ".join(f"{row} (in use since {row.first_used_at:%Y-%m-%d})" for row in missing)
        return (
            f"FIELD_KEYS is wrong: this database is written under {listed}, which is not among the keys given. "
            f"Nothing is stored until it is. {WHERE}"
        )
    if any(row.closed_at and row.check_value == given[0] for row in known):
        return f"FIELD_KEYS begins with key {given[0][:8]}, which is retired: put the newest first. {WHERE}"
    if not known and not opens_what_is_stored():
        return (
            f"FIELD_KEYS is wrong: it opens nothing of what this database holds. Nothing is stored. {WHERE}"
        )
    return ""


def encrypted_columns() -> list[Column]:
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def closed(model: type[models.Model], name: str) -> models.QuerySet[models.Model, tuple[int, str]]:
    """Keys of rows with the column as it stands in the database, unopened."""
    held = model._default_manager.filter(**{f"{name}__isnull": False})
    as_text = held.annotate(closed=Cast(F(name), models.TextField()))
    told: models.QuerySet[models.Model, tuple[int, str]] = as_text.values_list("pk", "closed")
    return told


def is_anything_stored() -> bool:
    return any(closed(model, name).exists() for model, name in encrypted_columns())


def opens_what_is_stored() -> bool:
    """Whether one of the first or last values of any column opens, or there is none."""
    values = [value for model, name in encrypted_columns() for value in _sample(model, name)]
    return not values or any(opens(value, settings.FIELD_KEYS) for value in values)


def _sample(model: type[models.Model], name: str) -> Iterator[str]:
    for order in ("pk", "-pk"):
        yield from (value for _, value in closed(model, name).order_by(order)[:SAMPLE])


def opens(value: str, keys: Sequence[str]) -> bool:
    for key in keys:
        try:
            Fernet(key).decrypt(value.encode())
        except InvalidToken:
            continue
        return True
    return False


def values_by_key() -> Counter[str]:
    """How many stored values each of ``FIELD_KEYS`` opens, by its check value; under no name, those that none does."""
    counts: Counter[str] = Counter()
    for model, name in encrypted_columns():
        counts.update(_opened_by(value) for _, value in closed(model, name).iterator())
    return counts


def _opened_by(value: str) -> str:
    return next((check_value(key) for key in settings.FIELD_KEYS if opens(value, [key])), "")

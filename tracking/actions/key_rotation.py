"""A new field key takes the place of an old one: added, everything encrypted anew in steps, the old one retired.

Each step is a transaction of its own, and a value that stands under the newest key is left alone. So the work can stop
anywhere and goes on where it was, and people work meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Cast

from tracking import clock
from tracking.actions.field_keys import confirm_field_keys
from tracking.actions.moves import moved
from tracking.errors import CommandRefused
from tracking.fields import check_value, cipher
from tracking.models import FieldKey
from tracking.queries.field_keys import closed, encrypted_columns, opens, values_by_key

STEP = 200  # values in one transaction
SETTLED_AFTER = timedelta(minutes=2)  # what was begun under a key before it was closed is stored by then
IN_USE = Q(retired_at=None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one column is. ``unread``: values that none of the keys opens; they stay as they are."""

    column: str
    seen: int
    of: int
    renewed: int
    unread: int


def reencrypt() -> Iterator[Progress]:
    """Puts every value under the newest key. Yields after each step, which is then stored."""
    confirm_field_keys()
    for model, name in encrypted_columns():
        yield from _column(model, name)


def retire_old_keys(*, wait: timedelta = SETTLED_AFTER) -> list[FieldKey]:
    """Every key but the newest is no longer needed, and ``FIELD_KEYS`` may do without it. First nothing more is
    written under it, which other processes notice within ``wait``; then what is left is encrypted anew. Raises
    ``CommandRefused`` when a value needs an old key all the same: nothing is retired then."""
    confirm_field_keys()
    newest = check_value(settings.FIELD_KEYS[0])
    old = list(FieldKey.objects.filter(IN_USE).exclude(check_value=newest))
    if not old:
        return []
    for key in old:
        moved(key, Q(closed_at=None), closed_at=clock.now())
    time.sleep(wait.total_seconds())
    for _ in reencrypt():
        pass
    needed = values_by_key()
    if any(needed[key.check_value] for key in old):
        raise CommandRefused(
            "values are still being written under an old key: start every process anew, then try again"
        )
    for key in old:
        moved(key, IN_USE, retired_at=clock.now())
    return old


def give_up_key(*, name: str) -> FieldKey:
    """A key is lost for good: what stands under it is never read again, and nothing asks for the key any more.
    ``name``: its eight letters. Raises ``CommandRefused`` for one that is not known, or that is at hand."""
    given = [check_value(key) for key in settings.FIELD_KEYS]
    key = next((row for row in FieldKey.objects.filter(IN_USE) if str(row) == f"key {name}"), None)
    if key is None:
        raise CommandRefused(f"key {name}: is none that this database is written under")
    if key.check_value in given:
        raise CommandRefused(f"{key} is at hand: it stands in FIELD_KEYS")
    now = clock.now()
    moved(key, IN_USE, closed_at=now, retired_at=now)
    return key


def _column(model: type[models.Model], name: str) -> Iterator[Progress]:
    rows, last, seen, renewed, unread = closed(model, name).order_by("pk"), 0, 0, 0, 0
    of = rows.count()
    while step := list(rows.filter(pk__gt=last)[:STEP]):
        last, seen = step[-1][0], seen + len(step)
        here = _step(model, name, step)
        renewed, unread = renewed + here[0], unread + here[1]
        yield Progress(f"{model._meta.verbose_name}: {name}", seen, max(seen, of), renewed, unread)


@transaction.atomic
def _step(model: type[models.Model], name: str, step: list[tuple[int, str]]) -> tuple[int, int]:
    """A value that somebody has changed since it was read is under a key that may be written under, and stays."""
    renewed = unread = 0
    as_read = model._default_manager.annotate(closed=Cast(F(name), models.TextField()))
    for pk, value in step:
        if opens(value, settings.FIELD_KEYS[:1]):
            continue
        if not opens(value, settings.FIELD_KEYS):
            unread += 1
            continue
        new = cipher().rotate(value.encode()).decode()
        renewed += as_read.filter(pk=pk, closed=value).update(**{name: Value(new, models.TextField())})
    return renewed, unread

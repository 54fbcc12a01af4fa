"""One row moves from one state to another, and no other row with it.

The condition and the change are one statement: of two people who decide at the same moment, the second finds
the row moved on.
"""

from __future__ import annotations

from django.db.models import Model, Q

from tracking.errors import Conflict

ANY_STATE = Q()


def moved(row: Model, held: Q, **to: object) -> bool:
    """Sets the columns ``to`` of this one row if it stands in the database as ``held`` says. Returns whether it
    did; what is in memory stays as it was read."""
    changed = row._meta.base_manager.filter(held, pk=row.pk).update(**to)
    if changed > 1:
        raise AssertionError(f"{changed} rows of {row._meta.label} moved where one should")
    return bool(changed)


def move(row: Model, held: Q, *, otherwise: str, **to: object) -> None:
    """The same where somebody must be told: raises ``Conflict`` with the words of ``otherwise`` unless it moved."""
    if not moved(row, held, **to):
        raise Conflict(otherwise)

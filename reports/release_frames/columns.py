"""What may leave of each stored field: the privacy class of the model decides, and omitting is the default."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from reports.export.tables import Column, Kind
from tracking.privacy import Privacy

MAY_LEAVE = {Privacy.SAFE, Privacy.SENSITIVE, Privacy.QUASI, Privacy.DATE}
Values = tuple[tuple[str, str], ...]


class NotReleasable(Exception):
    """A column is declared of a field that must not leave, or not in this way."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A column of a release and the path to its field from the rows that are read. ``coarse``: what leaves in
    the place of the stored value, where that says more than it should."""

    column: Column
    path: str
    coarse: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """A column that counts records within their episode, in place of their keys: path to the key, numbers."""

    column: Column
    path: str
    numbers: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Told:
    """A column that is worked out and not stored: path to the key of the record, what is told of it by key."""

    column: Column
    path: str
    told: Mapping[int, str]


Source = Stored | Numbered | Told


def stored(
    model: type[models.Model],
    field: str,
    meaning: str,
    *,
    path: str = "",
    name: str = "",
    unit: str = "",
    values: Values = (),
    quasi: str = "",
    follows: tuple[str, ...] = (),
    is_day: bool = False,
) -> Stored:
    """Declares a column by its model field. Raises ``NotReleasable`` unless its privacy class allows it.

    A quasi-identifier must be named as such, a date becomes a day; everything else follows from the field.
    ``is_day``: the number that is stored is a day already, and must be no finer than the other days.
    """
    privacy = check_may_leave(model, field)
    if (privacy == Privacy.QUASI) != bool(quasi):
        raise NotReleasable(f"{model.__name__}.{field} is {privacy} but its column says otherwise")
    kind = "text" if quasi else "day" if is_day else _kind(_field(model, field), privacy)
    choices = values or choices_of(model, field)
    return Stored(Column(name or field, kind, meaning, unit, choices, quasi, follows), path or field)


def check_may_leave(model: type[models.Model], field: str) -> Privacy:
    """The privacy class of the field. Raises ``NotReleasable`` when it has none, or one that stays."""
    declared: dict[str, Privacy] = getattr(model, "privacy", {})
    privacy = declared.get(field)
    if privacy is None or privacy not in MAY_LEAVE:
        raise NotReleasable(f"{model.__name__}.{field} is {privacy or 'in no privacy class'}")
    return privacy


def choices_of(model: type[models.Model], field: str) -> Values:
    """The closed list of a field, if it has one."""
    return tuple((str(code), str(label)) for code, label in _field(model, field).flatchoices)


def closed(pairs: Iterable[tuple[str, str]]) -> Values:
    """A closed list, each code once, in order."""
    return tuple(sorted(dict(pairs).items()))


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    return next(field for field in model._meta.fields if field.name == name)


def _kind(field: models.Field[Any, Any], privacy: Privacy) -> Kind:
    if privacy == Privacy.DATE:
        return "day"
    if isinstance(field, models.BooleanField):
        return "true_false"
    numeric = (models.IntegerField, models.FloatField, models.DecimalField)
    return "number" if isinstance(field, numeric) else "text"

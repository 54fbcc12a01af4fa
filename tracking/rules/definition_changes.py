"""What differs between two versions of an instrument, part by part. Plain records in, plain records out.

A part goes by its keys in the definition file, which are the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from measures.instrument import Instrument
from measures.language import gettext as _
from measures.language import written

NAMES = ("code", "key", "value")  # what a record of a list is known by


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that is not the same. ``before`` is ``None`` for what is new, ``after`` for what is gone."""

    place: str
    before: str | None
    after: str | None


def differences(before: Instrument, after: Instrument) -> list[Difference]:
    """Every part in which two versions differ, in the order of the record. The version itself is left out."""
    return [one for one in _compare((), before, after) if one.place != "version"]


def _compare(place: tuple[str, ...], before: object, after: object) -> Iterator[Difference]:
    if before == after:
        return
    if is_dataclass(before) and type(before) is type(after):
        for part in fields(before):
            yield from _compare((*place, part.name), getattr(before, part.name), getattr(after, part.name))
    elif _are_records(before) and _are_records(after):
        yield from _compare_records(place, _by_name(before), _by_name(after))
    else:
        yield Difference(_said(place), _shown(before), _shown(after))


def _compare_records(
    place: tuple[str, ...], before: dict[str, object], after: dict[str, object]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield Difference(_said((*place, name)), _title(before[name]), None)
        elif name not in before:
            yield Difference(_said((*place, name)), None, _title(after[name]))
        else:
            yield from _compare((*place, name), before[name], after[name])
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        yield Difference(_said((*place, _("order"))), ", ".join(before), ", ".join(after))


def _are_records(value: object) -> bool:
    return isinstance(value, tuple) and all(map(is_dataclass, value))


def _by_name(records: object) -> dict[str, object]:
    """Records by what they are known by, else by their place."""
    assert isinstance(records, tuple)
    return {_name(record, place): record for place, record in enumerate(records, start=1)}


def _name(record: object, place: int) -> str:
    return next((str(getattr(record, name)) for name in NAMES if hasattr(record, name)), str(place))


def _title(record: object) -> str:
    return str(
        getattr(record, "label", "") or getattr(record, "title", "") or getattr(record, "text", _("yes"))
    )


def _said(place: tuple[str, ...]) -> str:
    return " › ".join(place).replace("_", " ")


def _shown(value: object) -> str | None:
    if value is None or value == () or value == "":
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if is_dataclass(value):
        return ", ".join(
            f"{part.name.replace('_', ' ')} {getattr(value, part.name)}" for part in fields(value)
        )
    return written(str(value)) if isinstance(value, float) else str(value)

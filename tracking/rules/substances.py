"""Which amounts of a substance are plausible, and which name somebody meant, from ``substances.toml``. Pure.

The list judges what stands in it and nothing else: of a substance that is missing here no amount is called odd.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, reduce
from math import gcd
from pathlib import Path
from typing import Literal, cast

from measures.instrument import Source
from measures.parsing import read_toml
from measures.table import Table
from tracking.rules.medication_classes import classification, is_among

FILE = Path(__file__).with_name("substances.toml")
PLACEBO = "placebo"
# How alike two names are: twice the letters in common over all letters, so that "psylocibin" and "psilocybin" are 0.8.
ALIKE = 0.75
_THOUSAND = 1000
Unit = Literal["mg", "ug", "mg/kg"]


@dataclass(frozen=True, slots=True)
class Range:
    """From the least to the most that is plausible, in ``unit``, and who says so."""

    low: Decimal
    high: Decimal
    unit: str
    source: Source


@dataclass(frozen=True, slots=True)
class Substance:
    """What is known of a substance: ``once``, how much at a time in a dosing session; ``most_a_day`` as a standing
    medication; ``tablets``, the strengths that exist, and the ``halves`` among them, which are scored. What the file
    does not say is ``None`` or empty, and is not judged."""

    name: str
    also: tuple[str, ...]
    unit: Unit
    once: Range | None
    most_a_day: Decimal | None
    tablets: tuple[Decimal, ...]
    halves: tuple[Decimal, ...]
    source: Source

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)

    @property
    def daily(self) -> Range | None:
        """From half of the smallest tablet to the most a day; ``None``: nothing is known."""
        if self.most_a_day is None:
            return None
        return Range(min(self.tablets) / 2, self.most_a_day, self.unit, self.source)

    def amounts(self, most: Decimal) -> tuple[Decimal, ...]:
        """Every amount up to ``most`` that whole tablets and halves of scored ones make up, rising, without 0.
        Empty where no tablet is known."""
        pieces = sorted({_fine(size) for size in self.tablets} | {_fine(size) // 2 for size in self.halves})
        if not pieces:
            return ()
        step = reduce(gcd, pieces)
        reached = [True] + [False] * (_fine(most) // step)
        for number in range(1, len(reached)):
            reached[number] = any(
                piece <= number * step and reached[number - piece // step] for piece in pieces
            )
        return tuple(Decimal(number * step) / _THOUSAND for number, is_met in enumerate(reached) if is_met)[
            1:
        ]


def _fine(amount: Decimal) -> int:
    """In thousandths: amounts are exact to that."""
    return int(amount * _THOUSAND)


def substance(name: str) -> Substance | None:
    """The substance that stands in a name as somebody wrote it; ``None``: not in the list."""
    return next((known for known in substances() if is_among(name, known.names)), None)


def canonical(name: str) -> str:
    """One spelling of a name, to be compared: that of the list, else small letters."""
    known = substance(name)
    return (known.name if known else name.strip()).casefold()


def meant(name: str, first: Iterable[str] = ()) -> str:
    """The known name that a misspelt one is most like; "" for one that is known, or that is like none. ``first``:
    names that are known besides, and taken before the others (what a protocol plans)."""
    planned = [one for one in first if one.casefold() != PLACEBO]
    if is_among(name, [PLACEBO, *planned, *_known_names()]):
        return ""
    return _most_alike(name, planned) or _most_alike(name, _known_names())


def _most_alike(name: str, among: Iterable[str]) -> str:
    spelt = {one.casefold(): one for one in among}
    found = get_close_matches(name.strip().casefold(), spelt, n=1, cutoff=ALIKE)
    return spelt[found[0]] if found else ""


@cache
def _known_names() -> tuple[str, ...]:
    listed = [name for known in substances() for name in known.names]
    return (*listed, *(name for known in classification().classes for name in known.listed))


@cache
def substances() -> tuple[Substance, ...]:
    """The list, in the order of the file."""
    return load(FILE)


def load(path: Path) -> tuple[Substance, ...]:
    """Reads the file strictly. Raises ``DefinitionError`` naming file and key."""
    top = Table(read_toml(path), str(path))
    found = tuple(_read(row) for row in top.tables("substances"))
    names = [name.casefold() for known in found for name in known.names]
    if len(set(names)) < len(names):
        top.refuse("substances", "must not name the same substance twice")
    top.finish()
    return found


def _read(table: Table) -> Substance:
    source = table.source()
    unit = cast(Unit, table.one_of("unit", Unit))
    tablets = _sizes(table, "tablets")
    halves = _sizes(table, "halves")
    most = table.optional_number("most_a_day")
    if not set(halves) <= set(tablets):
        table.refuse("halves", "must be among the tablets")
    if (most is None) != (not tablets):
        table.refuse("most_a_day", "stands with the tablets, and they with it")
    found = Substance(
        name=table.text("name"),
        also=table.texts("also") if "also" in table else (),
        unit=unit,
        once=read_range(table, "once", unit, source) if "once" in table else None,
        most_a_day=None if most is None else Decimal(str(most)),
        tablets=tablets,
        halves=halves,
        source=source,
    )
    table.finish()
    return found


def _sizes(table: Table, key: str) -> tuple[Decimal, ...]:
    listed = table.numbers(key) if key in table else []
    sizes = tuple(Decimal(str(size)) for size in listed)
    if any(size <= 0 for size in sizes) or list(sizes) != sorted(set(sizes)):
        table.refuse(key, "must be more than nothing, rising")
    return sizes


def read_range(table: Table, key: str, unit: str, source: Source) -> Range:
    """``once = [1, 50]``: from the least to the most."""
    low, high = (Decimal(str(number)) for number in table.numbers(key, 2))
    if not 0 < low <= high:
        table.refuse(key, "must be the least and the most, more than nothing")
    return Range(low, high, unit, source)

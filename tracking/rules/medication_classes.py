"""Which classes a medication belongs to, from ``medication_classes.toml``. No Django here.

A name is found by the words in it: "Sertraline hydrochloride" is sertraline, "olanzapine/fluoxetine" is both.
A name in which no listed substance stands has no known class: who asks must say so, and never conclude that it
is of none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from measures.instrument import Source
from measures.parsing import read_toml
from measures.table import Table

FILE = Path(__file__).with_name("medication_classes.toml")


@dataclass(frozen=True, slots=True)
class MedicationClass:
    """One class: its key, what it is called, its place in the ATC classification, and what belongs to it."""

    key: str
    title: str
    atc: str
    substances: frozenset[str]

    @property
    def listed(self) -> list[str]:
        """Its substances in the order of the alphabet."""
        return sorted(self.substances)


@dataclass(frozen=True, slots=True)
class Classification:
    classes: tuple[MedicationClass, ...]
    source: Source


def classes_of(medication: str) -> frozenset[str]:
    """The keys of the classes of a medication as somebody wrote it; empty: not known."""
    return frozenset(
        known.key for known in classification().classes if is_among(medication, known.substances)
    )


def is_among(medication: str, substances: Iterable[str]) -> bool:
    """Whether one of these substances stands in the name, as whole words."""
    name = medication.casefold()
    return any(re.search(rf"(?<!\w){re.escape(one.casefold())}(?!\w)", name) for one in substances)


@cache
def classification() -> Classification:
    """All classes, in the order of the file."""
    return load(FILE)


def load(path: Path) -> Classification:
    """Reads the file strictly. Raises ``DefinitionError`` naming file and key."""
    top = Table(read_toml(path), str(path))
    found = Classification(tuple(_read_class(row) for row in top.tables("classes")), top.source())
    keys = [known.key for known in found.classes]
    if not keys or len(set(keys)) < len(keys):
        top.refuse("classes", "must be at least one, each key once")
    top.finish()
    return found


def _read_class(table: Table) -> MedicationClass:
    substances = table.texts("substances")
    if any(name != name.casefold().strip() for name in substances):
        table.refuse("substances", "must be in small letters, without blanks around them")
    found = MedicationClass(table.text("key"), table.text("title"), table.text("atc"), frozenset(substances))
    table.finish()
    return found

"""Who the people of a release are, in counts: told in any case, however little its rows may tell. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.export.generalise import NOT_RECORDED, OTHER, band, plain
from reports.export.partition import decades
from reports.stats.counts import SAFE

AGE, SETS = "age", ("medication", "dosed substance")  # of the latter a patient may have several


@dataclass(frozen=True, slots=True)
class Counted:
    """How many patients have a value, by the safe rule; ``None``: too few to be told."""

    of: str
    value: str
    patients: int | None


def sample(values: Mapping[str, Mapping[str, frozenset[str]]]) -> tuple[Counted, ...]:
    """By descriptive value the patients who have it, each count by itself. Values of a few are called other, so that
    not even that there is such a value is told; ages stand in bands of whole decades that enough people share."""
    return tuple(
        Counted(name, value, SAFE.told(len(those)))
        for name, sets in values.items()
        for value, those in sorted(_common(_bands(sets) if name == AGE else _spelt(name, sets)).items())
    )


def _spelt(name: str, sets: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    if name not in SETS:
        return dict(sets)
    return {patient: frozenset(map(plain, found)) for patient, found in sets.items()}


def _bands(sets: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    first = {each: min(map(int, ages - {NOT_RECORDED}), default=None) for each, ages in sets.items()}
    starts = decades((age for age in first.values() if age is not None), SAFE.smallest)
    return {
        each: frozenset({NOT_RECORDED if age is None else band(age, starts)}) for each, age in first.items()
    }


def _common(sets: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    having: dict[str, set[str]] = {}
    for patient, found in sets.items():
        for value in found:
            having.setdefault(value, set()).add(patient)
    few = {value for value, those in having.items() if SAFE.is_of_a_few(len(those))}
    common = {value: those for value, those in having.items() if value not in few}
    others = set[str]().union(*(having[value] for value in few))
    return common | ({OTHER: others | common.get(OTHER, set())} if few else {})

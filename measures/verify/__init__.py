"""Scoring held against files of reference vectors: cases with answers, and what each is expected to come to.

Every key of every ``expect`` is either compared, or named as not computed; a file that nobody has given
words for (see ``files``) is named as not covered. Nothing passes by being absent on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from measures.errors import AnswerError, UnknownInstrument, UnknownNumbering
from measures.exact import is_finite_number
from measures.instrument import Number
from measures.verify.cases import Case, UnreadableCases, read_cases
from measures.verify.files import VOCABULARIES
from measures.verify.terms import Vocabulary

TOLERANCE = 1e-3  # the vectors print four decimals


@dataclass(frozen=True, slots=True)
class Comparison:
    """One expected figure of one case. ``found`` says nothing unless ``computed``."""

    case: str
    key: str  # "subscales.B" for a figure within an object
    expected: object
    computed: bool
    found: object = None

    @property
    def differs(self) -> bool:
        return self.computed and not agree(self.found, self.expected)


@dataclass(frozen=True, slots=True)
class FileVerification:
    """What one file came to. ``covered`` is false for a file without words."""

    name: str
    cases: int
    covered: bool
    comparisons: tuple[Comparison, ...]

    @property
    def compared(self) -> int:
        return sum(one.computed for one in self.comparisons)

    @property
    def not_computed(self) -> tuple[str, ...]:
        """The expected keys that nothing here computes, in some case at least."""
        return tuple(sorted({one.key for one in self.comparisons if not one.computed}))

    @property
    def mismatches(self) -> tuple[Comparison, ...]:
        return tuple(one for one in self.comparisons if one.differs)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a folder of vectors came to."""

    files: tuple[FileVerification, ...]

    @property
    def passed(self) -> bool:
        """No figure differs, and every file was covered. Keys not computed are reported, not failed."""
        return all(one.covered and not one.mismatches for one in self.files)

    def lines(self) -> Iterator[str]:
        """The verification in words: a line per file, the sum, and everything that is not as it should be."""
        for one in self.files:
            counts = (
                f"{one.cases:>3} cases {one.compared:>5} keys compared {len(one.mismatches):>3} mismatches"
            )
            yield f"{one.name:<20} {counts}" + ("" if one.covered else "  NOT COVERED: no words for it")
        compared, cases = (sum(getattr(one, name) for one in self.files) for name in ("compared", "cases"))
        mismatches = [(one.name, each) for one in self.files for each in one.mismatches]
        yield (
            f"{len(self.files)} files, {cases} cases, {compared} keys compared, {len(mismatches)} mismatches"
        )
        for one in self.files:
            yield from (f"not computed  {one.name}: {key}" for key in one.not_computed)
        for name, each in mismatches:
            yield f"mismatch  {name}, {each.case}: {each.key} is {each.found!r}, expected {each.expected!r}"


def verify(folder: Path) -> Verification:
    """Every key of every case of every ``*.json`` in the folder, against what this package computes.

    Raises ``UnreadableCases`` for a folder without vector files and for a file that is not one.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise UnreadableCases(f"{folder}: is no folder with vector files (*.json)")
    return Verification(tuple(verify_file(path) for path in paths))


def verify_file(path: Path) -> FileVerification:
    """One file of vectors, named for its instrument: "phq9.json". Raises ``UnreadableCases``."""
    cases = read_cases(path)
    for place, case in enumerate(cases, start=1):
        _check_form(case, f"{path}: case {place}")
    words = VOCABULARIES.get(path.stem)
    if words is None:
        return FileVerification(path.stem, len(cases), covered=False, comparisons=())
    comparisons = tuple(one for case in cases for one in compare(case, words))
    return FileVerification(path.stem, len(cases), covered=True, comparisons=comparisons)


def compare(case: Case, words: Vocabulary) -> Iterator[Comparison]:
    """One comparison for each key that the case expects."""
    found = _findings(case, words)
    for key, expected in _leaves(case["expect"]):
        yield Comparison(str(case["id"]), key, expected, computed=key in found, found=found.get(key))


def agree(found: object, expected: object) -> bool:
    """Equal, finite numbers within the printed precision; ``None`` and the booleans equal only themselves."""
    if is_finite_number(expected) and is_finite_number(found):
        return abs(cast(Number, found) - cast(Number, expected)) <= TOLERANCE
    return type(found) is type(expected) and not isinstance(expected, float) and bool(found == expected)


def _findings(case: Case, words: Vocabulary) -> dict[str, object]:
    """What is computed for the case, by expected key. A refused case has no other figures."""
    wanted = [key for key, _ in _leaves(case["expect"])]
    try:
        subject = words.read(case)
    except AnswerError as refusal:
        refused: dict[str, object] = dict.fromkeys(wanted, f"refused ({refusal})")
        return refused | {"error": "invalid_value", "item": refusal.item}
    except (UnknownInstrument, UnknownNumbering):
        return {}
    found: dict[str, object] = {"error": None, "item": None}
    for key in words.terms.keys() & wanted:
        try:
            found[key] = words.terms[key](subject)
        except KeyError:  # the definition has no such scale or outcome: not computed
            continue
    return found


def _leaves(expected: object, path: str = "") -> Iterator[tuple[str, object]]:
    """The single figures in nested objects. An empty object is a figure of its own, so that it cannot pass."""
    if not isinstance(expected, Mapping) or not expected:
        yield path, expected
        return
    for key, value in expected.items():
        yield from _leaves(value, f"{path}.{key}" if path else key)


def _check_form(case: Case, place: str) -> None:
    if not isinstance(case.get("id"), str):
        raise UnreadableCases(f"{place}: has no id")
    for part in ("answers", "expect"):
        if not isinstance(case.get(part), dict):
            raise UnreadableCases(f"{place}: has no object {part!r}")
    if not case["expect"]:
        raise UnreadableCases(f"{place}: expects nothing")

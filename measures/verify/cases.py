"""Reading a file of cases: a JSON list of objects, taken strictly."""

from __future__ import annotations

import json
from pathlib import Path

from measures.errors import MeasuresError

Case = dict[str, object]


class UnreadableCases(MeasuresError):
    """A file or folder of cases cannot be read as such. Names it."""


def read_cases(path: Path) -> list[Case]:
    """The objects in a file that holds a list of them.

    Raises ``UnreadableCases``: no such file, not JSON, not a list of objects, or an object in which a key
    stands twice.
    """
    try:
        cases = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_each_key_once)
    except OSError as error:
        raise UnreadableCases(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise UnreadableCases(f"{path}: is not JSON: {error}") from None
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise UnreadableCases(f"{path}: must be a list of answer objects")
    return cases


def _each_key_once(pairs: list[tuple[str, object]]) -> Case:
    """An object in which a key stands twice would silently keep the second answer."""
    seen: Case = {}
    for key, value in pairs:
        if key in seen:
            raise ValueError(f"the key {key!r} stands twice in one object")
        seen[key] = value
    return seen

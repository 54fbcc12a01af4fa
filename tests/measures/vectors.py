"""The reference vectors: cases with answers and what an independent source expects of them."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "data" / "vectors"
TOLERANCE = 1e-3  # the vectors print four decimals


def cases(name: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def close(actual: Any, expected: Any) -> bool:
    """Equal, numbers within the printed precision; ``None`` and the booleans only equal themselves."""
    if expected is None or isinstance(expected, (bool, str)) or actual is None or isinstance(actual, bool):
        return actual is expected if not isinstance(expected, str) else actual == expected
    return abs(actual - expected) <= TOLERANCE


def differences(actual: dict[str, Any], expected: dict[str, Any], path: str = "") -> list[str]:
    """Every key of ``expected`` that ``actual`` does not meet, a key that it does not know among them."""
    found: list[str] = []
    for key, wanted in expected.items():
        here = f"{path}{key}"
        if key not in actual:
            found.append(f"{here}: this test does not know it")
        elif isinstance(wanted, dict):
            found += differences(actual[key], wanted, f"{here}.")
        elif not close(actual[key], wanted):
            found.append(f"{here}: {actual[key]!r}, expected {wanted!r}")
    return found

"""``docs/numbers.md`` says every period, limit and threshold of ours as it is in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.rooms import ROOT

ROOMS = (
    "tracking/actions", "tracking/models", "tracking/queries", "tracking/rules",
    "reports/actions", "reports/analyses", "reports/export", "reports/stats",
)  # fmt: skip
ROW = re.compile(r"^\| `([\w.]+)\.(\w+)` \| ([^|]+) \|", re.MULTILINE)
PUBLIC = re.compile(r"[A-Z][A-Z_]*")
UNITS = {
    "DAY", "DAYS_PER_WEEK", "DAYS_PER_YEAR", "PERCENT",  # arithmetic
    "FRESH",  # FRESH_MINUTES once more
    "NO_TIME", "BASE64_SKIPPED", "OWNER_ONLY", "UNIX", "GZIP",  # of zip files and of base64
}  # fmt: skip
SAID = {
    (module, name): value.strip()
    for module, name, value in ROW.findall((ROOT / "docs" / "numbers.md").read_text())
}


def written(value: object) -> str:
    """``4 hours``, ``28, 84``, ``0.2``."""
    if isinstance(value, tuple):
        return ", ".join(map(written, value))
    if isinstance(value, timedelta):
        for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
            count, rest = divmod(value.total_seconds(), length)
            if count and not rest:
                return f"{count:g} {unit}{'s' * (count != 1)}"
    return f"{value}"


def is_number(value: object) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(is_number, value))
    return isinstance(value, int | float | timedelta) and not isinstance(value, bool)


def modules() -> Iterator[ModuleType]:
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        yield import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))


def assigned(source: str) -> Iterator[str]:
    for statement in ast.parse(source).body:
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        for target in (each for found in targets for each in getattr(found, "elts", [found])):
            if isinstance(target, ast.Name):
                yield target.id


def numbers(module: ModuleType) -> Iterator[tuple[str, object]]:
    """The numbers that this module itself sets, under their names."""
    for name in assigned(Path(str(module.__file__)).read_text()):
        value = getattr(module, name)
        if PUBLIC.fullmatch(name) and is_number(value) and name not in UNITS:
            yield name, value


def test_every_number_stands_in_the_table() -> None:
    found = {(module.__name__, name) for module in modules() for name, _ in numbers(module)}
    assert found == SAID.keys()


@pytest.mark.parametrize(("module", "name"), SAID, ids=lambda part: part.rpartition(".")[2])
def test_a_number_is_what_the_table_says(module: str, name: str) -> None:
    assert written(getattr(import_module(module), name)) == SAID[module, name]

"""Where the code stands that the rules of the house speak of."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
WRITERS = ("tracking/actions", "tracking/imports/writing", "tracking/simulation", "reports/actions")


def writing_modules() -> Iterator[ModuleType]:
    """Everything that may write a row on purpose."""
    for folder in WRITERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            yield import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))

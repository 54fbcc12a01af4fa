"""Nothing that writes is missing from the table, and no word of the audit log is never said."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType

from tests.deeds import pairs, table
from tests.deeds.deed import Twice
from tests.deeds.table import DEEDS
from tracking.vocabulary import AuditAction

ROOT = Path(__file__).parents[2]
# Not deeds of their own, each with its reason: read only, or a part that is called inside the deed of another.
NOT_DEEDS: dict[str, str] = {
    "tracking.actions.links.token_hash": "reckons, and stores nothing",
    "tracking.actions.treatment.episode_of": "reads",
}


def modules() -> Iterator[ModuleType]:
    for app in ("tracking", "reports"):
        for path in sorted((ROOT / app / "actions").rglob("*.py")):
            yield import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def public() -> dict[str, FunctionType]:
    """Every public function of ``actions``, by module and name."""
    return {
        f"{module.__name__}.{name}": found
        for module in modules()
        for name, found in vars(module).items()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and name[0] != "_"
    }


def test_every_action_is_in_the_table() -> None:
    entered = {f"{deed.action.__module__}.{deed.action.__name__}" for deed in DEEDS}
    assert sorted(public().keys() - entered - NOT_DEEDS.keys()) == []
    assert sorted(NOT_DEEDS.keys() & entered) == []
    assert sorted(NOT_DEEDS.keys() - public().keys()) == []


def test_every_word_of_the_audit_log_is_said() -> None:
    said = {note.action for deed in DEEDS for note in deed.notes}
    assert sorted(set(AuditAction) - said) == []


def test_every_file_of_the_table_is_read() -> None:
    for folder, read in (("table", table), ("pairs", pairs)):
        files = {path.stem for path in (ROOT / "tests/deeds" / folder).glob("*.py")} - {"__init__"}
        assert files == set(read.__all__) - {"DEEDS", "PAIRS"}


def test_names_are_not_used_twice() -> None:
    for lines in (DEEDS, pairs.PAIRS):
        names = [line.name for line in lines]
        assert len(names) == len(set(names))


def test_all_three_ways_of_doing_it_twice_are_met() -> None:
    assert {deed.twice for deed in DEEDS} == set(Twice)

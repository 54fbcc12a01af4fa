"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import pytest

from tests.rooms import ROOT, writing_modules

DOORS = [
    path
    for app in ("tracking", "reports")
    for folder in ("pages", "api")
    for path in sorted((ROOT / app / folder).rglob("*.py"))
]
# Writes without a person behind them: the worker's own, links (their own proof), and parts of an action that are
# called inside its transaction and leave the audit row to it.
NOBODY = {
    "attempt",
    "carry_alerts",
    "check_chain",
    "clear_expired",
    "close_if_withdrawn",
    "create_episodes",
    "declare_scales",
    "erase",
    "erase_holdings",
    "escalate_alerts",
    "finish_link",
    "forget_heartbeat",
    "forget_silent_workers",
    "hear_danger",
    "mark_odd_looks",
    "note_heartbeat",
    "open_link",
    "park_lost",
    "pin_wording",
    "publish",
    "put_down",
    "queue_mail",
    "raise_alert",
    "save_draft",
    "mail_anchor",
    "store_scores",
    "take_back",
    "raise_left_out",
    "want_episode",
    "want_episodes",
    "want_study",
    "withdraw_mail",
}
PARTS = {"declare_scales", "enter", "store_scores", "tap"}
BEFORE_DJANGO = ROOT / "config" / "demo.py"  # sets the environment that Django reads when it is imported
WRITES = re.compile(
    r"\.objects\b.*\.(create|bulk_create|update|update_or_create|get_or_create|delete)\(|\.save\("
)


def python_files() -> Iterator[Path]:
    for name in ("config", "measures", "reports", "tracking"):
        yield from (p for p in (ROOT / name).rglob("*.py") if "migrations" not in p.parts)


def test_imports_run_one_way() -> None:
    """In a process of its own: the linter sets up logging, which turns off the loggers that are there."""
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in python_files()
        if path != BEFORE_DJANGO
        for outer in ast.walk(ast.parse(path.read_text()))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_files_stay_small() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in python_files() if (n := len(p.read_text().splitlines())) > 400
    }
    assert long == {}


@pytest.mark.parametrize("path", DOORS, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}-{path.stem}")
def test_doors_read_visible_rows_and_write_nothing(path: Path) -> None:
    text = path.read_text()
    assert ".objects.all()" not in text
    assert [line for line in text.splitlines() if WRITES.search(line)] == []


def test_no_template_marks_stored_text_as_safe() -> None:
    found = [
        str(path.relative_to(ROOT))
        for app in ("config", "tracking", "reports")
        for path in (ROOT / app).rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape off|safeseq", path.read_text())
    ]
    assert found == []


def actions() -> Iterator[tuple[str, FunctionType]]:
    for module in writing_modules():
        for name, found in vars(module).items():
            if inspect.isfunction(found) and found.__module__ == module.__name__ and name[0] != "_":
                yield f"{module.__name__}.{name}", found


def writers() -> list[tuple[str, FunctionType]]:
    """The public functions of ``actions`` that begin a transaction or write a row."""
    return [
        (name, found)
        for name, found in actions()
        if WRITES.search(inspect.getsource(found)) or "transaction.atomic" in inspect.getsource(found)
    ]


def test_there_are_actions() -> None:
    assert {"tracking.actions.assessments.submit_assessment", "reports.actions.releases.decide_release"} <= {
        name for name, _ in writers()
    }


@pytest.mark.parametrize(
    ("name", "action"), writers(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_action_takes_keywords_and_says_who(name: str, action: FunctionType) -> None:
    parameters = inspect.signature(action).parameters
    by_name = {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    assert {p.kind for p in parameters.values()} <= by_name or action.__name__ in PARTS
    assert "by" in parameters or action.__name__ in NOBODY
    assert action.__doc__


def test_the_exceptions_are_no_longer_than_they_need_to_be() -> None:
    without = {found.__name__ for _, found in writers() if "by" not in inspect.signature(found).parameters}
    assert without == NOBODY

"""A moment has one day here and another there: one function makes a day of it, and pages tell the patient's time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.rooms import ROOT

PRODUCT = ("config", "measures", "reports", "tracking")
MAKES_A_DAY = {"localdate", "astimezone", "TruncDate"}
ALLOWED = {
    "tracking/clock.py": "the one function, and the clock on the wall",
    "tracking/pages/moments.py": "what was typed into a form is read by the clock that the form has shown",
    "tracking/pages/parts.py": "a form proposes the day of the clock that it shows",
    "tracking/rules/chain.py": "a row of the record has its print as of UTC, which makes no day of it",
    "tracking/queries/oversight.py": "who looked is told by the days of the record of it, which are those of UTC",
    "tracking/queries/signatures.py": "a moment is signed as it is in UTC, which makes no day of it",
    "reports/export/leak.py": "looks for a stored date as it stands",
    "reports/release_frames/identifiers.py": "looks for the days of a moment by every clock there is",
}
OPENS = "tracking/pages/access.py"


def makes_a_day(node: ast.AST) -> bool:
    """``moment.date()``, ``moment__date``, or one of the functions that do the same."""
    match node:
        case ast.keyword(arg=str(name)):
            return "_at__date" in name
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in MAKES_A_DAY
        case ast.Call(func=ast.Attribute(attr="date"), args=[], keywords=[]):
            return True
    return False


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PRODUCT:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("moment.date()", True),
        ("timezone.localdate(moment, zone)", True),
        ("moment.astimezone(zone)", True),
        ("rows.filter(given_at__date=day)", True),
        ("TruncDate('given_at')", True),
        ("clock.day_of(moment, zone)", False),
        ("datetime.date(2029, 1, 1)", False),
        ("session.date", False),
        ("rows.filter(due_on=day)", False),
    ],
)
def test_what_makes_a_day(code: str, wrong: bool) -> None:
    assert any(makes_a_day(node) for node in ast.walk(ast.parse(code))) == wrong


def test_one_function_makes_a_day_of_a_moment() -> None:
    found = {path for path, tree in sources() if any(makes_a_day(node) for node in ast.walk(tree))}
    assert found == set(ALLOWED)


def test_one_function_opens_a_page_about_a_patient() -> None:
    """It notes the read and sets the clock; a page that noted the read by itself would tell the server's time."""
    found = {
        path
        for path, tree in sources()
        if "/pages/" in path
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and "record_read" in ast.unparse(node.func).split(".")
    }
    assert found == {OPENS}

"""What counts as a refusal, so that none is left that no test has met."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.reached import never_made
from tests.refusals import is_refusal, refusals


@pytest.mark.parametrize(
    ("statement", "counts"),
    [
        ("raise Conflict('it is over')", True),
        ("raise InvalidInput('day', 'lies ahead') from error", True),
        ("raise", True),
        ("raise Http404", True),
        ("table.refuse('days', 'is missing')", True),
        ("form.add_error(None, 'no')", True),
        ("self.problems.append(('item 1', 'is no item'))", True),
        ("problems.add(3, 'id', 'stands there twice')", True),
        ("raise AssertionError('two rows moved')", False),
        ("found.append(row)", False),
        ("refused = table.refusals", False),
    ],
)
def test_what_counts(statement: str, counts: bool) -> None:
    (parsed,) = ast.parse(statement).body
    assert is_refusal(parsed) == counts


def test_one_that_no_test_has_met_is_named(tmp_path: Path) -> None:
    (tmp_path / "clinic" / "migrations").mkdir(parents=True)
    (tmp_path / "clinic" / "migrations" / "one.py").write_text("raise Old\n")
    (tmp_path / "clinic" / "care.py").write_text(
        "if a:\n    raise Conflict(\n        'over'\n    )\nraise Gone\n"
    )
    made = list(refusals(tmp_path, ("clinic",)))
    assert list(map(str, made)) == ["clinic/care.py:2 raise Conflict('over')", "clinic/care.py:5 raise Gone"]
    assert never_made({"files": {"clinic/care.py": {"executed_lines": [1, 3]}}}, made) == made[1:]
    assert never_made({"files": {}}, made) == made

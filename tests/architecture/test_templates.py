"""Templates read like pages: short lines, few branches in branches. Words that hang on much are made in Python.

A line is broken only where the browser draws no white space. One trap is looked for here: a cell that may be empty.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rooms import ROOT

WIDTH = 120
DEPTH = 5
STEPS = {"if": 1, "for": 1, "endif": -1, "endfor": -1}
TAG = re.compile(r"{%\s*(\w+)[^%]*%}")
CELL = re.compile(r"<td[^>]*>(?=\s)(.*?)</td>", re.DOTALL)
TEMPLATES = sorted(path for folder in ROOT.glob("*/templates") for path in folder.rglob("*.html"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def depth(text: str) -> int:
    """How many branches and loops stand inside each other at the deepest place."""
    now = deepest = 0
    for tag in re.findall(r"{%\s*(\w+)", text):
        now += STEPS.get(tag, 0)
        deepest = max(deepest, now)
    return deepest


def loose_cells(text: str) -> list[str]:
    """Cells that hold nothing but white space when a condition is not met."""
    return [cell[0] for cell in CELL.finditer(text) if may_be_empty(cell[1].strip())]


def may_be_empty(content: str) -> bool:
    """Whether all of it hangs on one condition, or one loop, without another way out."""
    level, ways = 0, 1
    for tag in TAG.finditer(content):
        level += STEPS.get(tag[1], 0)
        if level == 1 and tag[1] in ("else", "empty"):
            ways = 2
        if level == 0 and tag.end() < len(content):
            return False
    return content.startswith(("{% if", "{% for")) and ways == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_it_can_be_read(path: Path) -> None:
    text = path.read_text()
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []
    assert depth(text) <= DEPTH


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_an_empty_cell_is_empty(path: Path) -> None:
    """On a phone the stylesheet hides ``td:empty``, with its label; white space would show the label alone."""
    assert loose_cells(path.read_text()) == []


def test_what_a_loose_cell_is() -> None:
    assert len(loose_cells("<td>\n {% if a %}b{% endif %}\n</td>")) == 1
    for sound in (
        "<td>{% if a %}\n b\n{% endif %}</td>",
        "<td>\n {% if a %}b{% else %}c{% endif %}\n</td>",
        "<td>\n {% if a %}b{% endif %} d\n</td>",
        "<td>\n {% if a %}{% if b %}c{% endif %}{% else %}d{% endif %}\n</td>",
    ):
        assert loose_cells(sound) == []


def test_how_deep_branches_stand() -> None:
    assert (
        depth("{% if a %}{% for b in c %}{% if d %}{% endif %}{% endfor %}{% endif %}{% if e %}{% endif %}")
        == 3
    )

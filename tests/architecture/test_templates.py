"""Templates read like pages: short lines, few branches in branches. Words that hang on much are made in Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rooms import ROOT

WIDTH = 120
DEPTH = 5
STEPS = {"if": 1, "for": 1, "endif": -1, "endfor": -1}
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


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_it_can_be_read(path: Path) -> None:
    text = path.read_text()
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []
    assert depth(text) <= DEPTH


def test_how_deep_branches_stand() -> None:
    assert (
        depth("{% if a %}{% for b in c %}{% if d %}{% endif %}{% endfor %}{% endif %}{% if e %}{% endif %}")
        == 3
    )

"""The page docs/methods/scoring.md: its files saved, its commands and its program run."""

import json

import pandas as pd
import pytest

from measures.__main__ import main
from tests import guides

PAGE = guides.page("methods/scoring.md")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where a reader stands: the clone, and the two files that the page has saved."""
    for part in ("docs", "tests"):
        (tmp_path / part).symlink_to(guides.ROOT / part)
    assert guides.save(PAGE, tmp_path) == ["answers.json", "answers.csv"]
    monkeypatch.chdir(tmp_path)


def test_its_commands_run(folder, capsys):
    commands = {command[0]: command for command in guides.commands(PAGE, "python -m measures")}
    assert list(commands) == ["list", "show", "check", "score", "change", "verify"]
    said = {}
    for name, command in commands.items():
        assert main(command) == 0
        said[name] = capsys.readouterr().out
    whole, partly = json.loads(said["score"])
    assert (whole["scales"]["total"]["value"], whole["critical"]) == (18, {"9": "endorsed"})
    assert (partly["scales"]["total"]["value"], partly["scales"]["total"]["prorated"]) == (None, 7.875)
    assert json.loads(said["change"])["response"] is True


def test_many_people_at_once_come_to_the_same(folder):
    (program,) = guides.blocks(PAGE, "python")
    found = {}
    exec(compile(program.text, "docs/methods/scoring.md", "exec"), found)  # noqa: S102
    scales = found["scored"].scales
    assert list(scales.index) == ["P1", "P2"]
    assert scales.loc["P1", "total"] == 18 and pd.isna(scales.loc["P2", "total"])
    assert scales.loc["P2", "total.prorated"] == 7.875
    assert list(found["scored"].critical["9"]) == ["endorsed", "denied"]

"""The page docs/add-an-instrument.md says what is so: its snippets, its worked cases, its commands, its limits."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from measures.__main__ import main
from measures.algorithms import ALGORITHMS
from measures.scoring import score
from tracking.rules.definitions import LARGEST, MOST_ROWS, read_definition

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-an-instrument.md").read_text()
EXAMPLES = ROOT / "docs" / "examples"
PHQ4 = (EXAMPLES / "phq4.toml").read_text()
PARTS = (EXAMPLES / "parts.toml").read_text()
SNIPPETS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
OPEN = {"yes": True, "no": False, "open": None}


def worked_cases() -> list[dict[str, str]]:
    """The rows of the first table, by its header."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    end = next(number for number, row in enumerate(table) if row[0] == "G") + 1
    return [dict(zip(table[0], row, strict=True)) for row in table[2:end]]


def answers(row: dict[str, str]) -> dict[str, int | None]:
    return {code: None if row[code] == "–" else int(row[code]) for code in "1234"}


def test_every_snippet_stands_in_an_example_file() -> None:
    assert len(SNIPPETS) > 15
    assert [snippet for snippet in SNIPPETS if snippet not in PHQ4 and snippet not in PARTS] == []


@pytest.mark.parametrize("text", [PHQ4, PARTS], ids=["phq4", "parts"])
def test_the_example_files_can_be_uploaded(text: str) -> None:
    assert read_definition(text, "example.toml").instrument.items


@pytest.mark.parametrize("row", worked_cases(), ids=lambda row: row["case"])
def test_a_case_worked_out_by_hand_comes_out_the_same(row: dict[str, str]) -> None:
    scored = score(read_definition(PHQ4, "phq4.toml").instrument, answers(row))
    values = {key: "none" if one.value is None else str(one.value) for key, one in scored.scales.items()}
    assert values == {key: row[key] for key in ("total", "anxiety", "depression")}
    assert (scored.scales["total"].band or "none") == row["band"]
    assert scored.outcomes == {
        f"{key}_positive": OPEN[row[f"{key} positive"]] for key in ("anxiety", "depression")
    }


def test_the_file_of_cases_holds_those_of_the_table() -> None:
    cases = json.loads((EXAMPLES / "phq4-cases.json").read_text())
    assert [(case["id"], case["answers"]) for case in cases] == [
        (row["case"], answers(row)) for row in worked_cases()
    ]


def test_its_commands_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.chdir(ROOT)
    commands = re.findall(r"^python -m measures (.*)$", PAGE, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["check", "show", "score"]
    for command in commands:
        assert main(shlex.split(command)) == 0
    assert "sound" in capsys.readouterr().out


def test_it_names_every_rule_that_a_conclusion_can_have() -> None:
    part = PAGE[PAGE.index("**Conclusions** name one of these rules") :]
    named = set(re.findall(r"`([a-z_]+)`", part[: part.index("**Levels**")]))
    assert set(ALGORITHMS) <= named


def test_its_limits_are_the_limits() -> None:
    assert f"up to {LARGEST // 1024} kB long, with up to {MOST_ROWS['items']} items" in PAGE


def test_what_it_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", PAGE) if "://" not in link]
    assert links and [link for link in links if not (ROOT / "docs" / link).exists()] == []
    assert "add-an-instrument.md" in (ROOT / "docs" / "README.md").read_text()

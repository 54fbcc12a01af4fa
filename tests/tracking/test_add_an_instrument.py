"""The page docs/add-an-instrument.md says what is so: its snippets, its worked cases, its commands, its limits."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from measures import registry
from measures.__main__ import main
from measures.algorithms import ALGORITHMS
from measures.instrument import ChangeRules, Drop
from measures.loader import load
from measures.scoring import score
from reports.actions.courses import recompute_episode
from reports.models import EpisodeCourse
from tests import guides
from tests.cast import days_ago
from tracking.actions.assessments import record_assessment
from tracking.actions.library import publish_instrument
from tracking.models import Site, TreatmentEpisode, User
from tracking.rules.definitions import LARGEST, MOST_ROWS, read_definition
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import AnswerSource

ROOT = Path(__file__).parents[2]
PAGE = guides.page("add-an-instrument.md")
EXAMPLES = ROOT / "docs" / "examples"
PHQ4 = (EXAMPLES / "phq4.toml").read_text()
PARTS = (EXAMPLES / "parts.toml").read_text()
SNIPPETS = [block.text for block in guides.blocks(PAGE, "toml") if not block.file]
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
    commands = guides.commands(PAGE, "python -m measures")[:3]
    assert [command[0] for command in commands] == ["check", "show", "score"]
    for command in commands:
        assert main(command) == 0
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


class TestTheRulesOfChange:
    """The whole example of the section on change, saved and run as it stands there."""

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        assert guides.save(PAGE, tmp_path) == ["my_phq9.toml", "my_visits.json"]
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def test_its_commands_run(self, folder: Path, capsys: pytest.CaptureFixture) -> None:
        check, scoring, change = guides.commands(PAGE, "python -m measures")[3:]
        assert main(check) == 0
        assert capsys.readouterr().out.startswith("sound    my_phq9.toml")
        assert main(scoring) == 0
        scores = [each["scales"]["total"]["value"] for each in json.loads(capsys.readouterr().out)]
        assert scores == [int(score) for score in change[2:]] == [18, 9]
        assert main(change) == 0
        assert json.loads(capsys.readouterr().out)["rules"] == "my_phq9-1"

    @pytest.mark.parametrize(
        "row", guides.table(PAGE, "PRE"), ids=lambda row: f"{row['PRE']} to {row['POST']}"
    )
    def test_what_is_concluded_is_what_the_table_says(
        self, folder: Path, row: dict[str, str], capsys: pytest.CaptureFixture
    ) -> None:
        assert main(["change", "my_phq9.toml", row["PRE"], row["POST"]]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["reliable_change"]["category"] == row.pop("reliable_change")
        assert {key: found[key] for key in row if key.islower()} == {
            key: OPEN[said] for key, said in row.items() if key.islower()
        }

    def test_every_figure_is_that_of_the_instrument_that_ships(self, folder: Path) -> None:
        copied, shipped = load(folder / "my_phq9.toml"), registry.get("phq9")
        assert copied.change and shipped.change
        assert _figures(copied.change) == _figures(shipped.change)
        assert [(item.code, item.label) for item in copied.items] == [
            (item.code, item.label) for item in shipped.items[:9]
        ]
        assert replace(copied.scale("total"), band_sets=(), missing=None) == replace(
            shipped.scale("total"), band_sets=(), missing=None
        )

    def test_published_and_answered_it_makes_a_course(
        self, folder: Path, administrator: User, clinician: User, site: Site, episode: TreatmentEpisode
    ) -> None:
        text = (folder / "my_phq9.toml").read_text()
        publish_instrument(by=administrator, site=site, definition=text, file="my_phq9.toml")
        for visit, ago in zip(json.loads((folder / "my_visits.json").read_text()), (120, 78), strict=True):
            record_assessment(
                by=clinician,
                episode=episode,
                instrument=instrument_of("my_phq9", "1"),
                answers=visit["answers"],
                source=AnswerSource.CLINICIAN_ENTERED,
                assessed_on=days_ago(ago),
                submission_id=uuid.uuid4(),
                time_point=visit["id"],
            )
        recompute_episode(episode_id=episode.pk)
        course = EpisodeCourse.objects.get(instrument="my_phq9", scale="total")
        assert (course.baseline, course.latest, course.treatment_response) == (18, 9, True)
        assert (course.reliable_change, course.rule_version) == ("improved", "my_phq9-1")


def _figures(rules: ChangeRules) -> list[object]:
    """The rules without the words of their sources, which name whose policy it is."""
    found: list[object] = []
    for rule in (getattr(rules, field.name) for field in fields(rules) if field.name != "version"):
        found.append(
            rule if rule is None or isinstance(rule, str) else replace(rule, source=rule.source.confidence)
        )
    return found


def test_it_names_every_key_that_a_rule_of_change_has() -> None:
    rows = {row["key"].strip("`"): row for row in guides.table(PAGE, "key")}
    hints = get_type_hints(ChangeRules)
    assert set(rows) == set(hints)
    for key, hint in hints.items():
        kind = next((one for one in get_args(hint) if one is not type(None)), None)
        if kind is None or (kind is Drop and rows[key]["holds"] == "the same"):
            continue
        keys = {field.name for field in fields(kind)} - {"source"}
        named = set(re.findall(r"`([a-z_]+)`", rows[key]["holds"]))
        assert named == (keys if key != "reliable_points" else {"points"}), key

"""``python -m measures``: what it prints and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from measures import registry
from measures.__main__ import main
from tests.measures.vectors import FOLDER

ROOT = Path(__file__).parents[2]
FIELDS = ["value", "partial", "items_answered", "items_missing", "prorated", "band", "sum", "mean", "percent"]


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@pytest.fixture
def answers_file(tmp_path):
    def write(content):
        path = tmp_path / "answers.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def test_it_runs_as_a_module_on_the_standard_library_alone():
    listing = subprocess.run(
        [sys.executable, "-S", "-m", "measures", "list"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [line.split()[0] for line in listing.stdout.splitlines()] == list(registry.keys())


def test_check_finds_everything_sound(capsys):
    status, out, _ = run(capsys, "check")
    assert status == 0
    assert out.count("sound ") == len(list(registry.FOLDER.glob("*/*.toml")))


def test_check_names_the_file_and_the_key(capsys, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text('key = "bad"\n')
    status, out, _ = run(capsys, "check", bad, registry.FOLDER / "phq9" / "1.toml")
    assert status == 1
    assert f"refused  {bad}: " in out
    assert "is missing" in out
    assert "Patient Health Questionnaire" in out


def test_score_prints_a_list_of_results(capsys, answers_file):
    path = answers_file([{str(item): 1 for item in range(1, 10)}, {"1": 3}])
    status, out, _ = run(capsys, "score", "phq9", path)
    full, partly = json.loads(out)
    assert status == 0
    assert list(full["scales"]["total"]) == FIELDS
    assert (full["scales"]["total"]["value"], full["scales"]["total"]["band"]) == (9, "mild")
    assert full["critical"] == {"9": "endorsed"}
    assert full["outcomes"]["screen_positive"] is False
    assert partly["scales"]["total"]["value"] is None
    assert partly["critical"] == {"9": "unanswered"}


def test_one_refusal_does_not_hide_the_other_results(capsys, answers_file):
    path = answers_file([{"1": 4}, {"1": 3, "2": 3}])
    status, out, _ = run(capsys, "score", "phq9", path)
    refused, scored = json.loads(out)
    assert status == 1
    assert refused == {"error": "must be one of 0, 1, 2, 3", "item": "1"}
    assert scored["scales"]["phq2"]["value"] == 6


def test_cases_with_their_answers_inside_bring_their_numbering(capsys):
    status, out, _ = run(capsys, "score", "meq30", FOLDER / "meq30.json")
    assert status == 0
    assert len(json.loads(out)) == 45


def test_a_case_of_another_version_is_refused(capsys, answers_file):
    path = answers_file(
        [{"answers": {"1": 4}, "version": "past_week"}, {"answers": {"1": 4}, "version": "1"}]
    )
    status, out, _ = run(capsys, "score", "caps5", path)
    refused, scored = json.loads(out)
    assert status == 1
    assert refused == {"error": "is of another version than 1", "item": "version"}
    assert scored["scales"]["total"]["partial"] == 4


def test_numbering_and_version_by_option(capsys, answers_file):
    path = answers_file([{"7": 4}])
    status, out, _ = run(capsys, "score", "hamd17", path, "--version", "1", "--numbering", "hamd7")
    assert status == 0
    assert json.loads(out)[0]["critical"] == {"3": "endorsed"}


@pytest.mark.parametrize("case", [{"answers": 3}, {"answers": [1, 2]}, {"answers": None}])
def test_answers_that_are_no_object(capsys, answers_file, case):
    status, out, _ = run(capsys, "score", "phq9", answers_file([case]))
    assert (status, json.loads(out)[0]["item"]) == (1, "answers")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is not JSON"),
        ('{"1": 2}', "must be a list"),
        ("[1, 2]", "must be a list"),
        ('[{"1": 0, "1": 3}]', "stands twice"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_cannot_be_read_as_answers(capsys, answers_file, content, reason):
    status, out, err = run(capsys, "score", "phq9", answers_file(content))
    assert (status, out) == (2, "")
    assert reason in err
    assert "answers.json" in err


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 300])
def test_numbers_that_json_lets_through(capsys, answers_file, number):
    status, out, _ = run(capsys, "score", "phq9", answers_file(f'[{{"1": {number}}}]'))
    assert (status, json.loads(out)[0]["item"]) == (1, "1")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["score", "phq10", "x.json"], "no instrument 'phq10'; known: caps5"),
        (["score", "phq9", "x.json", "--version", "9"], "phq9 has no version '9'; known: 1"),
        (["score", "phq9", "/no/such/file.json"], "cannot be read"),
        (["score", "phq9", "."], "cannot be read"),
    ],
)
def test_what_cannot_be_carried_out(capsys, arguments, reason):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert reason in err


def test_an_unknown_numbering_cannot_be_carried_out(capsys, answers_file):
    status, _, err = run(capsys, "score", "phq9", answers_file([{}]), "--numbering", "socq")
    assert status == 2
    assert "no item numbering 'socq'" in err

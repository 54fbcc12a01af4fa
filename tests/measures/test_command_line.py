"""``python -m measures``: what it prints and how it ends."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from measures import registry
from measures.__main__ import main
from measures.words.outline import outline
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
        (["score", "phq10", "x.json"], "no instrument 'phq10'; known: "),
        (["score", "phq9", "x.json", "--version", "9"], "phq9 has no version '9'; known: 1"),
        (["score", "phq9", "/no/such/file.json"], "cannot be read"),
        (["score", "phq9", "."], "cannot be read"),
    ],
)
def test_what_cannot_be_carried_out(capsys, arguments, reason):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert reason in err


def test_list_says_what_may_be_shown(capsys):
    _, out, _ = run(capsys, "list")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert set(lines) == set(registry.keys())
    for key, line in lines.items():
        instrument = registry.get(key)
        assert instrument.version in line and f" {instrument.rights.wording} " in line
        assert f" {len(instrument.items)} item" in line if instrument.items else " totals " in line


def test_levels_are_printed_with_the_score(capsys, answers_file):
    path = answers_file([{"1": True, "2": True}, {"6": True, "6r": True}])
    status, out, _ = run(capsys, "score", "cssrs_screener", path)
    undecided, urgent = (result["levels"]["risk"] for result in json.loads(out))
    assert status == 0
    assert undecided == {"level": None, "at_least": "low"}
    assert urgent == {"level": "high", "at_least": "high"}


@pytest.mark.parametrize("key", registry.keys())
def test_show_leaves_nothing_out(capsys, key):
    """Every label, answer, rule and source of the definition stands in the text."""
    status, out, _ = run(capsys, "show", key)
    text = " ".join(out.split())
    instrument = registry.get(key)
    assert status == 0
    wanted = [instrument.title, instrument.recall, instrument.rights.terms, instrument.instruction]
    wanted += [source.text for source in instrument.sources]
    wanted += [part for item in instrument.items for part in (item.label, item.help, item.unit)]
    wanted += [option.label for item in instrument.items for option in item.options]
    wanted += [
        one for scale in instrument.scales for one in (f"{scale.title} [{scale.key}]", scale.unit.rstrip("s"))
    ]
    wanted += [set_.source.text for scale in instrument.scales for set_ in scale.band_sets]
    wanted += [band.label for scale in instrument.scales for set_ in scale.band_sets for band in set_.bands]
    wanted += [part for outcome in instrument.outcomes for part in (outcome.title, outcome.source.text)]
    wanted += [skip.source.text for skip in instrument.skips]
    wanted += [part for levels in instrument.levels for part in (levels.title, levels.source.text)]
    wanted += list(instrument.loinc.values())
    assert [part for part in wanted if " ".join(part.split()) not in text] == []


def test_show_says_what_is_special_about_an_item_and_nothing_else():
    items = [line for line in outline(registry.get("phq9")) if re.match(r"  \d+ ", line)]
    assert items[0] == "  1   Little interest or pleasure in doing things"
    assert items[8].endswith("in some way [safety:\n      suicide]")
    assert items[9].endswith("other people? [in no scale, may be left\n      out]")


def test_show_of_one_version(capsys):
    status, out, err = run(capsys, "show", "phq9", "--version", "9")
    assert (status, out) == (2, "")
    assert "phq9 has no version '9'" in err


def test_verify_counts_every_key_of_every_file(capsys):
    status, out, _ = run(capsys, "verify", FOLDER)
    files = {path.stem for path in FOLDER.glob("*.json")}
    assert status == 0
    assert {line.split()[0] for line in out.splitlines()[: len(files)]} == files
    assert "30 files, 394 cases, 4691 keys compared, 0 mismatches" in out
    assert "not computed" not in out and "NOT COVERED" not in out


def test_verify_names_what_differs_and_what_is_not_known(capsys, tmp_path):
    cases = [{"id": "a", "answers": {"1": 1, "2": 1}, "expect": {"total": 3, "colour": "blue"}}]
    (tmp_path / "phq2.json").write_text(json.dumps(cases))
    (tmp_path / "moca.json").write_text(json.dumps(cases))
    status, out, _ = run(capsys, "verify", tmp_path)
    assert status == 1
    assert "mismatch  phq2, a: total is 2, expected 3" in out
    assert "not computed  phq2: colour" in out
    assert "moca" in out and "NOT COVERED" in out


def test_verify_without_vectors(capsys, tmp_path):
    status, out, err = run(capsys, "verify", tmp_path)
    assert (status, out) == (2, "")
    assert str(tmp_path) in err


def test_an_unknown_numbering_cannot_be_carried_out(capsys, answers_file):
    status, _, err = run(capsys, "score", "phq9", answers_file([{}]), "--numbering", "socq")
    assert status == 2
    assert "no item numbering 'socq'" in err


def test_a_definition_file_can_be_shown_and_scored_before_it_is_anywhere(capsys, answers_file, tmp_path):
    definition = FOLDER.parents[2] / "docs" / "examples" / "phq4.toml"
    status, out, _ = run(capsys, "show", definition)
    assert status == 0 and "Patient Health Questionnaire-4" in out
    status, out, _ = run(capsys, "score", definition, answers_file([{"1": 2, "2": 1, "3": 0, "4": 1}]))
    assert (status, json.loads(out)[0]["scales"]["total"]["value"]) == (0, 4)
    spoilt = tmp_path / "spoilt.toml"
    spoilt.write_text(definition.read_text().replace("[0, 12]", "[0, 13]"))
    status, out, err = run(capsys, "score", spoilt, answers_file([{}]))
    assert (status, out) == (2, "")
    assert f"{spoilt}: scales total.range" in err


CHANGED = {  # from two scores, by the rules of the file
    "phq9 18 9": {"change": -9, "percent_reduction": 50.0, "rules": "phq9-1", "response": True, "mcid": True},
    "phq9 18 10": {"response": False, "partial_response": True, "clinically_significant": False},
    "phq9 18 4": {"clinically_significant": True, "remission_threshold": True, "relapse_threshold": False},
    "phq9 4 10": {"deterioration": True, "remission_threshold": False, "relapse_threshold": True},
    "phq9 0 3": {"percent_reduction": None, "response": None, "mcid": False},
    "hamd17 14 7": {"response": True, "mcid": None, "reliable_change": None, "remission_threshold": True},
    "hamd17 8 15": {"rules": "hamd17-1", "deterioration": True, "relapse_threshold": True},
    "hamd17 8 14": {"deterioration": False, "relapse_threshold": False},
    "who5 40 50": {"change": 10, "mcid": True, "response": None},
    "who5 50 40": {"change": -10, "mcid": False},
    "caps5 40 11": {"response": True, "remission_threshold": None},
    "caps5 40 11 --outcome ptsd_diagnosis=no": {"remission_threshold": True},
    "caps5 40 11 --outcome ptsd_diagnosis=yes": {"remission_threshold": False},
    "caps5 40 12": {"remission_threshold": False},
    "docs/examples/parts.toml 20 15": {"rules": "parts-1", "response": False},
}


@pytest.mark.parametrize("command", CHANGED)
def test_change_concludes_by_the_rules_of_the_file(capsys, monkeypatch, command):
    monkeypatch.chdir(ROOT)
    status, out, _ = run(capsys, "change", *command.split())
    found = json.loads(out)
    assert status == 0
    assert {name: found[name] for name in CHANGED[command]} == CHANGED[command]


@pytest.mark.parametrize(
    ("command", "category"),
    [
        ("phq9 18 12", "improved"),
        ("phq9 18 13", "no_reliable_change"),
        ("phq9 12 18", "deteriorated"),
        ("docs/examples/parts.toml 20 15", "improved"),
        ("docs/examples/parts.toml 20 16", "no_reliable_change"),
    ],
)
def test_change_says_whether_it_is_reliable_and_by_whom(capsys, monkeypatch, command, category):
    monkeypatch.chdir(ROOT)
    _, out, _ = run(capsys, "change", *command.split())
    reliable = json.loads(out)["reliable_change"]
    assert reliable["category"] == category
    assert reliable["source"]["text"] and reliable["source"]["confidence"] in ("medium", "low")


@pytest.mark.parametrize("arguments", ["wai_sr 30 40", "phq9 6 2 --scale phq2", "treatment_guess 1 5"])
def test_nothing_is_concluded_where_a_scale_has_no_rules(capsys, arguments):
    status, out, _ = run(capsys, "change", *arguments.split())
    found = json.loads(out)
    assert (status, found["rules"]) == (0, None)
    assert list(found) == ["scale", "change", "percent_reduction", "rules"]


@pytest.mark.parametrize(
    ("scores", "refused"),
    [
        ("28 3", {"error": "must be from 0 to 27", "score": "PRE"}),
        ("18 -1", {"error": "must be from 0 to 27", "score": "POST"}),
        ("18 6.5", {"error": "must be a whole number", "score": "POST"}),
        ("nan 3", {"error": "must be a finite number", "score": "PRE"}),
        ("18 1e999", {"error": "must be a finite number", "score": "POST"}),
        ("18 1" + "0" * 300, {"error": "must be from 0 to 27", "score": "POST"}),
    ],
)
def test_change_refuses_what_is_no_score_of_the_scale(capsys, scores, refused):
    status, out, _ = run(capsys, "change", "phq9", *scores.split())
    assert (status, json.loads(out)) == (1, refused)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("phq9 18 6 --scale mood", "phq9 has no scale 'mood'; known: total, phq8, phq2"),
        ("phq9 18 6 --outcome ptsd_diagnosis=no", "phq9 has no outcome 'ptsd_diagnosis'"),
        ("phq10 18 6", "no instrument 'phq10'"),
        ("phq9 18 6 --version 9", "phq9 has no version '9'"),
    ],
)
def test_change_of_what_is_not_there(capsys, arguments, reason):
    status, out, err = run(capsys, "change", *arguments.split())
    assert (status, out) == (2, "")
    assert reason in err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("phq9 18 six", "argument POST: must be a number"),
        ("phq9 18", "the following arguments are required: POST"),
        ("phq9 18 6 --outcome ptsd_diagnosis", "must be KEY=yes or KEY=no"),
    ],
)
def test_change_without_two_numbers(capsys, arguments, reason):
    with pytest.raises(SystemExit) as ended:
        main(["change", *arguments.split()])
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err

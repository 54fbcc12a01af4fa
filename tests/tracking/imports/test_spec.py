"""Specs that do not say what they mean are refused by file and key."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from measures.errors import DefinitionError
from tests import guides
from tests.tracking.definitions import CHECK_IN
from tests.tracking.imports.small import SPEC, spec
from tracking.imports.reading.spec_loader import FOLDER, find, load

SCALE = """
[[declared]]
key = "bdi"
version = "score-only"
title = "Beck Depression Inventory"
short_title = "BDI"
rater = "self"
recall = "the past week"
rights = { holder = "Pearson", terms = "Totals only", wording = "score-only" }
sources = [{ source = "Beck 1988", confidence = "high" }]
scales = [{ key = "total", title = "Total", rule = "sum", range = [0, 63], direction = "higher_is_worse" }]
"""


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('id = "id"', 'ident = "id"', "patient.id"),
        ('id = "id"', 'id = "id"\nname = "name"', "patient.name"),
        ('age = "age"', 'age = "id"', "patient"),
        ('title = "A small study"', "title = 1", "study.title"),
        ('endpoint = "week 1"', 'endpoint = "week 9"', "study.endpoint"),
        ('outcome_instrument = "hamd17"', 'outcome_instrument = "hamd99"', "study.outcome_instrument"),
        ("[episode]", "[episodes]", "episode"),
        ('status = "completed"', 'status = "done"', "episode.status"),
        ('team = "Team A"', 'team = "Team A"\nsite_name = "North"', "place.site_name"),
        ('start = "2020-01-01"', 'start = "1 January"', "time.start"),
        ('start = "2020-01-01"', "", "assessments[1].date"),
        ('start = "2020-01-01"', 'start = "2020-01-01"\ndate = "on"', "time.start"),
        ('column = "week"', "", "assessments[1].time_point"),
        (", day = 7", "", "time.points"),
        (", day = 7", ", day = 7.5", "time.points[2].day"),
        ('value = "1"', 'value = "0"', "time.points"),
        ('name = "week 1"', f'name = "{"w" * 41}"', "time.points"),
        ('instrument = "phq9"', 'instrument = "phq99"', "assessments[2].instrument"),
        ('instrument = "phq9"', 'instrument = "phq9"\nversion = "7"', "assessments[2].instrument"),
        ('items = "phq_{1..9}"', 'items = "phq_{1..12}"', "assessments[2].items"),
        ('items = "phq_{1..9}"', 'items = "phq_1"', "assessments[2].items"),
        ('items = "phq_{1..9}"', 'items = { 1 = "a", 2 = "a" }', "assessments[2].items"),
        ('totals = { total = "hamd" }', "", "assessments[1].items"),
        ('totals = { total = "hamd" }', 'totals = { sum = "hamd" }', "assessments[1].totals"),
        ('totals = { total = "hamd" }', 'totals = { total = "hamd" }\nonce = true', "assessments[1].once"),
        (
            'totals = { total = "hamd" }',
            'totals = { total = "h" }\ntime_point = "x"',
            "assessments[1].time_point",
        ),
        ("[study]", '[file]\ndelimiter = "|"\n[study]', "file.delimiter"),
        ("[study]", '[file]\nignore = ["hamd"]\n[study]', "file.ignore"),
        ("[study]", SCALE.replace("score-only", "1") + "[study]", "rights.wording"),
        ("[study]", SCALE.replace("[0, 63]", "[63, 0]") + "[study]", "scales[1].range"),
        ("[study]", SCALE + SCALE + "[study]", "declared[2].key"),
        (
            "[study]",
            '[[known_errors]]\npatient = "1"\ntime_point = ""\ncolumn = "age"\nvalue = "1"\nreason = "r"\n[study]',
            "known_errors",
        ),
    ],
)
def test_a_spec_that_does_not_fit_together_is_refused_by_key(before: str, after: str, key: str) -> None:
    assert before in SPEC
    with pytest.raises(DefinitionError) as refused:
        spec(SPEC.replace(before, after, 1))
    assert refused.value.key == key
    assert refused.value.file.startswith("spec.toml")


HAMD = 'instrument = "hamd17"\n'
TOGETHER = "time.column: and the values of time.points belong together: give both or none"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            f"[[assessments]]\n{HAMD}",
            f'[[assessments]]\n{HAMD}date = "on"\n',
            "assessments[1].date: a file with time.start has no dates",
        ),
        (
            f", day = 7 }}]\n\n[[assessments]]\n{HAMD}",
            f' }}]\n\n[[assessments]]\n{HAMD}time_point = "week 1"\n',
            "assessments[1].time_point: week 1 has no day",
        ),
        ('column = "week"', 'day = "week"', TOGETHER),
        ('value = "0", day = 0 }, { name = "week 1", value = "1"', 'day = 0 }, { name = "week 1"', TOGETHER),
        (
            'outcome_instrument = "hamd17"',
            'outcome_instrument = "hamd17"\noutcome_scale = "sum"',
            "study.outcome_scale: hamd17 has no scale sum",
        ),
    ],
)
def test_a_spec_that_contradicts_itself_is_refused(before: str, after: str, message: str) -> None:
    assert before in SPEC
    with pytest.raises(DefinitionError) as refused:
        spec(SPEC.replace(before, after, 1))
    assert str(refused.value) == f"spec.toml: {message}"


def test_a_repeated_value_takes_its_day_from_its_time_point() -> None:
    """A column of days says when the others were answered, not when this one was."""
    once = {"instrument": "hamd17", "totals": {"total": "hamd"}, "time_point": "late", "once": True}
    with pytest.raises(DefinitionError, match=r"assessments\[1\]\.time_point: late has no day$"):
        spec(assessments=[once], time={"start": "2020-01-01", "day": "day", "points": [{"name": "late"}]})


def test_an_instrument_with_items_is_not_declared_in_a_spec() -> None:
    with pytest.raises(DefinitionError) as refused:
        spec(declared=[tomllib.loads(CHECK_IN)])
    assert str(refused.value) == (
        'spec.toml: declared[1].rights.wording: must be "score-only": '
        "an instrument with items is a file of measures"
    )


def test_a_spec_without_assessments_is_only_for_known_patients() -> None:
    with pytest.raises(DefinitionError) as refused:
        spec(SPEC.split("[[assessments]]")[0])
    assert refused.value.key == "assessments"


def test_a_declared_scale_may_be_the_outcome() -> None:
    text = SPEC.replace('outcome_instrument = "hamd17"', 'outcome_instrument = "bdi"')
    found = spec(text.replace("[study]", SCALE + "[study]"))
    assert found.study is not None and found.study.outcome_instrument == "bdi"
    assert found.declared["bdi"]["version"] == "score-only"


def test_a_run_of_columns_can_be_ignored() -> None:
    assert spec(file={"ignore": ["x", "cgi_{2..4}"]}).file.ignore == ("x", "cgi_2", "cgi_3", "cgi_4")


def test_a_shipped_spec_is_found_by_name_and_any_other_by_path(tmp_path: Path) -> None:
    assert find("psilodep2_scores") == FOLDER / "psilodep2_scores.toml"
    assert find(str(tmp_path / "own.toml")) == tmp_path / "own.toml"
    with pytest.raises(DefinitionError, match="claus2020_items, claus2020_totals"):
        find("no_such_spec")
    with pytest.raises(DefinitionError, match="cannot be read"):
        load(tmp_path / "own.toml")
    (tmp_path / "own.toml").write_text("[study")
    with pytest.raises(DefinitionError, match="is not TOML"):
        load(tmp_path / "own.toml")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_each_shipped_spec_has_its_data_set_and_a_note_on_its_licence(path: Path) -> None:
    assert load(path).name == path.stem
    data = FOLDER.parent / "data"
    assert (data / f"{path.stem}.csv").is_file()
    assert "**Licence:**" in (data / f"{path.stem}.md").read_text()
    assert path.stem in (data / "NOTICE").read_text()


def test_the_spec_of_the_guide_is_a_sound_one() -> None:
    (example,) = [block.text for block in guides.blocks(guides.page("import.md"), "toml") if not block.file]
    found = spec(example)
    assert [form.instrument.key for form in found.forms] == ["phq9", "hamd17", "bdi"]

"""A wording pack is taken whole or not at all, and changes words only."""

from __future__ import annotations

import csv
import io

import pytest

from measures import registry, scoring
from measures.errors import DefinitionError
from measures.instrument import Instrument
from measures.loader import load_text
from measures.wording import (
    LARGEST,
    WordingError,
    clean_language,
    from_content,
    read_csv,
    read_toml,
    to_content,
    worded,
)
from measures.wording.templates import template_csv, template_toml

DEFINITION = """
key = "calm"
version = "2"
title = "Calmness questionnaire"
short_title = "Calm"
rater = "self"
recall = "the last week"
purpose = "Asks how calm you were."
minutes = 1
instruction = "How often?"
rights = { holder = "Nobody", terms = "Invented for a test.", wording = "site" }
sources = [{ source = "Invented", confidence = "low" }]

[options.often]
0 = "Never"
"0.5" = "Hardly"
1 = "Often"

[[items]]
code = "1"
label = "Calm"
options = "often"

[[items]]
code = "2"
label = "At ease"
options = "often"
help = "Any time of day."

[[items]]
code = "3"
label = "Difficult?"
options = { 0 = "Not at all", 1 = "Very" }

[[items]]
code = "A"
label = "Asleep?"
kind = "boolean"
scored = false

[[items]]
code = "n"
label = "Hours"
kind = "number"
range = [0, 24]
scored = false

[[scales]]
key = "total"
title = "Total"
items = ["1", "2", "3"]
rule = "sum"
range = [0, 3]
direction = "higher_is_better"
"""
ROWS = [
    ("@instrument", "", "calm"),
    ("@version", "", "2"),
    ("@language", "", "de-at"),
    ("@name", "", "clinic-1"),
    ("@source", "", "Own translation"),
    ("@permission", "", "Our own"),
    ("@instruction", "", "Wie oft?"),
    ("@purpose", "", "Fragt, wie ruhig es war."),
    ("@recall", "", "die letzte Woche"),
    ("*", "0", "Nie"),
    ("*", "0,5", "Kaum; fast nie"),
    ("*", "1.0", "Oft"),
    ("*", "yes", "Ja"),
    ("*", "no", "Nein"),
    ("1", "", "Ruhig"),
    ("2", "", "Gelöst"),
    ("2", "help", "Zu jeder Tageszeit,\nauch nachts."),
    ("2", "1", "Sehr oft"),
    ("3", "", "Schwierig?"),
    ("3", "0", "Gar nicht"),
    ("3", "1", "Sehr"),
    ("A", "", "Geschlafen?"),
    ("n", "", "Stunden"),
]


@pytest.fixture(scope="module")
def calm() -> Instrument:
    return load_text(DEFINITION, "calm.toml")


ONE_SCALE = """
[[items]]
code = "1"
label = "Calm"
options = { 0 = "Not at all", 1 = "Very" }

[[scales]]
key = "total"
title = "Total"
items = ["1"]
rule = "sum"
range = [0, 1]
direction = "higher_is_better"
"""


def table(rows: list[tuple[str, ...]], header: str = "item,answer,text", separator: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([header.split(","), *rows])
    return text.getvalue()


def without(*places: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [row for row in ROWS if row[:2] not in places]


def problems(text: str, instrument: Instrument) -> list[tuple[str, str]]:
    with pytest.raises(WordingError) as raised:
        read_csv(text, "pack.csv", instrument)
    assert str(raised.value).startswith("pack.csv: ")
    return list(raised.value.problems)


class TestTable:
    @pytest.mark.parametrize("separator", [",", ";"])
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_what_a_spreadsheet_writes_is_read(self, calm: Instrument, separator: str, mark: str) -> None:
        wording = read_csv(mark + table(ROWS, separator=separator), "pack.csv", calm)
        assert (wording.language, wording.name, wording.source) == ("de-AT", "clinic-1", "Own translation")
        assert [(o.value, o.label) for o in wording.items["1"].options] == [
            (0, "Nie"),
            (0.5, "Kaum; fast nie"),
            (1, "Oft"),
        ]
        assert wording.items["2"].options[2].label == "Sehr oft"
        assert wording.items["2"].help == "Zu jeder Tageszeit,\nauch nachts."
        assert [(o.value, o.label) for o in wording.items["A"].options] == [(1, "Ja"), (0, "Nein")]
        assert wording.items["n"].options == ()

    def test_empty_rows_and_the_note_beside_are_not_read(self, calm: Instrument) -> None:
        rows = [(*row, "=note") for row in ROWS] + [("", "", "", ""), ("", "", "", "")]
        wording = read_csv(table(rows, "Item, Answer, Text, Note"), "pack.csv", calm)
        assert wording.items["1"].label == "Ruhig"

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("", "line 1"),
            ("a,b,c\n1,,x\n", "line 1"),
            ("item,answer,text,more\n", "line 1"),
            ("item,answer,text\n1,,x\n2,,x,y\n", "line 3"),
            ('item,answer,text\n1,,"one\ntwo"\n2,,"x"y\n', "line 4"),
            ('item,answer,text\n1,,"never closed\n', "line 2"),
            ("item,answer,text\n1,," + "x" * 140_000, "line 2"),
        ],
    )
    def test_what_is_no_such_table_is_refused_by_its_line(
        self, calm: Instrument, text: str, line: str
    ) -> None:
        with pytest.raises(DefinitionError) as raised:
            read_csv(text, "pack.csv", calm)
        assert (raised.value.file, raised.value.key) == ("pack.csv", line)

    @pytest.mark.parametrize("read", [read_csv, read_toml])
    def test_a_huge_text_is_not_even_looked_at(self, calm: Instrument, read) -> None:
        with pytest.raises(DefinitionError, match="longer than"):
            read("x" * (LARGEST + 1), "pack", calm)


class TestChecks:
    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (("9", "", "x"), "is not an item of calm: 9"),
            (("1", "2", "x"), "is not an answer of item 1: 2"),
            (("1", "nan", "x"), "is not an answer of item 1: nan"),
            (("n", "1", "x"), "is not an answer of item n: 1"),
            (("*", "3", "x"), "is not an answer that items share: 3"),
            (("*", "", "x"), "is not an answer that items share: nothing"),
            (("@author", "", "x"), "is not known: @author"),
            (("", "0", "x"), "is not an item of calm: nothing"),
            (("1", "help", "=HYPERLINK(1)"), "formula"),
            (("1", "help", " @SUM(1)"), "formula"),
            (("1", "help", "\tx"), "formula"),
            (("1", "help", "a\x00b"), "cannot be shown"),
            (("1", "help", "a\u202eb"), "direction"),
            (("1", "help", "x" * 2001), "longer than 2000"),
            (("1", "", "Ruhig"), "stands twice, first at line 16"),
            (("2", "1,0", "Oft"), "stands twice, first at line 20"),
        ],
    )
    def test_a_row_that_does_not_fit_is_named_by_its_line(self, calm, row, reason) -> None:
        last = len(ROWS) + 3  # the header, and a text that runs over two lines
        where, said = problems(table([*ROWS, row]), calm)[0]
        assert where == f"line {last}"
        assert reason in said

    @pytest.mark.parametrize(
        ("gone", "expected"),
        [
            (("2", ""), ("item 2", "has no words")),
            (("3", "1"), ("item 3", "answer 1 has no words")),
            (("*", "0,5"), ("every item", "answer 0.5 has no words")),
            (("*", "no"), ("every item", "answer no has no words")),
            (("@permission", ""), ("permission", "is missing")),
            (("@recall", ""), ("recall", "is missing")),
        ],
    )
    def test_what_is_missing_is_named(self, calm, gone, expected) -> None:
        assert problems(table(without(gone)), calm) == [expected]

    def test_words_for_every_item_do_not_slip_onto_other_answers(self, calm: Instrument) -> None:
        """Item 3 has a 0 and a 1 of its own: "Not at all" there is not "Never"."""
        found = problems(table(without(("3", "0"), ("3", "1"))), calm)
        assert found == [("item 3", "answer 0 has no words"), ("item 3", "answer 1 has no words")]

    @pytest.mark.parametrize(
        ("fact", "text", "reason"),
        [
            ("instrument", "phq9", "must be calm"),
            ("version", "1", "must be 2"),
            ("language", "german", "language tag"),
            ("language", "de_DE", "language tag"),
            ("name", "Our Clinic", "small letters"),
            ("name", "x" * 21, "small letters"),
            ("name", "a/b", "small letters"),
        ],
    )
    def test_a_fact_about_the_pack_that_cannot_be(self, calm, fact, text, reason) -> None:
        rows = [(item, part, text if item == f"@{fact}" else words) for item, part, words in ROWS]
        where, said = problems(table(rows), calm)[0]
        assert where.startswith("line ") and reason in said

    def test_an_instrument_without_items_has_no_words(self) -> None:
        own = {"@instrument": "bdi2", "@version": "score-only"}
        rows = [(item, part, own.get(item, words)) for item, part, words in ROWS if item.startswith("@")]
        assert problems(table(rows), registry.get("bdi2")) == [
            ("instrument", "only totals are known of bdi2")
        ]

    def test_all_problems_are_told_at_once(self, calm: Instrument) -> None:
        found = problems(table([*without(("1", ""), ("n", "")), ("8", "", "x")]), calm)
        assert [where for where, _ in found] == ["line 24", "item 1", "item n"]


class TestToml:
    def test_the_same_pack_as_toml(self, calm: Instrument) -> None:
        wording = read_csv(table(ROWS), "pack.csv", calm)
        assert read_toml(template_toml(calm, wording), "pack.toml", calm) == wording

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("language = ", "(file)"),
            ("language = 3", "language"),
            ("items = 3", "items"),
            ("items = [3]", "items[1]"),
            ('[[items]]\nlabel = "x"', "items[1].code"),
            ('[[items]]\ncode = "1"\noptions = "often"', "items[1].options"),
            ("[options]\n0.5 = 'x'", "options.0"),
            ("a = " + "[" * 5000, "(file)"),
        ],
    )
    def test_another_structure_is_refused_by_its_key(self, calm: Instrument, text: str, key: str) -> None:
        with pytest.raises(DefinitionError) as raised:
            read_toml(text, "pack.toml", calm)
        assert (raised.value.file, raised.value.key) == ("pack.toml", key)

    def test_a_key_that_nobody_knows(self, calm: Instrument) -> None:
        with pytest.raises(WordingError) as raised:
            read_toml('[[items]]\ncode = "1"\nlable = "x"', "pack.toml", calm)
        assert raised.value.problems[0] == ("items[1].lable", "is not an answer of item 1: lable")


class TestTemplates:
    def test_every_code_is_there_and_no_text(self, calm: Instrument) -> None:
        rows = list(csv.DictReader(io.StringIO(template_csv(calm).removeprefix("\ufeff"))))
        places = [(row["item"], row["answer"]) for row in rows]
        assert ("*", "0.5") in places and ("3", "1") in places and ("1", "0") not in places
        filled = {row["item"] for row in rows if row["text"]}
        assert filled == {"@instrument", "@version"}

    def test_an_empty_one_is_refused_for_what_it_lacks_alone(self, calm: Instrument) -> None:
        found = problems(template_csv(calm), calm)
        with pytest.raises(WordingError) as raised:
            read_toml(template_toml(calm), "pack.toml", calm)
        assert list(raised.value.problems) == found
        assert {reason.split()[-1] for _, reason in found} == {"missing", "words"}

    @pytest.mark.parametrize(("write", "read"), [(template_csv, read_csv), (template_toml, read_toml)])
    def test_a_pack_comes_back_as_it_went(self, calm: Instrument, write, read) -> None:
        wording = read_csv(table(ROWS), "pack.csv", calm)
        assert read(write(calm, wording), "again", calm) == wording

    def test_a_note_is_no_formula(self, calm: Instrument) -> None:
        label = load_text(DEFINITION.replace('"Calm"\noptions', '"=1+1"\noptions'), "x")
        assert ",'=1+1" in template_csv(label)


class TestWorded:
    def test_the_words_change_and_nothing_else(self, calm: Instrument) -> None:
        shown = worded(calm, read_csv(table(ROWS), "pack.csv", calm))
        assert (shown.instruction, shown.item("1").label, shown.item("2").help) == (
            "Wie oft?",
            "Ruhig",
            "Zu jeder Tageszeit,\nauch nachts.",
        )
        assert (shown.purpose, shown.recall) == ("Fragt, wie ruhig es war.", "die letzte Woche")
        assert (shown.scales, shown.rights) == (calm.scales, calm.rights)
        answers = {"1": 0.5, "2": 1, "3": 0, "A": True, "n": 7}
        assert scoring.score(shown, answers) == scoring.score(calm, answers)

    def test_in_english_our_own_purpose_and_recall_may_stand(self, calm: Instrument) -> None:
        rows = [
            (item, part, "en-GB" if item == "@language" else words)
            for item, part, words in without(("@purpose", ""), ("@recall", ""))
        ]
        shown = worded(calm, read_csv(table(rows), "pack.csv", calm))
        assert (shown.purpose, shown.recall) == (calm.purpose, calm.recall)

    def test_it_survives_being_stored(self, calm: Instrument) -> None:
        wording = read_csv(table(ROWS), "pack.csv", calm)
        assert from_content(to_content(wording)) == wording

    def test_words_of_another_version_are_a_mistake(self, calm: Instrument) -> None:
        wording = read_csv(table(ROWS), "pack.csv", calm)
        other = load_text(DEFINITION.replace('version = "2"', 'version = "3"'), "x")
        with pytest.raises(ValueError, match="calm"):
            worded(other, wording)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("DE", "de"),
        (" en-gb ", "en-GB"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("nds", "nds"),
        ("d", None),
        ("de-", None),
        ("de-DE-1996", None),
        ("", None),
    ],
)
def test_language_tags(text: str, tag: str | None) -> None:
    assert clean_language(text) == tag


def test_a_large_instrument_is_worded() -> None:
    """A site may publish 300 items of 101 answers each, none of them alike: each with each would take minutes."""
    items = "".join(
        f'[[items]]\ncode = "i{n}"\nlabel = "x"\noptions = {{ 0 = "a{n}", 1 = "b" }}\nbetween = 0.01\nscored = false\n'
        for n in range(300)
    )
    large = load_text(f"{DEFINITION.partition('[options.often]')[0]}{items}{ONE_SCALE}", "large.toml")
    assert len(template_csv(large).splitlines()) > 30_000
    assert "a299" in template_toml(large)
    with pytest.raises(WordingError):
        read_csv("item,answer,text\n@name,,x\n", "pack.csv", large)

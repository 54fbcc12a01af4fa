"""Files as they come: every way to write a table is read exactly or refused with its place."""

from __future__ import annotations

import pytest

from tests.tracking.imports.small import HEADER, ROWS, plan, refused, spec, table
from tracking.imports.reading import read
from tracking.imports.reading.problems import FileRefused

GOOD = table(*ROWS)
TEXT = GOOD.decode()


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        table(*ROWS, ending="\r\n"),
        table(*ROWS, ending="\r"),
        GOOD.rstrip(b"\n"),
        GOOD + b"\n\r\n",
        TEXT.replace("drug", '"drug"').encode(),
    ],
    ids=["plain", "BOM", "CRLF", "CR", "no last line end", "blank lines at the end", "quoted cells"],
)
def test_the_same_table_written_in_other_ways_is_the_same(data: bytes) -> None:
    assert plan(data) == plan(GOOD)


@pytest.mark.parametrize(
    ("data", "line", "column", "reason"),
    [
        (b"", 1, "", "no header"),
        (b"\n\n", 1, "", "no header"),
        (TEXT.encode("utf-16"), 1, "", "UTF-16"),
        (TEXT.encode("utf-16-be"), 1, "", "NUL"),
        (TEXT.replace("placebo", "Plazébo").encode("latin-1"), 4, "", "not utf-8"),
        (GOOD.replace(b"placebo", b"pla\x00cebo"), 4, "", "NUL"),
        (GOOD.replace(b"id,age", b"id,id"), 1, "id", "more than once"),
        (GOOD.replace(b",hamd,", b",ham,"), 1, "hamd", "is missing"),
        (GOOD.replace(b",hamd,", b",ham,"), 1, "ham", "is not in the spec"),
        (GOOD.replace(b"id,age", b"id,,age"), 1, "(without a name)", "is not in the spec"),
        (GOOD.replace(b"id,age", b" id,age"), 1, " id", "is not in the spec"),
        (table(ROWS[0] + ",1", *ROWS[1:]), 2, "", "has 18 cells where the header has 17"),
        (table(ROWS[0], ROWS[1][:-2], ROWS[2]), 3, "", "has 16 cells"),
        (table(ROWS[0], "", ROWS[1]), 3, "", "is empty"),
        (GOOD.replace(b"placebo", b'"placebo'), 4, "", "cannot be read"),
        (GOOD.replace(b"placebo", b'"pla"cebo'), 4, "", "cannot be read"),
        (GOOD.replace(b",", b";"), 1, "", "only one column"),
        (GOOD.replace(b"placebo", b"p" * 2_001), 4, "arm", "longer than 2000"),
        (GOOD.replace(b"placebo", b"p" * 1_000_000), 4, "", "cannot be read"),
        (b"," * 1_000_000 + b"\n", 1, "", "more than 2000 columns"),
    ],
)
def test_a_table_that_could_be_read_in_two_ways_is_refused(
    data: bytes, line: int, column: str, reason: str
) -> None:
    there = [why for at, where, why in refused(data) if (at, where) == (line, column)]
    assert any(reason in why for why in there), there


def test_lines_are_counted_as_an_editor_counts_them_over_quoted_line_ends() -> None:
    rows = [ROWS[0].replace("drug", '"two\nlines"'), ROWS[1], ROWS[2].replace(",19,", ",99,")]
    found = refused(table(*rows))
    assert (2, "arm") in {place[:2] for place in found}
    assert (5, "hamd") in {place[:2] for place in found}


def test_semicolons_and_decimal_commas_are_read_when_the_spec_says_so() -> None:
    by = spec(file={"delimiter": "semicolon", "decimal": ","})
    data = TEXT.replace(",", ";").replace("62.5", "62,5").encode()
    assert plan(data, by).patients["P1"].covariates == {"expectancy": 62.5}


def test_another_encoding_is_read_exactly_when_the_spec_names_it() -> None:
    by = spec(file={"encoding": "latin-1"})
    data = TEXT.replace("placebo", "Plazébo").encode("latin-1")
    assert plan(data, by).patients["P2"].arm == "Plazébo"


def test_a_file_beyond_a_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MOST_ROWS", 2)
    assert refused(GOOD) == [(4, "", "the file has more than 2 rows")]
    monkeypatch.setattr(read, "MOST_BYTES", len(GOOD) - 1)
    with pytest.raises(FileRefused, match="larger than"):
        plan(GOOD)


def test_every_fault_is_counted_and_the_first_fifty_are_listed() -> None:
    rows = [f"P{n},41,f,drug,1,0,99," + "0," * 9 + "0" for n in range(60)]
    with pytest.raises(FileRefused) as error:
        plan(table(*rows, header=HEADER))
    assert (error.value.count, len(error.value.problems)) == (60, 50)
    assert [problem.line for problem in error.value.problems] == list(range(2, 52))

"""Cells that a spreadsheet would execute, numbers that must stay numbers, a zip that is always the same."""

from __future__ import annotations

import csv
import io
import time
import zipfile

import pandas as pd
import pytest

from reports.export.writers import cell_text, csv_bytes, guarded, json_bytes, zip_bytes

FORMULAS = [
    "=1+1",
    "+cmd",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "   @x",
    "\u00a0=1",
    "\u3000=1",
    "\ufeff=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_might_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "other", "30 to 39", "a=b", "5 - 3", "week 4", "'=1"])
def test_other_text_stays(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_headers_are_guarded_too(text: str) -> None:
    header = next(csv.reader(io.StringIO(csv_bytes(pd.DataFrame({text: [1]})).decode(), newline="")))
    assert header[0].startswith("'")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (-3.5, "-3.5"),
        (12.0, "12"),
        (-7, "-7"),
        (0, "0"),
        (0.1, "0.1"),
        (1e15, "1000000000000000"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_numbers_stay_numbers_and_missing_is_empty(cell: object, written: str) -> None:
    assert cell_text(cell) == written


def test_a_value_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="dict"):
        cell_text({"a": 1})


def test_the_csv_reads_back() -> None:
    frame = pd.DataFrame({"text": ['say "a, b"', "two\nlines"], "number": [1.5, None]})
    back = pd.read_csv(io.BytesIO(csv_bytes(frame)))
    pd.testing.assert_frame_equal(back, frame)


def test_json_is_read_by_people_too() -> None:
    assert json_bytes({"title": "Müßiggang", "k": 5}).decode() == '{\n  "title": "Müßiggang",\n  "k": 5\n}\n'


def test_the_same_members_give_the_same_bytes_at_another_time(monkeypatch: pytest.MonkeyPatch) -> None:
    members = {"b.csv": b"1\n" * 1000, "a.txt": b"x"}
    first = zip_bytes(members)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert zip_bytes(members) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["b.csv", "a.txt"]
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o600}

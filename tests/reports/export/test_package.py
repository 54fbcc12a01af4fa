"""What the manifest of a package says of it, figure by figure."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from reports.export.deidentify import Withheld
from reports.export.generalise import WITHHELD
from reports.export.package import Contents, InstrumentFacts, StudyFacts, build, few, vocabulary
from reports.export.sample import Counted
from reports.export.tables import Column, Table
from reports.stats.disclosure import Diversity, Level, Plan

OPEN = Column("note", "text", "Open text")
CODED = Column("kind", "text", "A code", values=tuple((f"c{n}", "") for n in range(30)))
PLAN = Plan(
    k=5,
    patients=21,
    levels={"diagnosis": Level("as recorded", {})},
    described={
        "sex": {f"p{n}": "female" if n < 15 else WITHHELD for n in range(21)},
        "age": {f"p{n}": "any age" if n < 3 else WITHHELD for n in range(21)},
    },
    suppressed=frozenset({"p1", "p2"}),
    classes=3,
    smallest_class=6,
    information_lost=0.123456,
    diversity=Diversity("diagnosis", ("sex", "age"), 2, by_design=False),
)


def notes(texts: int) -> Table:
    """So many patients with two lines each, all of another text."""
    rows = [(f"S{n}", 1, f"text {n}", f"c{n}") for n in range(texts)] * 2
    frame = pd.DataFrame(rows, columns=["study_id", "episode", "note", "kind"])
    return Table("notes", "One line per note.", (OPEN, CODED), frame)


def contents(texts: int = 20) -> Contents:
    return Contents(
        study=StudyFacts("psilo", "Psilocybin", "", is_simulated=False),
        instruments=(InstrumentFacts("hamd17", "1", "Hamilton", ("verbatim",), "public domain", "Free."),),
        tables=[notes(texts)],
        plan=PLAN,
        withheld=Withheld({"doses": 0, "medication": 4}, {"a.b": 0, "a.c": 7}, ("flags",)),
        sample=(Counted("sex", "female", 15), Counted("sex", "other", None)),
        left_out={"without consent": 3, "waiting": 0},
        released_on=date(2026, 11, 21),
    )


def test_the_manifest_word_for_word() -> None:
    said = dict(build(contents()).manifest)
    files = said.pop("files")
    assert said == {
        "released_on": "2026-11-21",
        "study": {"key": "psilo", "title": "Psilocybin", "simulated": False, "raters_not_blind": []},
        "patients": 21,
        "consent": "only patients whose latest statement about research use is that they consent",
        "patients_left_out": {"without consent": "fewer than 5", "waiting": "none"},
        "days": "whole days from day 0 (the first dose that stands, otherwise the start of treatment); exact up to "
        "14 days from it, to the nearest week up to 182, then to the nearest four weeks",
        "sample": [
            {"of": "sex", "value": "female", "patients": "15"},
            {"of": "sex", "value": "other", "patients": "withheld"},
        ],
        "disclosure": {
            "k": 5,
            "counted_over": "patients, by their set of values of all quasi-identifiers",
            "classes": 3,
            "smallest_class": 6,
            "patients_suppressed": 2,
            "information_lost": 0.123,
            "quasi_identifiers": {
                "sex": "told of 15 of 21 patients, as far as 5 are alike",
                "age": "in bands of 10 years or wider, told of fewer than 5 of 21 patients, as far as 5 are alike",
                "diagnosis": "as recorded",
            },
            "diversity": {"of": "diagnosis", "within": ["sex", "age"], "fewest_values": 2, "note": ""},
            "rows_left_out": {"medication": 4},
            "tables_left_out": ["flags"],
            "cells_withheld": {"a.c": 7},
        },
        "standing_alone": {
            "patients": 20,
            "by_scores_alone": None,
            "by_start_end_and_status": None,
            "means": "whoever knows that much of one of these patients can find the rows of that patient",
        },
        "instruments": [
            {
                "key": "hamd17",
                "version": "1",
                "title": "Hamilton",
                "wordings": ["verbatim"],
                "rights": "public domain",
                "terms": "Free.",
            }
        ],
        "warnings": [],
    }
    assert [each["name"] for each in files] == [
        "notes.csv",
        "sample.csv",
        "codebook.csv",
        "codebook.md",
        "README.txt",
    ]


def test_each_file_is_told_by_its_bytes_and_each_table_by_its_size() -> None:
    package = build(contents())
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        assert json.loads(archive.read("manifest.json")) == package.manifest
        files = {each["name"]: each for each in package.manifest["files"]}
        assert archive.namelist() == ["manifest.json", *files]
        for name, each in files.items():
            assert each["sha256"] == hashlib.sha256(archive.read(name)).hexdigest()
    size = {"rows": 40, "columns": 4, "patients": 20}
    assert {key: files["notes.csv"][key] for key in size} == size
    assert {key: files["README.txt"][key] for key in size} == dict.fromkeys(size)


def test_one_value_by_design_is_noted() -> None:
    one = replace(PLAN, diversity=replace(PLAN.diversity, by_design=True))
    said = build(replace(contents(), plan=one)).manifest["disclosure"]["diversity"]["note"]
    assert said == "every patient has the same by the design of the study"


@pytest.mark.parametrize(
    ("texts", "warnings"), [(20, []), (21, ["notes.note has more than 20 different texts"])]
)
def test_many_different_open_texts_are_warned_of_and_codes_are_not(texts: int, warnings: list[str]) -> None:
    assert build(contents(texts)).manifest["warnings"] == warnings


@pytest.mark.parametrize(("count", "told"), [(0, "none"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5")])
def test_a_count_of_people_below_the_smallest_class_is_not_told(count: int, told: str) -> None:
    assert few(count, 5) == told


def test_what_we_wrote_ourselves_is_known_to_the_leak_scan_and_what_patients_gave_is_not() -> None:
    """A name that is a word of the codebook is no leak there; the cells of the tables excuse nothing."""
    known = " ".join(vocabulary(contents()))
    assert all(word in known for word in ("notes study_id episode note kind", "Codebook", "Hamilton"))
    assert all(
        word in known for word in ("Psilocybin", "Open text", "bands of 10 years", "Keep it encrypted")
    )
    assert "text 7" not in known

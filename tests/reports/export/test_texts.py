"""What goes with the tables, word for word: the codebook for a program and for a reader, and the text on top."""

from __future__ import annotations

import pandas as pd

from reports.export.dictionary import codebook, codebook_for_people, said_values
from reports.export.package import InstrumentFacts, StudyFacts
from reports.export.readme import readme
from reports.export.tables import Column, Table

COLUMNS = (
    Column("substance", "text", "What was given", quasi="dosed substance"),
    Column("amount", "number", "How much", unit="mg", follows=("dosed substance", "arm")),
    Column("part", "text", "Which part", values=(("dose", "Dose"), ("more|less", ""))),
    Column("day", "day", "Day of\nthe dose"),
    Column("kept", "true_false", "Whether it was kept"),
    Column("time_point", "text", "Time point"),
)
DOSES = Table("doses", "One line per dose.", COLUMNS, pd.DataFrame())
RELEASED_AS = {"dosed substance": "as recorded"}
HAMD = InstrumentFacts("hamd17", "1", "Hamilton scale", ("verbatim", "site"), "public domain", "Free.")


def test_the_codebook_for_a_program() -> None:
    frame = codebook([DOSES], RELEASED_AS)
    assert list(frame.columns) == ["table", "column", "kind", "unit", "meaning", "values", "released_as"]
    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        (
            "doses",
            "study_id",
            "text",
            "",
            "Patient; random, of this release only",
            "",
            "drawn for this release",
        ),
        (
            "doses",
            "episode",
            "number",
            "",
            "Treatment episode, numbered within the patient",
            "",
            "as recorded",
        ),
        ("doses", "substance", "text", "", "What was given", "", "as recorded"),
        (
            "doses",
            "amount",
            "number",
            "mg",
            "How much",
            "",
            "empty where dosed substance or arm is not released",
        ),
        ("doses", "part", "text", "", "Which part", "dose = Dose; more|less", "as recorded"),
        (
            "doses",
            "day",
            "whole days from day 0",
            "",
            "Day of\nthe dose",
            "",
            "rounded to weeks far from day 0",
        ),
        ("doses", "kept", "true or false", "", "Whether it was kept", "", "as recorded"),
        (
            "doses",
            "time_point",
            "text",
            "",
            "Time point",
            "",
            "only what enough patients share, otherwise other",
        ),
    ]


def test_the_codebook_for_a_reader() -> None:
    """A sign that would end a cell of the table, or its line, gives way."""
    assert codebook_for_people([DOSES], RELEASED_AS) == (
        "# Codebook\n"
        "\n"
        "An empty cell is a missing value, never a zero.\n"
        "\n"
        "## doses.csv\n"
        "\n"
        "One line per dose.\n"
        "\n"
        "| column | meaning | values | released as |\n"
        "|---|---|---|---|\n"
        "| study_id | Patient; random, of this release only | text | drawn for this release |\n"
        "| episode | Treatment episode, numbered within the patient | number | as recorded |\n"
        "| substance | What was given | text | as recorded |\n"
        "| amount | How much (mg) | number | empty where dosed substance or arm is not released |\n"
        "| part | Which part | dose = Dose; more/less | as recorded |\n"
        "| day | Day of the dose | whole days from day 0 | rounded to weeks far from day 0 |\n"
        "| kept | Whether it was kept | true or false | as recorded |\n"
        "| time_point | Time point | text | only what enough patients share, otherwise other |\n"
    )


def test_a_code_without_a_label_speaks_for_itself() -> None:
    assert said_values(Column("a", "text", "A", values=(("x", "X"), ("y", "")))) == "x = X; y"


def text(study: StudyFacts, *instruments: InstrumentFacts, days: str = "whole days from day 0") -> str:
    return readme(study, instruments, [DOSES], days)


def test_the_text_on_top_names_study_tables_days_and_instruments() -> None:
    lines = text(StudyFacts("psilo", "Psilocybin", "", False), HAMD).splitlines()
    assert lines[:4] == [
        "Psilocybin",
        "==========",
        "",
        "This is a de-identified data set, released by Throughline for the purpose that was asked for and approved.",
    ]
    assert "* doses.csv: One line per dose." in lines
    assert "* Days are whole days from day 0." in lines
    assert lines[-3:] == [
        "Instruments and their wording",
        "-----------------------------",
        "* hamd17 version 1: Hamilton scale. Wording: verbatim, site. public domain. Free.",
    ]


def test_without_an_instrument_it_says_so() -> None:
    assert text(StudyFacts("psilo", "Psilocybin", "", False)).splitlines()[-1] == "None."


def test_invented_people_and_where_a_study_comes_from_are_told() -> None:
    lines = text(StudyFacts("old", "Old", "Published 2016.", True), HAMD).splitlines()
    assert lines[3:5] == ["SIMULATED PEOPLE: nobody in this data set is real.", ""]
    assert lines[-4:] == [
        "",
        "Source of the data and licence",
        "------------------------------",
        "Published 2016.",
    ]


def test_no_line_is_wider_than_a_screen() -> None:
    long = "word " * 60
    facts = InstrumentFacts("k", "1", long, ("verbatim",), long, long)
    assert max(map(len, text(StudyFacts("k", "T", long, True), facts, days=long).splitlines())) <= 110

"""Rows to patients and assessments: what is taken, what is refused, what is told."""

from __future__ import annotations

from datetime import date

import pytest

from tests.tracking.imports.small import ROWS, plan, refused, spec, table, with_cell
from tracking.imports.planning import report
from tracking.imports.planning.doubts import age_at_start
from tracking.imports.planning.plan import Aged

SPREAD = "=HYPERLINK(1)"


def test_a_file_becomes_patients_and_scored_assessments() -> None:
    found = plan()
    assert found.rows == 3
    p1, p2 = found.patients["P1"], found.patients["P2"]
    assert (p1.age, p1.sex, p1.arm, p1.covariates) == (41, "female", "drug", {"expectancy": 62.5})
    assert p2.covariates == {}
    keys = [(one.source_id, one.key, one.when.day) for one in found.assessments]
    assert keys == [
        ("P1", "hamd17:baseline", 0),
        ("P1", "phq9:baseline", 0),
        ("P1", "hamd17:week 1", 7),
        ("P1", "phq9:week 1", 7),
        ("P2", "hamd17:baseline", 0),
        ("P2", "phq9:baseline", 0),
    ]
    hamd, phq9 = found.assessments[:2]
    assert (hamd.answers, hamd.entered_totals, hamd.scored.scales["total"].band) == (
        {},
        {"total": 24},
        "very_severe",
    )
    assert phq9.scored.scales["total"].value == 10
    assert phq9.answers["10"] is None  # the file has no column for it


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("hamd", "53", "must be from 0 to 52"),
        ("hamd", "-1", "must be from 0 to 52"),
        ("hamd", "12.5", "whole number"),
        ("hamd", " 27 ", "blank before or after"),
        ("hamd", "1e1", "plain digits"),
        ("hamd", "NaN", "plain digits"),
        ("hamd", "inf", "plain digits"),
        ("hamd", "0x10", "plain digits"),
        ("hamd", "1_0", "plain digits"),
        ("hamd", "+10", "plain digits"),
        ("hamd", "٢٤", "plain digits"),
        ("hamd", "24.", "plain digits"),
        ("hamd", '"24,0"', "decimal mark ,"),
        ("hamd", "=24", "plain digits"),
        ("hamd", "9" * 400, "plain digits"),
        ("phq_3", "4", "must be one of 0, 1, 2, 3"),
        ("phq_3", "1.5", "must be one of 0, 1, 2, 3"),
        ("phq_3", "yes", "plain digits"),
        ("phq_total", "ten", "plain digits"),
        ("age", "131", "0 to 130"),
        ("age", "41.5", "whole number"),
        ("sex", "F", "is none of f, m"),
        ("week", "2", "is none of 0, 1"),
        ("week", "", "must not be empty"),
        ("id", "", "must not be empty"),
        ("id", "P1 ", "blank before or after"),
        ("arm", "x" * 61, "not be longer than 60"),
        ("arm", "dr\u202eug", "cannot be shown"),
        ("expectancy", "high", "plain digits"),
    ],
)
def test_a_wrong_cell_is_refused_by_line_and_column_without_repeating_it(
    column: str, cell: str, reason: str
) -> None:
    found = refused(with_cell(column, cell, line=4))
    assert [(line, where) for line, where, _ in found] == [(4, column)]
    why = found[0][2]
    assert reason in why
    assert len(cell) < 4 or cell not in why


@pytest.mark.parametrize("cell", ["1", "0", "yes", "True", "true "])
def test_a_yes_is_written_as_true_or_false(cell: str) -> None:
    by = spec(assessments=[{"instrument": "cssrs_screener", "items": {"1": "dead"}}])
    header = "id,age,sex,arm,expectancy,week,dead"
    assert plan(table("P1,41,f,drug,1,0,true", header=header), by).assessments[0].answers["1"] is True
    assert plan(table("P1,41,f,drug,1,0,false", header=header), by).assessments[0].answers["1"] is False
    found = refused(table(f"P1,41,f,drug,1,0,{cell}", header=header), by)
    assert found == [(2, "dead", "must be true or false")]


def test_what_looks_like_a_formula_is_only_text() -> None:
    assert plan(with_cell("arm", SPREAD, line=4)).patients["P2"].arm == SPREAD


def test_several_faults_are_all_named_in_the_order_of_the_file() -> None:
    data = with_cell("hamd", "99").replace(b"placebo,,0,19", b"placebo,,9,x")
    assert [(line, column) for line, column, _ in refused(data)] == [(2, "hamd"), (4, "hamd"), (4, "week")]


def test_missing_codes_are_missing_and_an_empty_form_is_no_assessment() -> None:
    by = spec(file={"missing": ["-9", "NA"]})
    data = with_cell("hamd", "-9").replace(b",0,1,0,0,0,0,0,0,1,2", b",NA,NA,NA,NA,NA,NA,NA,NA,NA,NA")
    keys = {(one.source_id, one.key) for one in plan(data, by).assessments}
    assert ("P1", "hamd17:baseline") not in keys
    assert ("P2", "phq9:baseline") not in keys
    assert len(keys) == 4
    assert refused(with_cell("hamd", "-9")) != []


def test_an_unanswered_item_leaves_no_total_and_is_never_a_zero() -> None:
    found = plan(with_cell("phq_4", ""))
    phq9 = found.assessments[1]
    assert phq9.scored.scales["total"].value is None
    assert phq9.entered_totals == {"total": 10}
    assert [(note.line, note.column) for note in found.uncompared] == [(2, "phq_total")]
    assert found.mismatches == ()


def test_an_unanswered_suicide_item_is_told_and_not_taken_as_denied() -> None:
    found = plan(with_cell("phq_9", ""))
    assert [(note.line, note.column) for note in found.left_out] == [(2, "phq_9")]
    assert [(note.line, note.text) for note in found.endorsed] == [(4, "suicide, review")]


def test_an_entered_total_that_differs_is_told_and_the_items_count() -> None:
    found = plan(with_cell("phq_total", "11"))
    (mismatch,) = found.mismatches
    assert (mismatch.assessment.line, mismatch.score, mismatch.entered) == (2, 10, 11)
    assert mismatch.assessment.scored.scales["total"].value == 10
    assert "  line 2: id P1, baseline, PHQ-9, PHQ-9 total: entered 11, items 10" in list(
        report.findings(found)
    )


def test_a_total_without_its_items_is_kept_as_a_total_and_told() -> None:
    row = ROWS[2].replace("0,1,0,0,0,0,0,0,1,2", ",,,,,,,,,2")
    found = plan(table(*ROWS[:2], row))
    last = found.assessments[-1]
    assert (last.answers, last.entered_totals, last.scored.scales["total"].value) == ({}, {"total": 2}, 2)
    assert [note.line for note in found.uncompared] == [4]


def test_the_same_patient_instrument_and_time_twice_is_refused() -> None:
    found = refused(table(*ROWS, ROWS[0]))
    assert found == [(5, "id", "repeats line 2: the same patient, instrument and time")]


def test_rows_of_one_patient_must_agree() -> None:
    found = refused(with_cell("age", "43", line=3).replace(b"drug,62.5,1", b"drug,60,1"))
    assert [(line, column) for line, column, _ in found] == [(3, "expectancy"), (3, "age")]


@pytest.mark.parametrize(("column", "cell"), [("sex", "m"), ("arm", "placebo"), ("expectancy", "60")])
def test_who_somebody_is_does_not_change_from_row_to_row(column: str, cell: str) -> None:
    found = refused(with_cell(column, cell, line=3))
    assert found == [(3, column, "differs from an earlier row of the same patient")]


@pytest.mark.parametrize(
    ("ages", "start"),
    [
        ([(0, 41), (7, 42), (400, 42)], 41),  # a birthday between two visits
        ([(400, 42), (0, 41)], 41),  # whatever comes first in the file
        ([(None, 41), (None, 41)], 41),
        ([], None),
    ],
)
def test_the_age_is_that_at_the_first_visit(ages: list[tuple[int | None, int]], start: int | None) -> None:
    found = [Aged(line, age, at) for line, (at, age) in enumerate(ages, start=2)]
    assert age_at_start(found) == (start, None)


@pytest.mark.parametrize(
    "ages", [[(0, 41), (7, 43)], [(0, 41), (400, 40)], [(0, 41), (800, 45)], [(0, 41), (None, 42)]]
)
def test_an_age_that_no_birthday_explains_is_told(ages: list[tuple[int | None, int]]) -> None:
    found = [Aged(line, age, at) for line, (at, age) in enumerate(ages, start=2)]
    assert age_at_start(found) == (41, found[1])


def test_a_cell_that_is_missing_in_one_row_of_a_patient_contradicts_nothing() -> None:
    assert plan(with_cell("age", "", line=3)).patients["P1"].age == 41


def test_the_same_answers_under_two_patients_are_told_and_taken() -> None:
    found = plan(table(ROWS[0], ROWS[0].replace("P1", "P3")))
    assert found.twins == ((3, 2),)
    assert len(found.assessments) == 4


WIDE = """
[patient]
id = "id"
must_exist = true

[time]
points = [{ name = "pre" }, { name = "post" }]

[file]
dates = "day/month/year"

[[assessments]]
instrument = "hamd17"
time_point = "pre"
totals = { total = "pre" }
date = "pre_on"

[[assessments]]
instrument = "hamd17"
time_point = "post"
totals = { total = "post" }
date = "post_on"
"""
WIDE_HEADER = "id,pre,pre_on,post,post_on"


def test_a_wide_file_with_dates_is_read() -> None:
    found = plan(table("7,20,01/02/2024,8,29/02/2024", "8,20,1/2/2024,,", header=WIDE_HEADER), spec(WIDE))
    assert [(one.source_id, one.when.name, one.when.on) for one in found.assessments] == [
        ("7", "pre", date(2024, 2, 1)),
        ("7", "post", date(2024, 2, 29)),
        ("8", "pre", date(2024, 2, 1)),
    ]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("31/02/2024", "not a day of the calendar"),
        ("29/02/2023", "not a day of the calendar"),
        ("02/03/24", "year with four digits"),
        ("2024-02-01", "if it is year-month-day, the spec must say so"),
        ("01.02.2024", "if it is day.month.year"),
        ("01/02/1899", "before 1900"),
        ("45323", "must be a date"),
        ("", "must not be empty"),
    ],
)
def test_a_date_that_is_none_or_could_be_two_is_refused(written: str, reason: str) -> None:
    ((line, column, why),) = refused(table(f"7,20,{written},,", header=WIDE_HEADER), spec(WIDE))
    assert (line, column) == (2, "pre_on")
    assert reason in why


LONG = """
[patient]
id = "id"
must_exist = true

[time]
start = "2020-01-01"
day = "day"

[[assessments]]
instrument = "hamd17"
where = { scale = "ham" }
totals = { total = "score" }

[[assessments]]
instrument = "phq9"
where = { scale = "phq" }
totals = { total = "score", phq8 = "part" }
"""


def test_a_long_file_with_day_offsets_is_read() -> None:
    rows = ["7,ham,-3,20,", "7,phq,-3,9,8", "7,ham,12,4,"]
    found = plan(table(*rows, header="id,scale,day,score,part"), spec(LONG))
    assert [(one.key, one.when.day) for one in found.assessments] == [
        ("hamd17:day -3", -3),
        ("phq9:day -3", -3),
        ("hamd17:day 12", 12),
    ]
    assert {key: scale.value for key, scale in found.assessments[1].scored.scales.items()} == {
        "total": 9,
        "phq8": 8,
    }


@pytest.mark.parametrize(
    ("row", "column"),
    [("7,qids,1,5,", "scale"), ("7,,1,5,", "scale"), ("7,ham,999999,5,", "day"), ("7,ham,1.5,5,", "day")],
)
def test_a_scale_or_day_that_means_nothing_is_refused(row: str, column: str) -> None:
    found = refused(table(row, header="id,scale,day,score,part"), spec(LONG))
    assert [(line, where) for line, where, _ in found] == [(2, column)]


def test_a_baseline_that_is_repeated_in_each_row_counts_once() -> None:
    by = spec(
        LONG.replace('day = "day"', 'day = "day"\npoints = [{ name = "baseline", day = 0 }]')
        + '\n[[assessments]]\ninstrument = "hamd17"\ntime_point = "baseline"\nonce = true\n'
        + 'totals = { total = "base" }\n'
    )
    header = "id,scale,day,score,part,base"
    found = plan(table("7,ham,3,20,,25", "7,ham,9,15,,25", header=header), by)
    assert [one.key for one in found.assessments] == ["hamd17:day 3", "hamd17:baseline", "hamd17:day 9"]
    differs = refused(table("7,ham,3,20,,25", "7,ham,9,15,,26", header=header), by)
    assert differs == [(3, "base", "differs from line 2 of the same patient")]


def test_a_known_error_of_the_source_is_unanswered_and_told_and_only_that_one() -> None:
    known = {"patient": "P1", "time_point": "baseline", "column": "phq_3", "value": "7", "reason": "a slip"}
    by = spec(known_errors=[known])
    found = plan(with_cell("phq_3", "7"), by)
    assert found.assessments[1].answers["3"] is None
    assert [(note.line, note.column, note.text) for note in found.unanswered] == [(2, "phq_3", "a slip")]
    for data in (with_cell("phq_3", "7", line=3), with_cell("phq_3", "8"), with_cell("phq_4", "7")):
        assert refused(data, by) != []

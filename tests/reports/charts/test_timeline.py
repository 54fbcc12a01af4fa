"""The time line against the rules for charts: what is drawn, what breaks, what is said to a screen reader."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reports.charts import (
    Band,
    DoseMark,
    FlagMark,
    LastDoseMark,
    MedicationBar,
    SessionLane,
    SessionTick,
    Source,
    Timeline,
    timeline,
)
from reports.charts.bands import band_edges
from reports.charts.panels import runs, value_domain
from reports.charts.timeline import day_domain
from tests.reports.charts.drawing import BANDS, SVG, course, mark, names, panel, point, texts, tree

STYLESHEET = Path(__file__).parents[3] / "config" / "static" / "throughline.css"


@pytest.fixture
def whole() -> Timeline:
    """Both arms of a treatment, scores of every source, a missing score, a flag."""
    scores = panel(
        point(-7, 24, band="severe"),
        point(7, 12, Source.SELF, band="mild"),
        point(14, None, Source.SELF, note="3 answers missing"),
        point(28, 0, Source.ENTERED, band="none"),
        point(56, 15, band="moderate"),
        bands=BANDS,
        flags=(FlagMark(56, "relapse suspected", "HAM-D 15 after remission since day 28."),),
    )
    return course(
        medication=(
            MedicationBar("sertraline", -40, -14, "100 mg/day"),
            MedicationBar("sertraline", -14, 0, washout=True),
            MedicationBar("melatonin", 30, None, "2 mg/night"),
        ),
        doses=(DoseMark(0, "25 mg", "psilocybin", 2), DoseMark(21, "30 mg", "psilocybin")),
        sessions=(SessionLane("integration", (SessionTick(1, "integration, 60 min"),)),),
        panels=(scores,),
    )


def test_every_mark_says_itself_in_words(whole: Timeline) -> None:
    assert names(timeline(whole)) == [
        "sertraline 100 mg/day, day −40 to day −14",
        "sertraline washout, day −14 to day 0",
        "melatonin 2 mg/night, day 30 ongoing",
        "Day 0: psilocybin 25 mg",
        "Day 21: psilocybin 30 mg",
        "Day 1: integration, 60 min",
        "Day 56: relapse suspected. HAM-D 15 after remission since day 28.",
        "Day −7: HAM-D 24, severe, rated by a clinician",
        "Day 7: HAM-D 12, mild, answered by the patient",
        "Day 14: HAM-D no score, answered by the patient, 3 answers missing",
        "Day 28: HAM-D 0, none, entered for the patient",
        "Day 56: HAM-D 15, moderate, rated by a clinician",
    ]


def test_the_zero_is_stated_on_the_picture_and_in_the_description(whole: Timeline) -> None:
    figure = timeline(whole)
    assert "days, counted from the first dose (day 0)" in texts(figure)
    assert figure.description.endswith("Day 0 is the first dose.")


def test_a_missing_score_breaks_the_line() -> None:
    points = [point(0, 20), point(7, 18), point(14, None), point(21, 3), point(28, 0)]
    assert [[p.day for p in run] for run in runs(points)] == [[0, 7], [21, 28]]


def test_a_score_of_zero_is_a_score() -> None:
    figure = timeline(course(panels=(panel(point(0, 5), point(7, 0), point(14, 4)),)))
    assert "0" in [row[1] for row in figure.tables[0].rows]
    assert len([path for path in tree(figure).iter(f"{SVG}path") if path.attrib.get("fill") == "none"]) == 1


def test_the_dot_shows_the_source(whole: Timeline) -> None:
    figure = timeline(whole)
    fills = {
        name: [child.attrib["fill"].split(",")[0] for child in mark(figure, name)]
        for name in ("Day −7", "Day 7", "Day 28")
    }
    assert fills["Day −7"] == ["var(--chart-ink"]
    assert fills["Day 7"] == ["var(--chart-paper"]
    assert fills["Day 28"] == ["var(--chart-paper", "var(--chart-ink"]


def test_dose_lines_run_through_every_panel(whole: Timeline) -> None:
    three = replace(whole, panels=whole.panels * 3)
    dashed = [line for line in tree(timeline(three)).iter(f"{SVG}line") if "stroke-dasharray" in line.attrib]
    assert len(dashed) == 2 * (1 + 3)


def test_bands_go_from_light_to_dark_and_are_named_at_the_right_edge(whole: Timeline) -> None:
    figure = timeline(whole)
    shades = re.findall(r'fill="var\(--band-(\d)', figure.svg)
    assert shades == sorted(shades)
    assert len(set(shades)) == len(BANDS)
    assert {band.label for band in BANDS} <= set(texts(figure))


def test_a_scale_without_bands_gets_none() -> None:
    assert "--band-" not in timeline(course(panels=(panel(point(0, 5)),))).svg


def test_bands_meet_half_way_and_end_at_the_axis() -> None:
    assert band_edges((Band("a", 0, 4), Band("b", 5, 9)), 0, 8) == [(0, 4.5), (4.5, 8)]
    reversed_scale = (Band("well", 60, 100), Band("ill", 0, 59))
    assert band_edges(reversed_scale, 0, 100) == [(59.5, 100), (0, 59.5)]


def test_the_axis_holds_all_scores_within_the_scale() -> None:
    assert value_domain(panel(point(0, 50), bands=BANDS)) == (0, 52)
    low, high = value_domain(panel(point(0, 10), bands=BANDS))
    assert low == 0
    assert 19 < high < 52
    assert value_domain(panel()) == (0, 52)


def test_acute_windows_are_hatched_in_each_panel_only_for_doses_that_have_one(whole: Timeline) -> None:
    hatched = [
        box for box in tree(timeline(whole)).iter(f"{SVG}rect") if "hatch" in box.attrib.get("fill", "")
    ]
    assert len([box for box in hatched if "stroke" not in box.attrib]) == 1


def test_a_window_that_is_still_open_ends_with_the_plot() -> None:
    """Beyond it stand the names of the bands."""
    today = course(doses=(DoseMark(59, "25 mg", "psilocybin", 90),), panels=(panel(point(28, 12)),))
    (hatched,) = [
        box
        for box in tree(timeline(today)).iter(f"{SVG}rect")
        if "hatch" in box.attrib.get("fill", "") and "stroke" not in box.attrib
    ]
    axis = max(float(rule.attrib["x2"]) for rule in tree(timeline(today)).iter(f"{SVG}line"))
    assert float(hatched.attrib["x"]) + float(hatched.attrib["width"]) <= axis


def test_a_bar_too_short_for_its_dose_keeps_it_in_its_name_and_the_table() -> None:
    figure = timeline(course(medication=(MedicationBar("sertraline", 3, 4, "25 mg/day"),)))
    assert not any("mg" in text for text in texts(figure))
    assert names(figure) == ["sertraline 25 mg/day, day 3 to day 4"]
    assert figure.tables[-1].rows == (("3", "4", "sertraline 25 mg/day"),)


def test_the_last_dose_stands_on_its_own_lane_alone() -> None:
    """Also where the name of one medication stands within that of another, which is still taken."""
    bars = (MedicationBar("amfetamine", 0, 30), MedicationBar("lisdexamfetamine", 0, None))
    figure = timeline(course(medication=bars, last_dose=LastDoseMark(30, ("amfetamine",))))
    said = [name for name in names(figure) if name.startswith("Last dose")]
    assert said == ["Last dose of amfetamine, day 30"]


def test_medication_of_years_does_not_squeeze_the_treatment() -> None:
    long = course(
        medication=(
            MedicationBar("venlafaxine", -900, None, "75 mg"),
            MedicationBar("old", -999, -800, "1 mg"),
        )
    )
    figure = timeline(long)
    assert day_domain(long)[0] > -60
    assert names(figure) == ["venlafaxine 75 mg, day −900 ongoing"]
    assert ("−999", "−800", "old 1 mg") in figure.tables[-1].rows


def test_tables_hold_every_score_latest_first_with_its_flag(whole: Timeline) -> None:
    scores, treatment = timeline(whole).tables
    assert scores.rows[0] == ("56", "15", "moderate", "rated by a clinician", "relapse suspected")
    assert scores.rows[2] == ("14", "no score", "", "answered by the patient", "3 answers missing")
    assert len(treatment.rows) == 6


def test_the_key_explains_only_what_is_drawn() -> None:
    words = texts(timeline(course(panels=(panel(point(0, 5, Source.SELF)),))))
    assert "answered by the patient" in words
    assert not {"rated by a clinician", "flag", "dose", "no score", "acute window"} & set(words)


def test_the_phone_gets_a_narrower_picture_with_the_same_marks(whole: Timeline) -> None:
    wide, narrow = timeline(whole), timeline(whole, narrow=True, key="narrow")
    assert names(wide) == names(narrow)
    assert float(tree(narrow).attrib["width"]) < float(tree(wide).attrib["width"])


def test_an_episode_without_anything_is_still_a_picture() -> None:
    figure = timeline(Timeline("Course", "the start of treatment", 0))
    assert names(figure) == []
    assert figure.description == "Day 0 is the start of treatment."


def test_words_from_outside_stay_words() -> None:
    nasty = '"><script>alert(1)</script>'
    figure = timeline(
        course(
            medication=(MedicationBar(nasty, 0, 50, nasty),),
            panels=(panel(point(0, 5, note=nasty), flags=(FlagMark(0, nasty, nasty),)),),
        )
    )
    assert not list(tree(figure).iter(f"{SVG}script"))
    assert "<script" not in figure.svg
    assert nasty in texts(figure)


def test_a_picture_obeys_a_strict_policy_and_shares_its_page(whole: Timeline) -> None:
    one, two = timeline(whole, key="one"), timeline(whole, key="two")
    assert " style=" not in one.svg
    assert not set(re.findall(r' id="([^"]+)"', one.svg)) & set(re.findall(r' id="([^"]+)"', two.svg))
    assert set(re.findall(r"url\(#([^)]+)\)", one.svg)) <= set(re.findall(r' id="([^"]+)"', one.svg))


def test_every_colour_is_a_token_of_the_page_in_light_dark_dim_room_and_print(whole: Timeline) -> None:
    used = set(re.findall(r'(?:fill|stroke)="([^"]+)"', timeline(whole).svg))
    assert all(colour.startswith(("var(--", "url(#")) or colour == "none" for colour in used)
    themes = STYLESHEET.read_text().count
    for token in {colour.split(",")[0][4:] for colour in used if colour.startswith("var(")}:
        assert themes(f"{token}: #") == 4, token


def test_the_same_course_is_drawn_the_same(whole: Timeline) -> None:
    assert timeline(whole) == timeline(whole)


def test_time_runs_from_left_to_right_and_words_as_their_letters_do(whole: Timeline) -> None:
    """On a page that is written from right to left, too: the picture says its direction itself."""
    drawn = tree(timeline(replace(whole, zero="الجرعة الأولى")))
    assert drawn.attrib["direction"] == "ltr"
    found = {text.text: text.attrib.get("unicode-bidi") for text in drawn.iter(f"{SVG}text")}
    assert found["days, counted from الجرعة الأولى (day 0)"] == "plaintext"
    assert found["HAM-D"] is None

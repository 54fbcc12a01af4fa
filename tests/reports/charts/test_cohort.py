"""Cohort courses, predictors and sparklines against the rules for charts."""

import re
from dataclasses import replace

import pytest

from reports.charts import (
    CohortArm,
    CohortCourse,
    FitPoint,
    MeanPoint,
    Predictor,
    PredictorPoint,
    cohort_course,
    predictor,
    sparkline,
)
from tests.reports.charts.drawing import BANDS, SVG, names, point, texts, tree

PEOPLE = (((0.0, 24.0), (7.0, 12.0), (28.0, 9.0)), ((0.0, 20.0), (7.0, None), (28.0, 0.0)))


@pytest.fixture
def trial() -> CohortCourse:
    """Two arms at three times; one mean is withheld because too few people stand behind it."""
    drug = (MeanPoint(0, 22, 20, 24, 12), MeanPoint(7, 12.04, 9, 15.12, 11), MeanPoint(28, 4.5, 3, 6, 12))
    control = (
        MeanPoint(0, 21, 19, 23, 10),
        MeanPoint(7, None, None, None, None),
        MeanPoint(28, 18, 15, 21, 9),
    )
    return CohortCourse(
        title="Course by arm",
        scale="HAM-D",
        zero="the first dose",
        interval="95 % confidence interval",
        minimum=0,
        maximum=52,
        arms=(CohortArm("psilocybin", drug, PEOPLE), CohortArm("control", control)),
    )


def test_each_mean_says_its_interval_and_how_many_people(trial: CohortCourse) -> None:
    said = names(cohort_course(trial))
    assert said[1] == "Day 7, psilocybin: mean 12 (95 % confidence interval 9 to 15.1), n 11"
    assert len(said) == 5


def test_a_withheld_mean_is_not_drawn_and_not_in_the_table(trial: CohortCourse) -> None:
    figure = cohort_course(trial)
    assert not any("Day 7, control" in name for name in names(figure))
    assert ("control", "7", "withheld", "", "withheld") in figure.tables[0].rows


def test_the_numbers_of_people_stand_under_the_axis_at_each_time(trial: CohortCourse) -> None:
    words = texts(cohort_course(trial))
    assert words[words.index("people") :][2:5] == ["12", "11", "12"]
    assert "–" in words


def test_people_are_thin_lines_behind_the_means_and_break_where_a_score_is_missing(
    trial: CohortCourse,
) -> None:
    paths = [
        path for path in tree(cohort_course(trial)).iter(f"{SVG}path") if path.attrib.get("fill") == "none"
    ]
    thin = [path for path in paths if float(path.attrib["stroke-width"]) < 1]
    assert paths[: len(thin)] == thin
    assert len(thin) == 1


def test_arms_differ_by_shape_and_dash_as_well_as_colour(trial: CohortCourse) -> None:
    svg = cohort_course(trial).svg
    assert "stroke-dasharray" not in cohort_course(replace(trial, arms=trial.arms[:1])).svg
    assert {"var(--chart-accent, #0f6b6b)", "var(--chart-second, #a8641a)"} <= set(
        re.findall(r'fill="([^"]+)"', svg)
    )


def test_arms_are_named_at_their_ends_unless_bands_stand_there(trial: CohortCourse) -> None:
    assert texts(cohort_course(trial)).count("psilocybin") == 2
    assert texts(cohort_course(replace(trial, bands=BANDS))).count("psilocybin") == 1


def test_a_cohort_without_means_is_still_a_picture(trial: CohortCourse) -> None:
    assert names(cohort_course(replace(trial, arms=()))) == []
    assert names(cohort_course(replace(trial, arms=(CohortArm("psilocybin", ()),)))) == []


STUDY = Predictor(
    title="MEQ30 and change",
    x_label="MEQ30 total",
    y_label="HAM-D change",
    finding="One point more goes with 2 points less.",
    points=(PredictorPoint(0.2, -3, "a"), PredictorPoint(0.9, -15.5, "b")),
    fit=(FitPoint(0.2, -4, -6, -2), FitPoint(0.9, -14, -17, -11)),
)


def test_the_predictor_shows_points_line_n_and_the_coefficient_in_words() -> None:
    figure = predictor(STUDY)
    assert "n = 2. One point more goes with 2 points less." in texts(figure)
    assert names(figure) == [
        "Fitted line with its band. One point more goes with 2 points less.",
        "a: MEQ30 total 0.2, HAM-D change −3",
        "b: MEQ30 total 0.9, HAM-D change −15.5",
    ]
    assert figure.tables[1].rows[0] == ("0.2", "−4", "−6", "−2")


def test_a_refused_analysis_has_no_line_and_says_why() -> None:
    figure = predictor(replace(STUDY, fit=(), finding="Refused: 2 people, 20 needed."))
    assert "n = 2. Refused: 2 people, 20 needed." in texts(figure)
    assert not any("Fitted" in name for name in names(figure))
    assert [table.caption for table in figure.tables] == ["People"]


def test_a_predictor_without_people_is_still_a_picture() -> None:
    assert names(predictor(replace(STUDY, points=(), fit=()))) == []


def test_a_sparkline_says_its_scores_and_breaks_where_one_is_missing() -> None:
    points = [point(14, 0), point(0, 20), point(7, 9), point(21, None), point(28, 5)]
    figure = sparkline("HAM-D", points, minimum=0, maximum=52, key="s")
    assert names(figure) == ["HAM-D: 20, 9, 0, 5"]
    assert len(list(tree(figure).iter(f"{SVG}path"))) == 1
    assert figure.tables[0].rows[3] == ("21", "no score")


@pytest.mark.parametrize("points", [[], [point(0, None)], [point(0, 3)]])
def test_a_sparkline_of_little_is_still_a_picture(points: list) -> None:
    figure = sparkline("HAM-D", points, minimum=0, maximum=52, key="s")
    assert len(list(tree(figure).iter(f"{SVG}circle"))) == len([p for p in points if p.value is not None])

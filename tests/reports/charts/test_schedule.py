"""A planned treatment as a picture: what is drawn, where, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.charts import (
    AskLane,
    AskMark,
    DoseMark,
    PhaseBar,
    Schedule,
    SessionLane,
    SessionTick,
    Source,
    Timeline,
    schedule,
)
from reports.charts.schedule import BentView, day_domain
from tests.reports.charts.drawing import SVG, mark, names, texts, tree


@pytest.fixture
def plan() -> Schedule:
    """Two doses, one session, a rating and a self-report, then a year of follow-up."""
    return Schedule(
        title="Schedule of a <treatment>",
        zero="the start of treatment",
        phases=(PhaseBar("Treatment", 0, 55), PhaseBar("Follow-up", 56, 420)),
        course=Timeline(
            title="A treatment",
            zero="the start of treatment",
            until=420,
            doses=(DoseMark(21, "25 mg", "psilocybin"), DoseMark(42, "", "placebo")),
            sessions=(SessionLane("preparation", (SessionTick(7, "Preparation"),)),),
        ),
        asked=(
            AskLane(
                "HAM-D",
                Source.CLINICIAN,
                (AskMark(0, -14, 7, "baseline"), AskMark(420, 400, 440, "month 12")),
            ),
            AskLane("PHQ-9", Source.SELF, (AskMark(28, 26, 32, "week 4"),)),
        ),
        bend=56,
    )


def test_every_mark_says_itself_in_words(plan: Schedule) -> None:
    assert names(schedule(plan)) == [
        "Treatment, day 0 to day 55",
        "Follow-up, day 56 to day 420",
        "Day 21: psilocybin 25 mg",
        "Day 42: placebo",
        "Day 7: Preparation",
        "HAM-D, baseline: day 0, from day −14 to day 7",
        "HAM-D, month 12: day 420, from day 400 to day 440",
        "PHQ-9, week 4: day 28, from day 26 to day 32",
    ]


def test_a_rating_is_a_filled_dot_and_a_self_report_an_open_one(plan: Schedule) -> None:
    def fill(name: str) -> str:
        return mark(schedule(plan), name).find(f"{SVG}circle").attrib["fill"]

    assert "ink" in fill("HAM-D, baseline")
    assert "paper" in fill("PHQ-9, week 4")


def test_follow_up_has_a_scale_of_its_own_and_the_picture_says_so(plan: Schedule) -> None:
    assert "another scale from here" in texts(schedule(plan))
    assert "another scale from here" not in texts(schedule(replace(plan, bend=None)))


def test_days_stay_in_order_across_the_bend() -> None:
    view = BentView(800, 100, (-15, 441), (0, 1), bend=56)
    places = [view.x(day) for day in range(-15, 442)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, 800)
    treatment, follow_up = view.parts()
    assert treatment.width / 71 > follow_up.width / 385


def test_one_scale_is_the_plain_one() -> None:
    view = BentView(800, 100, (0, 100), (0, 1))
    assert [view.x(day) for day in (0, 25, 100)] == [0, 200, 800]


def test_the_axis_holds_every_window(plan: Schedule) -> None:
    assert day_domain(plan) == (-15, 441)


def test_the_numbers_stand_in_tables_by_day(plan: Schedule) -> None:
    asked, treatment = schedule(plan).tables
    assert asked.rows == (
        ("0", "baseline", "HAM-D", "rated by a clinician", "−14 to 7"),
        ("28", "week 4", "PHQ-9", "answered by the patient", "26 to 32"),
        ("420", "month 12", "HAM-D", "rated by a clinician", "400 to 440"),
    )
    assert [row[0] for row in treatment.rows] == ["7", "21", "42"]


def test_words_are_escaped_and_ids_begin_with_the_key(plan: Schedule) -> None:
    figure = schedule(plan, key="planned", narrow=True)
    assert tree(figure).find(f"{SVG}title").text == "Schedule of a <treatment>"
    assert all(one.attrib["id"].startswith("planned-") for one in tree(figure).iter() if "id" in one.attrib)


def test_the_description_counts_what_is_asked(plan: Schedule) -> None:
    said = schedule(plan).description
    assert "Phases: Treatment, day 0 to 55; Follow-up, day 56 to 420." in said
    assert "HAM-D 2 times; PHQ-9 1 time." in said
    assert said.endswith("Day 0 is the start of treatment.")

"""Planned steps beside taken ones, by tables written from the rules, and properties of both."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.rules.tapers import PlannedStep, Step, equal_steps, spread_days, step_states

START = date(2024, 3, 1)
WRITTEN = START + timedelta(days=10)


def on(day: int) -> date:
    return START + timedelta(days=day)


def planned(*rows: tuple[int, str]) -> list[PlannedStep]:
    return [PlannedStep(on(day), Decimal(amount), WRITTEN) for day, amount in rows]


def taken(*rows: tuple[int, str]) -> list[Step]:
    return [Step(START, Decimal(100)), *(Step(on(day), Decimal(amount)) for day, amount in rows)]


def outcomes(plan: list[PlannedStep], actual: list[Step], today: int) -> list[tuple[str, int]]:
    return [(state.outcome, state.days) for state in step_states(plan, actual, on(today))]


PLAN = planned((14, "75"), (21, "50"), (28, "0"))


@pytest.mark.parametrize(
    ("actual", "today", "expected"),
    [
        ([], 12, [("to come", 0), ("to come", 0), ("to come", 0)]),
        ([], 14, [("due today", 0), ("to come", 0), ("to come", 0)]),
        ([], 17, [("overdue", 3), ("to come", 0), ("to come", 0)]),
        ([(14, "75"), (21, "50"), (28, "0")], 30, [("done", 0), ("done", 0), ("done", 0)]),
        ([(17, "75"), (20, "50")], 22, [("done", 3), ("done", -1), ("to come", 0)]),
        ([(14, "60")], 15, [("other amount", 0), ("to come", 0), ("to come", 0)]),
        ([(21, "50")], 22, [("skipped", 0), ("done", 0), ("to come", 0)]),
        ([(15, "0")], 16, [("skipped", 0), ("skipped", 0), ("done", -13)]),
        ([(14, "75"), (22, "90")], 23, [("done", 0), ("other amount", 1), ("to come", 0)]),
    ],
)
def test_what_became_of_a_plan(actual: list, today: int, expected: list) -> None:
    assert outcomes(PLAN, taken(*actual), today) == expected


def test_a_day_early_or_late_is_on_time() -> None:
    states = step_states(
        planned((14, "75"), (21, "50"), (28, "25")), taken((13, "75"), (22, "50"), (30, "25")), on(30)
    )
    assert [state.on_time for state in states] == [True, True, False]
    assert [state.days_early for state in states] == [1, 0, 0]


def test_what_was_taken_before_the_plan_was_written_fulfils_nothing() -> None:
    assert outcomes(planned((14, "50")), [Step(START, Decimal(50)), Step(on(5), Decimal(100))], 12) == [
        ("to come", 0)
    ]
    assert outcomes(planned((14, "50")), taken((4, "50"), (6, "100")), 12) == [("to come", 0)]


def test_the_start_of_a_medication_is_no_step_of_its_plan() -> None:
    row = PlannedStep(START, Decimal(100), START)
    assert step_states([row], [Step(START, Decimal(100))], START)[0].outcome == "due today"


amounts = st.lists(st.integers(0, 99), min_size=1, max_size=6, unique=True)


@given(amounts, st.integers(0, 20), st.randoms())
def test_a_plan_that_is_followed_late_is_late_by_as_many_days(
    falling: list[int], late: int, random: object
) -> None:
    rows = [(14 + 7 * number, str(amount)) for number, amount in enumerate(sorted(falling, reverse=True))]
    plan, actual = planned(*rows), taken(*((day + late, amount) for day, amount in rows))
    states = step_states(plan, actual, on(200))
    assert {(state.outcome, state.days) for state in states} == {("done", late)}
    random.shuffle(plan)
    random.shuffle(actual)
    assert step_states(plan, actual, on(200)) == states


@given(
    amounts,
    st.lists(st.tuples(st.integers(11, 80), st.integers(0, 120)), max_size=8, unique_by=lambda row: row[0]),
)
def test_each_step_that_was_taken_stands_for_one_that_was_planned(falling: list[int], actual: list) -> None:
    rows = [(14 + 7 * number, str(amount)) for number, amount in enumerate(sorted(falling, reverse=True))]
    states = step_states(planned(*rows), taken(*((day, str(amount)) for day, amount in actual)), on(40))
    used = [state.actual for state in states if state.actual]
    assert len(states) == len(rows)
    assert len(set(used)) == len(used)
    assert all((state.actual is not None) == (state.outcome in ("done", "other amount")) for state in states)


def test_equal_steps_are_arithmetic() -> None:
    days = [on(0), on(7), on(14)]
    assert [step.amount for step in equal_steps(Decimal(100), days)] == [
        Decimal("66.667"),
        Decimal("33.333"),
        0,
    ]
    assert [step.day for step in equal_steps(Decimal(100), days)] == days


def test_equal_steps_in_what_tablets_make_up() -> None:
    """12.5, 25, … 87.5 mg: the nearest of them, each lower than the one before, enough left for the rest."""
    halves = [Decimal("12.5") * number for number in range(1, 9)]
    days = [on(7 * number) for number in range(8)]
    assert [step.amount for step in equal_steps(Decimal(100), days[:3], halves)] == [
        Decimal("62.5"),
        Decimal("37.5"),
        0,
    ]
    assert [step.amount for step in equal_steps(Decimal(100), days, halves)] == [*halves[-2::-1], 0]
    few = equal_steps(Decimal(25), days[:4], halves)  # there is but one amount below 25 mg
    assert [step.amount for step in few] == [Decimal("18.75"), Decimal("12.5"), Decimal("6.25"), 0]
    assert [step.amount for step in equal_steps(Decimal(100), days[:1], halves)] == [0]


@pytest.mark.parametrize(("start", "days"), [(Decimal(0), [START]), (Decimal(1), [])])
def test_equal_steps_need_a_dose_and_a_day(start: Decimal, days: list[date]) -> None:
    with pytest.raises(ValueError, match="need a dose"):
        equal_steps(start, days)


@given(st.integers(1, 40), st.integers(0, 400))
def test_days_are_spread_from_the_first_to_the_last(count: int, span: int) -> None:
    if span < count - 1:
        with pytest.raises(ValueError, match="not"):
            spread_days(START, on(span), count)
        return
    days = spread_days(START, on(span), count)
    assert len(set(days)) == count
    assert days[-1] == on(span)
    assert count == 1 or days[0] == START
    gaps = {(later - early).days for early, later in zip(days, days[1:], strict=False)}
    assert not gaps or max(gaps) - min(gaps) <= 1

"""Integration: the plan of the protocol after each dose, and what became of it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.rules import protocol
from tracking.rules.integration import Meeting, integration_of, planned_delays

DOSED = date(2026, 3, 27)  # two days before the clocks change in Europe


def after(days: int, *, held: bool = True) -> Meeting:
    return Meeting(DOSED + timedelta(days=days), held)


@pytest.mark.parametrize("arm", ["mdma", "placebo"])
def test_mdma_plans_three_a_week_apart_after_each_of_three_doses(arm):
    """Mitchell 2021: three integrative sessions after each experimental session, one week apart."""
    assert planned_delays(protocol.get("mdma-ptsd"), arm) == ((7, 14, 21),) * 3


def test_every_integration_session_of_every_protocol_has_its_dose():
    for one in protocol.all_protocols():
        for arm in (each.key for each in one.arms):
            talks = sum(row.count for row in one.sessions if row.kind == "integration" and arm in row.arms)
            delays = planned_delays(one, arm)
            assert sum(map(len, delays)) == talks, one.key
            assert all(list(each) == sorted(each) and min(each, default=0) >= 0 for each in delays)


def test_nothing_happened_yet():
    found = integration_of(DOSED, (7, 14, 21), [], is_latest=True)
    assert (found.planned, found.held, found.missed, found.first_after) == (3, 0, 0, None)
    assert found.next_due == date(2026, 4, 3)


def test_a_missed_one_uses_up_its_place_and_is_not_held():
    found = integration_of(DOSED, (7, 14, 21), [after(7, held=False), after(15)], is_latest=True)
    assert (found.held, found.missed, found.first_after) == (1, 1, 15)
    assert found.next_due == date(2026, 4, 17)


def test_more_than_planned_are_all_held_and_none_is_due():
    found = integration_of(DOSED, (1,), [after(1), after(8)], is_latest=True)
    assert (found.planned, found.held, found.next_due) == (1, 2, None)


def test_without_a_plan_nothing_is_due_and_the_plan_is_not_zero():
    found = integration_of(DOSED, None, [after(3)], is_latest=True)
    assert (found.planned, found.held, found.first_after, found.next_due) == (None, 1, 3, None)


def test_after_the_next_dose_nothing_is_due_of_the_one_before():
    assert integration_of(DOSED, (7, 14, 21), [], is_latest=False).next_due is None


def test_the_same_day_is_no_delay():
    assert integration_of(DOSED, (0,), [after(0)], is_latest=True).first_after == 0


@given(
    days=st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=8), plan=st.lists(st.integers(0, 90))
)
def test_every_meeting_is_held_or_missed_and_the_order_does_not_matter(days, plan):
    plan = sorted(plan)
    meetings = [after(day, held=held) for day, held in days]
    found = integration_of(DOSED, plan, meetings, is_latest=True)
    assert found.held + found.missed == len(meetings)
    assert (found.first_after is None) == (found.held == 0)
    assert (found.next_due is None) == (len(meetings) >= len(plan))
    assert found == integration_of(DOSED, plan, meetings[::-1], is_latest=True)

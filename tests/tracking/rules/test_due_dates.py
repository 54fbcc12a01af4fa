"""When a protocol asks: worked by hand on the calendar, and as properties over any course of events."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.rules import protocol as protocols
from tracking.rules.due_dates import DosingDay, Events, WantedRequest, wanted_requests

START = date(2024, 1, 15)
PSILOCYBIN = protocols.get("psilocybin-mdd")
FIRST, SECOND = DosingDay(11, date(2024, 2, 5)), DosingDay(12, date(2024, 2, 16))


def asked(
    events: Events, arm: str = "psilocybin", as_of: date = START
) -> dict[tuple[str, str], WantedRequest]:
    wanted = wanted_requests(PSILOCYBIN, arm, events, as_of)
    return {(row.time_point, row.instrument): row for row in wanted}


def test_before_the_first_dose_only_the_start_is_known() -> None:
    assert set(asked(Events(START))) == {
        ("baseline", "clinician_expectancy"),
        ("baseline", "hamd17"),
        ("baseline", "phq9"),
        ("preparation", "credibility_expectancy"),
        ("preparation", "wai_sr"),
        ("week 1", "hamd17"),
        ("week 4", "hamd17"),
    }


def test_a_window_is_calendar_days_around_the_due_day() -> None:
    alliance = asked(Events(START))["preparation", "wai_sr"]
    assert (alliance.opens_on, alliance.due_on, alliance.closes_on) == (
        date(2024, 1, 18),
        date(2024, 1, 25),
        date(2024, 1, 28),
    )


def test_what_follows_each_dose_carries_its_number_and_session() -> None:
    found = asked(Events(START, (FIRST, SECOND)))
    assert found["after dose 1", "meq30"].session == 11
    assert found["after dose 2", "meq30"].session == 12
    assert found["after dose 2", "meq30"].due_on == date(2024, 2, 17)


def test_the_last_dose_is_known_when_all_expected_were_given() -> None:
    assert ("week 4", "phq9") not in asked(Events(START, (FIRST,)))
    week_4 = asked(Events(START, (FIRST, SECOND)))["week 4", "phq9"]
    # 16 February + 28 days in a leap year
    assert (week_4.due_on, week_4.session) == (date(2024, 3, 15), 12)


def test_those_who_wait_are_rated_on_the_days_of_the_treated_however_late_their_doses() -> None:
    """Davis 2021: weeks 5 and 8 after the start in both groups."""
    found = asked(Events(START), arm="waiting")
    treated = asked(Events(START, (FIRST, SECOND)))
    for point, weeks in (("week 1", 5), ("week 4", 8)):
        assert found[point, "hamd17"].due_on == START + timedelta(weeks=weeks)
        assert found[point, "hamd17"] == treated[point, "hamd17"]
    assert not any(instrument in ("meq30", "wai_sr") for _, instrument in found)


def test_an_unknown_arm_is_asked_nothing() -> None:
    assert asked(Events(START), arm="elsewhere") == {}


def test_a_window_that_has_closed_is_not_asked_for_on_the_day_after() -> None:
    closes = asked(Events(START))["preparation", "wai_sr"].closes_on
    assert ("preparation", "wai_sr") in asked(Events(START), as_of=closes)
    assert ("preparation", "wai_sr") not in asked(Events(START), as_of=closes + timedelta(days=1))


def test_weeks_cross_the_change_of_the_clock_by_the_calendar() -> None:
    weekly = protocols.get("ssri-psychotherapy")
    wanted = wanted_requests(weekly, "combined", Events(date(2024, 3, 25)), date(2024, 3, 25))
    week_1 = next(row for row in wanted if (row.time_point, row.instrument) == ("week 1", "phq9"))
    assert week_1.due_on == date(2024, 4, 1)


days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
dosings = st.lists(st.integers(0, 400), max_size=4, unique=True).map(sorted)


@pytest.mark.parametrize("key", protocols.keys())
@settings(deadline=None)  # the first example reads the protocol files
@given(start=days, offsets=dosings, later=st.integers(0, 500))
def test_more_time_never_asks_for_more_and_more_doses_never_for_less(
    key: str, start: date, offsets: list[int], later: int
) -> None:
    known = protocols.get(key)
    given_doses = tuple(DosingDay(n, start + timedelta(days=day)) for n, day in enumerate(offsets))
    for arm in known.arm_keys:
        before = wanted_requests(known, arm, Events(start, given_doses[:-1]), start)
        after = wanted_requests(known, arm, Events(start, given_doses), start)
        much_later = wanted_requests(known, arm, Events(start, given_doses), start + timedelta(days=later))
        assert set(before) <= set(after)
        assert set(much_later) <= set(after)
        assert all(row.opens_on <= row.due_on <= row.closes_on for row in after)
        named = [(row.time_point, row.instrument, row.session) for row in after]
        assert len(set(named)) == len(named)

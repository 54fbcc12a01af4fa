"""Which scores a dose holds back: a table of cases, written from the rule in words, and properties over any course."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.rules.acute import AcuteWindow, DosingMoment, Taken

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def window(days: int, *doses: str, zone: ZoneInfo = BERLIN) -> AcuteWindow:
    moments = [at(text, zone) for text in doses]
    return AcuteWindow(days, "mdma-ptsd", tuple(DosingMoment(moment.date(), moment) for moment in moments))


def known(text: str, zone: ZoneInfo = BERLIN) -> Taken:
    """Taken at this very moment."""
    moment = at(text, zone)
    return Taken(moment.date(), moment, exact=True)


def written(on: str, recorded: str) -> Taken:
    """Speaks of a day, written down at that moment; when it was answered nobody knows."""
    return Taken(date.fromisoformat(on), at(recorded), exact=False)


ONE, TWO = ("2024-03-01T10:00",), ("2024-03-01T10:00", "2024-03-22T10:00")
CASES = {
    "the day before the dose": (2, ONE, known("2024-02-29T23:59"), None),
    "the morning of the dose": (2, ONE, known("2024-03-01T09:59"), None),
    "at the very moment of the dose": (2, ONE, known("2024-03-01T10:00"), (0, "window")),
    "the evening of the dose": (2, ONE, known("2024-03-01T20:00"), (0, "window")),
    "the last day of the window": (2, ONE, known("2024-03-03T23:59"), (2, "window")),
    "the day after the window": (2, ONE, known("2024-03-04T00:00"), None),
    "that day, written down before the dose": (2, ONE, written("2024-03-01", "2024-03-01T09:00"), None),
    "that day, written down in the evening": (
        2,
        ONE,
        written("2024-03-01", "2024-03-01T18:00"),
        (0, "day_of_a_dose"),
    ),
    "that day, written down a week later": (
        2,
        ONE,
        written("2024-03-01", "2024-03-08T09:00"),
        (0, "day_of_a_dose"),
    ),
    "the day after, written down a week later": (
        2,
        ONE,
        written("2024-03-02", "2024-03-08T09:00"),
        (1, "window"),
    ),
    "the morning of the second dose": (2, TWO, known("2024-03-22T08:00"), None),
    "the evening of the second dose": (2, TWO, known("2024-03-22T22:00"), (0, "window")),
    "the second dose, hour unknown": (
        2,
        TWO,
        written("2024-03-22", "2024-03-22T19:00"),
        (0, "day_of_a_dose"),
    ),
    "between the windows": (2, TWO, known("2024-03-10T12:00"), None),
    "before a second dose that follows the next day": (
        2,
        ("2024-03-01T10:00", "2024-03-02T10:00"),
        known("2024-03-02T08:00"),
        (1, "window"),
    ),
    "no window, the morning": (0, ONE, known("2024-03-01T08:00"), None),
    "no window, the evening of the first dose": (0, ONE, known("2024-03-01T20:00"), (0, "first_day")),
    "no window, the first day, hour unknown": (0, ONE, written("2024-03-01", "2024-03-01T20:00"), None),
    "no window, the day after": (0, ONE, known("2024-03-02T08:00"), None),
    "no window, the evening of the second dose": (0, TWO, known("2024-03-22T20:00"), None),
    "no dose": (2, (), known("2024-03-01T20:00"), None),
}


@pytest.mark.parametrize("case", CASES)
def test_a_case(case: str) -> None:
    days, doses, taken, expected = CASES[case]
    found = window(days, *doses).acute(taken)
    assert (found and (found.days_after, found.reason)) == expected


@pytest.mark.parametrize(
    ("zone", "dose", "last"),
    [
        (BERLIN, "2024-03-30T22:00", "2024-04-01T23:59"),  # the night of 31 March has 23 hours
        (BERLIN, "2024-10-26T22:00", "2024-10-28T23:59"),  # the night of 27 October has 25
        (NEW_YORK, "2024-03-09T22:00", "2024-03-11T23:59"),
        (NEW_YORK, "2024-11-02T22:00", "2024-11-04T23:59"),
    ],
)
def test_a_window_is_days_of_the_calendar_when_the_clock_changes(
    zone: ZoneInfo, dose: str, last: str
) -> None:
    held = window(2, dose, zone=zone)
    assert held.acute(known(last, zone))
    assert not held.acute(Taken(at(last, zone).date() + timedelta(days=1), at(last, zone), exact=True))


def test_moments_are_compared_across_time_zones() -> None:
    """10:00 in Berlin is 9:00 UTC: a form recorded by the server at 9:30 UTC follows the dose."""
    held = window(2, "2024-03-01T10:00")
    assert held.acute(Taken(date(2024, 3, 1), datetime(2024, 3, 1, 9, 30, tzinfo=UTC), exact=True))
    assert not held.acute(Taken(date(2024, 3, 1), datetime(2024, 3, 1, 8, 30, tzinfo=UTC), exact=True))


def test_the_reason_is_said_in_words() -> None:
    held = AcuteWindow(2, "psilocybin-mdd", window(2, *ONE).doses)
    said = held.acute(known("2024-03-02T12:00"))
    assert said
    assert said.words == (
        "answered 1 day after a dose: kept, not used for response or relapse; "
        "window 2 days, protocol psilocybin-mdd"
    )
    unknown = held.acute(written("2024-03-01", "2024-03-01T18:00"))
    assert unknown
    assert "the time is not known: kept, not used for baseline, response or relapse" in unknown.words
    first = AcuteWindow(0, "", held.doses).acute(known("2024-03-01T18:00"))
    assert first
    assert first.words.endswith("a baseline comes before the first dose")


days = st.integers(0, 40)
minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def windows(draw: st.DrawFn) -> AcuteWindow:
    given_on = sorted(draw(st.sets(days, max_size=4)))
    start = date(2024, 3, 10)
    moments = [
        datetime.combine(start + timedelta(days=day), time(), UTC) + timedelta(minutes=draw(minutes))
        for day in given_on
    ]
    doses = tuple(DosingMoment(moment.date(), moment) for moment in moments)
    return AcuteWindow(draw(st.integers(0, 5)), "lsd-anxiety", doses)


@st.composite
def takings(draw: st.DrawFn) -> Taken:
    moment = datetime(2024, 3, 8, tzinfo=UTC) + timedelta(days=draw(days), minutes=draw(minutes))
    return Taken(moment.date(), moment, exact=draw(st.booleans()))


@given(held=windows(), taken=takings())
def test_what_is_held_back_lies_within_the_window_of_a_dose_that_was_given_that_day_or_before(
    held: AcuteWindow, taken: Taken
) -> None:
    found = held.acute(taken)
    distances = [(taken.on - dose.day).days for dose in held.doses]
    if found:
        assert found.days_after in distances
        assert 0 <= found.days_after <= held.days
    elif held.days:
        assert not any(0 < distance <= held.days for distance in distances)


@given(held=windows(), taken=takings())
def test_a_score_that_was_written_down_earlier_that_day_is_held_back_no_more(
    held: AcuteWindow, taken: Taken
) -> None:
    midnight = datetime.combine(taken.on, time(), UTC)
    if held.acute(taken) is None:
        assert held.acute(Taken(taken.on, midnight, taken.exact)) is None


@given(held=windows(), taken=takings())
def test_a_dose_that_is_taken_back_only_lets_go(held: AcuteWindow, taken: Taken) -> None:
    """Where there is a window; without one, the next dose becomes the first."""
    if held.days and held.doses and held.acute(taken) is None:
        fewer = AcuteWindow(held.days, held.protocol, held.doses[1:])
        assert fewer.acute(taken) is None

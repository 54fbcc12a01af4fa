"""Requests follow their events: named cases, and properties over any course of any treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.test_walks import events_in
from tests.tracking.walks import START, WALKS, Walk
from tracking.rules import protocol as protocols
from tracking.rules.due_dates import DosingDay, Events, SessionDay, WantedRequest, wanted_requests
from tracking.rules.reanchoring import Changes, KnownRequest, State, changes

PSILOCYBIN = protocols.get("psilocybin-mdd")
FIRST, SECOND = DosingDay(11, date(2024, 2, 5)), DosingDay(12, date(2024, 2, 26))
AGAIN = DosingDay(13, date(2024, 2, 8))


def wanted(*dosings: DosingDay) -> tuple[WantedRequest, ...]:
    return wanted_requests(PSILOCYBIN, "psilocybin", Events(START, dosings), date.min)


def stored(rows: Sequence[WantedRequest], state: State = "open", by_hand: bool = False) -> list[KnownRequest]:
    return [
        KnownRequest(
            pk=number,
            time_point=row.time_point,
            instrument=row.instrument,
            session=row.session,
            opens_on=row.opens_on,
            due_on=row.due_on,
            closes_on=row.closes_on,
            state=state,
            by_hand=by_hand,
            point=row.point,
        )
        for number, row in enumerate(rows)
    ]


def after(todo: Changes, known: Sequence[KnownRequest]) -> list[KnownRequest]:
    """What is stored once the changes are made, as the action makes them."""
    moved = {
        old.pk: replace(
            old,
            time_point=row.time_point,
            session=row.session,
            point=row.point,
            state="open",
            **(
                {}
                if old.by_hand
                else dict(zip(("opens_on", "due_on", "closes_on"), window(row), strict=True))
            ),
        )
        for old, row in todo.moved
    }
    lost = {old.pk: replace(old, state="lost") for old in todo.lost}
    new = [replace(row, pk=1000 + len(known) + row.pk) for row in stored(todo.missing)]
    return [moved.get(row.pk) or lost.get(row.pk) or row for row in known] + new


def window(row: WantedRequest | KnownRequest) -> tuple[date, date, date]:
    return row.opens_on, row.due_on, row.closes_on


def named(rows: Sequence[KnownRequest | WantedRequest]) -> set[tuple[str, str]]:
    return {(row.time_point, row.instrument) for row in rows}


def test_an_open_request_goes_where_its_dose_goes() -> None:
    before = stored(wanted(FIRST))
    todo = changes(wanted(replace(FIRST, day=FIRST.day + timedelta(days=3))), before, START)
    assert not todo.missing
    assert not todo.lost
    assert named([old for old, _ in todo.moved]) == {
        ("after dose 1", "meq30"),
        ("week 1 after dose 1", "phq9"),
    }
    assert all(row.due_on - old.due_on == timedelta(days=3) for old, row in todo.moved)


@pytest.mark.parametrize(("state", "by_hand"), [("closed", False), ("open", True)])
def test_an_answer_and_a_day_set_by_hand_stay(state: State, by_hand: bool) -> None:
    before = stored(wanted(FIRST), state, by_hand)
    todo = changes(wanted(replace(FIRST, day=FIRST.day + timedelta(days=3))), before, START)
    assert todo == Changes((), (), ())


def test_what_hung_on_a_dose_that_was_taken_back_is_lost_and_comes_back_with_it() -> None:
    known = stored(wanted(FIRST))
    todo = changes(wanted(), known, START)
    assert named(todo.lost) == {("after dose 1", "meq30"), ("week 1 after dose 1", "phq9")}
    known = after(todo, known)
    back = changes(wanted(AGAIN), known, START)
    assert not back.missing
    assert {row.session for _, row in back.moved} == {AGAIN.session}
    assert {old.pk for old, _ in back.moved} == {row.pk for row in todo.lost}


def test_what_was_lost_long_ago_is_not_opened_when_its_window_is_over() -> None:
    known = after(changes(wanted(), stored(wanted(FIRST)), START), stored(wanted(FIRST)))
    todo = changes(wanted(AGAIN), known, date(2025, 1, 1))
    assert not todo.moved
    assert not todo.missing


def test_the_second_dose_keeps_its_answer_when_it_becomes_the_first() -> None:
    answered = stored(wanted(FIRST, SECOND), "closed")
    todo = changes(wanted(SECOND), answered, START)
    assert not todo.missing


def test_what_somebody_asked_by_hand_under_the_same_name_is_not_asked_again() -> None:
    row = next(row for row in wanted(FIRST) if row.time_point == "after dose 1")
    by_hand = replace(stored([row])[0], session=None, point="", by_hand=True)
    todo = changes([row], [by_hand], START)
    assert todo == Changes((), (), ())


def test_what_nobody_s_protocol_asked_is_left_alone() -> None:
    """A request by hand names no time point, or one of its own."""
    row = replace(stored(wanted())[0], time_point="", point="")
    assert not changes((), [row], START).lost


walks = st.sampled_from(sorted(WALKS))
fates = st.lists(st.sampled_from(["open", "closed", "hand"]), min_size=1, max_size=7)


def windows(walk: Walk, events: Events) -> tuple[WantedRequest, ...]:
    return wanted_requests(protocols.get(walk.protocol), walk.arm, events, date.min)


def fated(rows: list[KnownRequest], fate: list[str]) -> list[KnownRequest]:
    """Some are answered, of some the days are set by hand."""
    return [
        replace(row, state="closed" if what == "closed" else "open", by_hand=what == "hand")
        for row, what in zip(rows, fate * len(rows), strict=False)
    ]


@settings(deadline=None)
@given(name=walks, fate=fates, which=st.integers(0, 40), shift=st.integers(-3, 20))
def test_moving_one_event_moves_what_hangs_on_it_and_nothing_that_is_settled(
    name: str, fate: list[str], which: int, shift: int
) -> None:
    walk = WALKS[name]
    events = events_in(walk)
    known = fated(stored(windows(walk, events)), fate)
    new = windows(walk, moved(events, which, shift))
    result = after(changes(new, known, date.min), known)
    settled = {row.pk: row for row in known if row.state == "closed" or row.by_hand}
    assert all(settled[row.pk] == row for row in result if row.pk in settled)
    assert changes(new, result, date.min) == Changes((), (), ())
    keys = [(row.point, row.time_point, row.instrument, row.session) for row in result if row.state != "lost"]
    assert len(set(keys)) == len(keys)


def moved(events: Events, which: int, shift: int) -> Events:
    """One dose or session on another day; the order of the others stays."""
    later = timedelta(days=shift)
    dosings: list[DosingDay] = list(events.dosings)
    sessions: list[SessionDay] = list(events.sessions)
    if which < len(dosings):
        dosings[which] = replace(dosings[which], day=dosings[which].day + later)
    elif which - len(dosings) < len(sessions):
        place = which - len(dosings)
        sessions[place] = replace(sessions[place], day=sessions[place].day + later)
    return replace(events, dosings=tuple(dosings), sessions=tuple(sessions))


@settings(deadline=None)
@given(name=walks, later=st.integers(0, 800))
def test_more_time_only_takes_away_what_has_closed(name: str, later: int) -> None:
    walk = WALKS[name]
    as_of = START + timedelta(days=later)
    rows = wanted_requests(protocols.get(walk.protocol), walk.arm, events_in(walk), as_of)
    assert set(rows) == {row for row in windows(walk, events_in(walk)) if row.closes_on >= as_of}


@settings(deadline=None)
@given(shift=st.integers(-10, 30))
def test_the_last_dose_of_a_medication_carries_its_follow_up_with_it(shift: int) -> None:
    walk, later = WALKS["cbt-anxiolytic-panic"], timedelta(days=shift)
    events = events_in(walk)
    assert events.last_dose
    shifted = windows(walk, replace(events, last_dose=events.last_dose + later))
    follow = {
        row.time_point: row.due_on for row in windows(walk, events) if "without the drug" in row.time_point
    }
    assert {row.time_point: row.due_on - later for row in shifted if row.time_point in follow} == follow
    assert len(follow) == 10

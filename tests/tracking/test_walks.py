"""Every treatment from first visit to last follow-up: what is asked, and on which day, against tables by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

import pytest

from tests.tracking.walks import START, WALKS, Walk, days
from tracking.rules import protocol as protocols
from tracking.rules.due_dates import Answered, DosingDay, Events, SessionDay, WantedRequest, wanted_requests

Row = TypeVar("Row")


def events_in(walk: Walk, shift: int = 0) -> Events:
    later = timedelta(days=shift)
    return Events(
        starts_on=START + later,
        dosings=tuple(DosingDay(n, day + later) for n, day in enumerate(days(walk.doses), 1)),
        sessions=tuple(
            SessionDay(first + n, day + later, kind)
            for first, kind, diary in ((100, "psychotherapy", walk.therapy), (200, "medication", walk.visits))
            for n, day in enumerate(days(diary), 1)
        ),
        tapers=tuple(day + later for day in days(walk.tapers)),
        last_dose=date.fromisoformat(walk.last_dose) + later if walk.last_dose else None,
        answered=tuple(Answered(point, key) for point, key in walk.answered),
    )


def wanted(walk: Walk, events: Events) -> tuple[WantedRequest, ...]:
    return wanted_requests(protocols.get(walk.protocol), walk.arm, events, date.min)


def table(rows: tuple[WantedRequest, ...], shift: int = 0) -> set[tuple[str, str, str]]:
    earlier = timedelta(days=shift)
    return {((row.due_on - earlier).isoformat(), row.time_point, row.instrument) for row in rows}


def test_there_is_a_walk_for_every_treatment() -> None:
    assert {walk.protocol for walk in WALKS.values()} == set(protocols.keys())


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_is_asked_what_was_written_out_by_hand(name: str) -> None:
    walk = WALKS[name]
    rows = wanted(walk, events_in(walk))
    assert table(rows) == walk.table()
    assert len(rows) == len(walk.table())


@pytest.mark.parametrize("name", WALKS)
def test_everything_moves_with_the_whole_course(name: str) -> None:
    walk = WALKS[name]
    assert table(wanted(walk, events_in(walk, shift=10)), shift=10) == walk.table()


@pytest.mark.parametrize("name", WALKS)
def test_the_order_of_recording_plays_no_part(name: str) -> None:
    walk = WALKS[name]
    events = events_in(walk)
    for turn in range(1, 4):
        mixed = Events(
            events.starts_on,
            turned(events.dosings, turn),
            turned(events.sessions, turn),
            turned(events.tapers, turn),
            events.last_dose,
            events.answered,
        )
        assert wanted(walk, mixed) == wanted(walk, events)


def turned(rows: tuple[Row, ...], turn: int) -> tuple[Row, ...]:
    """The rows backwards, begun at another place."""
    return tuple(reversed(rows[turn:] + rows[:turn]))


@pytest.mark.parametrize("name", WALKS)
def test_nobody_is_asked_the_same_twice_on_one_day(name: str) -> None:
    walk = WALKS[name]
    asked = [(row.due_on, row.instrument) for row in wanted(walk, events_in(walk))]
    assert len(set(asked)) == len(asked)


def test_before_anything_has_happened_only_the_start_is_asked_about() -> None:
    for walk in WALKS.values():
        known = protocols.get(walk.protocol)
        by_start = {point.name for point in known.time_points if point.anchor.kind == "start"}
        assert {row.time_point for row in wanted(walk, Events(START))} <= by_start


def test_a_rating_that_rests_on_a_baseline_is_not_asked_without_it() -> None:
    walk = WALKS["propranolol-reactivation"]
    events = events_in(walk)
    bare = Events(events.starts_on, events.dosings)
    missing = table(wanted(walk, events)) - table(wanted(walk, bare))
    assert {(point, key) for _, point, key in missing} == {("month 3", "caps5"), ("month 6", "caps5")}


def test_an_episode_under_the_older_version_is_asked_what_that_one_asks() -> None:
    old = protocols.find("ssri-psychotherapy", "1")
    assert old
    rows = wanted_requests(old, "combined", Events(START), date.min)
    assert {row.instrument for row in rows} == {"hamd17", "phq9", "wai_sr"}

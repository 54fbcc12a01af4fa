"""Which assessments a protocol asks for, and when: pure, from what has happened so far. No Django, no clock.

Windows are local calendar days of the patient; a day is never taken as 24 hours. The order in which events
were recorded plays no part: they are put in the order in which they happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from tracking.rules.protocol.anchors import NUMBER, WEEK
from tracking.rules.protocol.records import THERAPY, Anchor, Condition, Protocol, Repeat, TimePoint

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DosingDay:
    """A dosing session in which something was given: its id, and the day of its first dose."""

    session: int
    day: date


@dataclass(frozen=True, slots=True)
class SessionDay:
    """A session without a dose that took place: its id, its day and its kind."""

    session: int
    day: date
    kind: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One instrument that was answered at a named time point, and which of its outcomes were met."""

    time_point: str
    instrument: str
    met: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Events:
    """What a time point can hang on, in any order.

    ``tapers``: the days of the taper steps of the study medication. ``last_dose``: the last day on which it
    was taken, ``None`` while it is.
    """

    starts_on: date
    dosings: tuple[DosingDay, ...] = ()
    sessions: tuple[SessionDay, ...] = ()
    tapers: tuple[date, ...] = ()
    last_dose: date | None = None
    answered: tuple[Answered, ...] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """One event that time points hang on: its number among its kind, its day, and its session, if it is one."""

    number: int
    day: date
    session: int | None = None


@dataclass(frozen=True, slots=True)
class WantedRequest:
    """One assessment that should be asked for. ``session`` is the session it hangs on, if any; ``point`` is
    the time point without the number of its event, which changes when an earlier event is taken back."""

    time_point: str
    instrument: str
    rater: str
    opens_on: date
    due_on: date
    closes_on: date
    session: int | None
    point: str
    blinded: bool = False
    finish_late: bool = True


def wanted_requests(protocol: Protocol, arm: str, events: Events, as_of: date) -> tuple[WantedRequest, ...]:
    """Every assessment that the protocol asks for in an arm and that can still be answered on ``as_of``, by
    due day.

    A time point on an event that has not happened is not wanted yet. The last of several events is known once
    as many took place as the protocol plans; therapy has ended with the last of its planned sessions.
    """
    wanted = [
        request
        for point in protocol.time_points
        if arm in point.arms and _holds(point.condition, events)
        for request in _of_point(protocol, arm, point, events)
        if request.closes_on >= as_of
    ]
    return tuple(sorted(wanted, key=lambda request: (request.due_on, request.time_point, request.instrument)))


def watch_requests(protocol: Protocol, arm: str, events: Events) -> tuple[WantedRequest, ...]:
    """Everything that is asked because the study medication was stopped, closed windows too, by due day; nothing
    while it is taken."""
    wanted = [
        request
        for point in protocol.time_points
        if arm in point.arms and point.anchor.kind == "stop"
        for request in _of_point(protocol, arm, point, events)
    ]
    return tuple(sorted(wanted, key=lambda request: (request.due_on, request.time_point, request.instrument)))


def happened(protocol: Protocol, arm: str, anchor: Anchor, events: Events) -> tuple[Happened, ...]:
    """The events that an anchor means, as far as they have happened, in order."""
    found = tuple(_of_kind(protocol, arm, anchor, events))
    if anchor.which in (None, "any"):
        return found
    wanted = _planned(protocol, arm, anchor) if anchor.which == "last" else anchor.which
    return tuple(event for event in found if event.number == wanted)


def _of_kind(protocol: Protocol, arm: str, anchor: Anchor, events: Events) -> Iterator[Happened]:
    if anchor.kind == "start":
        yield Happened(1, events.starts_on)
    elif anchor.kind == "dose":
        yield from _numbered((row.day, row.session) for row in events.dosings)
    elif anchor.kind == "session":
        rows = (row for row in events.sessions if row.kind == anchor.session)
        yield from _numbered((row.day, row.session) for row in rows)
    elif anchor.kind == "taper":
        yield from (Happened(number, day) for number, day in enumerate(sorted(events.tapers), start=1))
    elif anchor.kind == "stop":
        yield from [Happened(1, events.last_dose)] if events.last_dose else []
    else:
        yield from _end_of_therapy(protocol, arm, events)


def _numbered(rows: Iterable[tuple[date, int]]) -> Iterator[Happened]:
    for number, (day, session) in enumerate(sorted(rows), start=1):
        yield Happened(number, day, session)


def _end_of_therapy(protocol: Protocol, arm: str, events: Events) -> Iterator[Happened]:
    """The psychotherapy or integration session that completes the planned number."""
    planned = sum(protocol.expected_sessions(arm, kind) for kind in THERAPY)
    rows = _numbered((row.day, row.session) for row in events.sessions if row.kind in THERAPY)
    yield from (Happened(1, row.day, row.session) for row in rows if row.number == planned)


def _planned(protocol: Protocol, arm: str, anchor: Anchor) -> int:
    if anchor.kind == "session" and anchor.session:
        return protocol.expected_sessions(arm, anchor.session)
    return protocol.dosing_sessions(arm)


def _of_point(protocol: Protocol, arm: str, point: TimePoint, events: Events) -> Iterator[WantedRequest]:
    for event in happened(protocol, arm, point.anchor, events):
        name = point.name.replace(NUMBER, str(event.number))
        for offset in _offsets(protocol, arm, point, event, events):
            due = event.day + timedelta(days=offset)
            for instrument in point.instruments:
                yield WantedRequest(
                    time_point=name.replace(WEEK, str(offset // 7)),
                    instrument=instrument,
                    rater=point.rater,
                    opens_on=due - timedelta(days=point.before),
                    due_on=due,
                    closes_on=due + timedelta(days=point.after),
                    session=event.session,
                    point=point.name.replace(WEEK, str(offset // 7)),
                    blinded=point.blinded,
                    finish_late=point.finish_late,
                )


def _offsets(
    protocol: Protocol, arm: str, point: TimePoint, event: Happened, events: Events
) -> Iterator[int]:
    """The days after its event on which a time point is due: one, or as many as it repeats."""
    if point.repeat is None:
        yield point.day
        return
    last = _last_offset(protocol, arm, point.repeat, event, events)
    for number in count() if last is not None else range(point.repeat.at_most):
        offset = point.day + number * point.repeat.every
        if number >= point.repeat.at_most or (last is not None and offset > last):
            return
        yield offset


def _last_offset(protocol: Protocol, arm: str, repeat: Repeat, event: Happened, events: Events) -> int | None:
    """How many days after its event a repeat may still be due; ``None`` while that is open. A named time point
    asks for itself, so that the repeat ends the day before."""
    if isinstance(repeat.until, int):
        return repeat.until
    if isinstance(repeat.until, str):
        ends = [day - DAY for day in _due_days(protocol, arm, repeat.until, events)]
    else:
        ends = [row.day for row in happened(protocol, arm, repeat.until, events)]
    return (min(ends) - event.day).days if ends else None


def _due_days(protocol: Protocol, arm: str, name: str, events: Events) -> list[date]:
    """The days on which a named time point is due."""
    return [
        row.day + timedelta(days=point.day)
        for point in protocol.time_points
        if point.name == name and arm in point.arms
        for row in happened(protocol, arm, point.anchor, events)
    ]


def _holds(condition: Condition | None, events: Events) -> bool:
    """Whether the answer that a time point rests on was given, and met its outcome where one is named."""
    return condition is None or any(
        (row.time_point, row.instrument) == (condition.at, condition.instrument)
        and (not condition.outcome or condition.outcome in row.met)
        for row in events.answered
    )

"""Which assessments a protocol asks for, and when: pure, from what has happened so far. No Django, no clock.

Windows are local calendar days of the patient; a day is never taken as 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tracking.protocol import ANY_DOSE, Protocol, TimePoint


@dataclass(frozen=True, slots=True)
class DosingDay:
    """A dosing session in which something was given: its id, and the day of its first dose."""

    session: int
    day: date


@dataclass(frozen=True, slots=True)
class Events:
    """What a time point can hang on. ``dosings`` are in the order in which they happened."""

    starts_on: date
    dosings: tuple[DosingDay, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedRequest:
    """One assessment that should be asked for. ``session`` is the dosing session it hangs on, if any."""

    time_point: str
    instrument: str
    rater: str
    opens_on: date
    due_on: date
    closes_on: date
    session: int | None


def wanted_requests(protocol: Protocol, arm: str, events: Events, as_of: date) -> tuple[WantedRequest, ...]:
    """Every assessment that the protocol asks for in an arm and that can still be answered on ``as_of``, by
    due day.

    A time point on a dose that has not been given is not wanted yet; ``dose:last`` is known once as many
    dosing sessions took place as the protocol expects.
    """
    wanted = [
        request
        for point in protocol.time_points
        if arm in point.arms
        for request in _of_point(point, events, protocol.dosing_sessions(arm))
        if request.closes_on >= as_of
    ]
    return tuple(sorted(wanted, key=lambda request: (request.due_on, request.time_point, request.instrument)))


def _of_point(point: TimePoint, events: Events, expected: int) -> Iterator[WantedRequest]:
    for name, session, day in _anchors(point, events, expected):
        due = day + timedelta(days=point.day)
        for instrument in point.instruments:
            yield WantedRequest(
                time_point=name,
                instrument=instrument,
                rater=point.rater,
                opens_on=due - timedelta(days=point.before),
                due_on=due,
                closes_on=due + timedelta(days=point.after),
                session=session,
            )


def _anchors(point: TimePoint, events: Events, expected: int) -> Iterator[tuple[str, int | None, date]]:
    """The name, session and day of each event that the time point hangs on and that has happened."""
    if point.anchor.kind == "start":
        yield point.name, None, events.starts_on
        return
    which = point.anchor.which
    for number, dosing in enumerate(events.dosings, start=1):
        if which == "any":
            yield point.name.replace(ANY_DOSE, str(number)), dosing.session, dosing.day
        elif number == (expected if which == "last" else which):
            yield point.name, dosing.session, dosing.day

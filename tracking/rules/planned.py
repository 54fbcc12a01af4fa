"""A treatment as its protocol plans it: the events of a course in which everything happens on its day. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from tracking.rules.due_dates import Answered, DosingDay, Events, SessionDay
from tracking.rules.protocol import Protocol

DAY = timedelta(days=1)


def planned_events(protocol: Protocol, arm: str, starts_on: date) -> Events:
    """Every session, dose and step of medication on its planned day; what a condition rests on is answered."""
    sessions = sorted(
        (day, row.kind) for row in protocol.sessions if arm in row.arms for day in row.days
    )  # fmt: skip
    held = [(number, starts_on + day * DAY, kind) for number, (day, kind) in enumerate(sessions, start=1)]
    drugs = [drug for drug in protocol.medications if arm in drug.arms]
    stops = [drug.stop for drug in drugs if drug.stop is not None]
    return Events(
        starts_on=starts_on,
        dosings=tuple(DosingDay(number, day) for number, day, kind in held if kind == "dosing"),
        sessions=tuple(SessionDay(number, day, kind) for number, day, kind in held if kind != "dosing"),
        tapers=tuple(starts_on + day * DAY for drug in drugs for day in drug.taper),
        last_dose=starts_on + (max(stops) - 1) * DAY if stops and len(stops) == len(drugs) else None,
        answered=tuple(
            Answered(point.condition.at, point.condition.instrument, frozenset({point.condition.outcome}))
            for point in protocol.time_points
            if point.condition
        ),
    )

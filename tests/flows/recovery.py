"""The published figures as the statistics compute them from simulated answers, without a database: for many people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import NamedTuple

import pandas as pd

from measures import registry
from measures.scoring import Scored
from reports.rules import rules_of
from reports.stats.cohort import mean_course, rates_by_arm
from reports.stats.course import classify
from reports.stats.relief import duration_of_relief
from reports.stats.series import Point, prepare, usable
from reports.stats.survival import kaplan_meier
from reports.stats.yardstick import Yardstick
from tracking.rules import protocol as protocols
from tracking.rules.protocol import Protocol, Published
from tracking.simulation.people.course import Course, Held, Replied, Scheduled
from tracking.simulation.study import courses

TODAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Recovered:
    """A published figure with the one that was computed. ``se`` is ``None`` for a median."""

    row: Published
    n: int
    value: float | None
    low: float | None
    high: float | None
    se: float | None

    @property
    def inside(self) -> bool:
        """A median that was not reached is inside an interval without an end."""
        value = float(self.row.value)
        return (self.low is not None and self.low <= value) and (self.high is None or value <= self.high)


def recovered(key: str, n: int, seed: int) -> list[Recovered]:
    """Each published figure of a protocol, from ``n`` people."""
    protocol = protocols.get(key)
    people = list(courses(protocol, n, seed, TODAY))
    forms = pd.DataFrame(_forms(protocol, people))
    compute = {"mean": _mean, "absent": _absent, "duration": _duration}
    return [compute[row.statistic](row, protocol, forms, people) for row in protocol.published]


def _forms(protocol: Protocol, people: list[Course]) -> Iterator[dict[str, object]]:
    for number, each in enumerate(people):
        for name, on, scored in _rated(protocol, each):
            met = scored.outcomes.get(protocol.outcome.absent)
            yield {
                "person": number,
                "arm": each.arm,
                "time_point": name,
                "on": on,
                "value": scored.scales[protocol.outcome.scale].best,
                "absent": None if met is None else not met,
            }


def _rated(protocol: Protocol, each: Course) -> Iterator[tuple[str, date, Scored]]:
    """The forms of the main outcome: time point, day, scores."""
    requests = [row for step in each.steps if isinstance(step.what, Scheduled) for row in step.what.new]
    for step in each.steps:
        if isinstance(step.what, Replied):
            row = requests[step.what.request]
            if row.instrument == protocol.outcome.instrument:
                yield row.time_point, step.on, step.what.scored


def _mean(row: Published, protocol: Protocol, forms: pd.DataFrame, people: list[Course]) -> Recovered:
    numbers = forms.assign(value=forms["value"].astype(float))
    found = mean_course(numbers, outcome="value", arm="arm", time="time_point")
    mean = next(one for one in found if (one.arm, one.time) == (row.arm, row.time_point))
    return Recovered(row, mean.n, mean.mean, mean.low, mean.high, mean.sd / sqrt(mean.n))


def _absent(row: Published, protocol: Protocol, forms: pd.DataFrame, people: list[Course]) -> Recovered:
    here = forms[forms["time_point"] == row.time_point]
    rate = rates_by_arm(here, patient="person", arm="arm", outcome="absent")[row.arm]
    se = 100 * sqrt(rate.proportion * (1 - rate.proportion) / rate.n)
    return Recovered(row, rate.n, 100 * rate.proportion, 100 * rate.low, 100 * rate.high, se)


def _duration(row: Published, protocol: Protocol, forms: pd.DataFrame, people: list[Course]) -> Recovered:
    instrument = registry.get(protocol.outcome.instrument)
    rules, direction = rules_of(instrument, protocol.outcome.scale), instrument.primary_scale.direction
    series = defaultdict(list)
    for form in forms[forms["arm"] == row.arm].itertuples():
        series[form.person].append(form)
    reliefs = []
    for person, own in series.items():
        zero = _first_day(people[person])
        points = prepare(_point(protocol, zero, place, form) for place, form in enumerate(own))
        baseline = classify(points, rules, direction, index_day=0).baseline
        yardstick = Yardstick(rules, direction)
        reliefs.append(duration_of_relief(usable(points), baseline, yardstick, index_day=0))
    known = [relief for relief in reliefs if relief]
    curve = kaplan_meier([relief.days for relief in known], [relief.ended for relief in known])
    return Recovered(row, len(known), curve.median, curve.median_low, curve.median_high, None)


def _point(protocol: Protocol, zero: date, place: int, form: NamedTuple) -> Point:
    """One dose is given: ratings up to so many days after it are acute."""
    day = (form.on - zero).days
    value = None if pd.isna(form.value) else float(form.value)
    return Point(day, value, str(place), 0 <= day <= protocol.acute_days)


def _first_day(each: Course) -> date:
    """The day of the dose, else of the start of treatment."""
    doses = [step.on for step in each.steps if isinstance(step.what, Held) and step.what.doses]
    return doses[0] if doses else each.starts_on

"""One simulated person: how severe it is at each moment, and what they answer. Pure and seeded.

Everybody has a rank among the people of their arm (a standard normal deviate per occasion, the same for all
instruments of that occasion); the totals of an arm have the mean and SD of its course. See docs/methods/simulation.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from random import Random

from measures.instrument import Instrument
from tracking.rules.protocol import Protocol
from tracking.simulation.people.answers import Answers, State, answer, leave_out
from tracking.simulation.people.parameters import Level, Parameters
from tracking.simulation.people.totals import share_below, total_at

EXPERIENCE, ALLIANCE = "experience", "alliance"
EQUALLY = Level(0.5, 0.29, "")  # a scale without a better end: anything
TRAIT = 0.8  # how a scale goes with the trait that it is about
STILL_RELIEVED, RELIEF_GONE = (0.15, 0.95), (0.0, 0.85)  # of the fall that counts as treatment response
LEVELS_OF_IDEATION = ((0.80, 0.3), (0.96, 0.6), (1.0, 1.0))  # rank among those who endorse, and how strongly
Points = list[tuple[int, float]]  # days of the plan and values, rising


@dataclass(frozen=True, slots=True)
class Moment:
    """When somebody answers: the day of the plan, and how long after the first dose, ``None`` before it."""

    planned_day: int
    since_dose: int | None


class Person:
    """Somebody in an arm. ``planned``: the days of the named time points of the plan."""

    def __init__(
        self,
        protocol: Protocol,
        arm: str,
        instrument: Instrument,
        figures: Parameters,
        planned: Mapping[str, int],
        rng: Random,
    ) -> None:
        self.protocol, self.arm, self.figures, self.rng = protocol, arm, figures, rng
        self.main, self.conduct, course = instrument, figures.conduct, figures.courses[arm]
        self.means, self.sds = _points(course.means, planned), _points(course.sds, planned)
        self.absent = _points(figures.absent.get(arm, {}), planned)
        self.traits: dict[str, float] = {}
        self.rank, self.trouble, luck = rng.gauss(), rng.gauss(), rng.random()
        self.relieved_for = _relief(figures.relief.get(arm, {}), luck)
        self.occasions: dict[int, tuple[float, float]] = {}
        items = [instrument.item(code) for code in instrument.primary_scale.items]
        self.lowest = int(sum(item.minimum for item in items))
        self.top = int(sum(item.maximum - item.minimum for item in items if not item.critical))
        if instrument.primary_scale.groups:
            self.top = int(instrument.primary_scale.maximum)

    def answers(self, instrument: Instrument, when: Moment) -> Answers:
        """What they answer to an instrument at a moment, some items left out."""
        given = answer(instrument, self._state(instrument, when), self.rng)
        return leave_out(given, self.conduct.left_out, self.rng)

    def _state(self, instrument: Instrument, when: Moment) -> State:
        severity = self._total(when)
        ideation = self._ideation(when, severity)
        if instrument.key == self.main.key:
            share = severity / self.top
            return State(self.lowest + severity, share, ideation, self._wanted(when))
        share = self._share(instrument, when, severity)
        items = [instrument.item(code) for code in instrument.primary_scale.items]
        if instrument.primary_scale.groups:
            return State(share * float(instrument.primary_scale.maximum), share, ideation)
        low, high = (float(sum(getattr(item, end) for item in items)) for end in ("minimum", "maximum"))
        return State(low + share * (high - low), share, ideation)

    def _total(self, when: Moment) -> int:
        """The points of the main scale above its lowest."""
        if when.since_dose is not None and self.relieved_for is not None:
            return self._relieved_total(when.since_dose)
        return self._drawn(when)

    def _drawn(self, when: Moment) -> int:
        mean, sd = _between(self.means, when.planned_day), _between(self.sds, when.planned_day)
        return total_at(self._rank_at(when), self.top, round(mean - self.lowest, 3), round(sd, 3))

    def _relieved_total(self, day: int) -> int:
        """Below the baseline by more than the instrument's treatment response asks for while relief lasts, by less
        when it is gone."""
        rule = self.main.change.response if self.main.change else None
        if rule is None or rule.percent is None or self.relieved_for is None:
            raise ValueError(f"{self.main.key} has no treatment response in percent of the baseline")
        baseline = self._drawn(Moment(0, None))
        left = 100 - rule.percent
        low, high = STILL_RELIEVED
        if day >= self.relieved_for:
            worse = rule.percent * self.rng.uniform(*RELIEF_GONE)
            return max(round(baseline * (100 - worse) / 100), int(baseline * left / 100) + 1)
        return int(baseline * left * self.rng.uniform(low, high) / 100)

    def _rank_at(self, when: Moment) -> float:
        """Where the person lies among their arm: the person, what the doses did for them, and chance."""
        conduct = self.conduct
        chance, _ = self._occasion(when.planned_day)
        rank = sqrt(conduct.person) * self.rank
        known = conduct.person
        if when.since_dose is not None:
            rank -= conduct.experience * self._trait(EXPERIENCE) + conduct.alliance * self._trait(ALLIANCE)
            known += conduct.experience**2 + conduct.alliance**2
        return rank + sqrt(1 - known) * chance

    def _occasion(self, day: int) -> tuple[float, float]:
        """What chance brings on a day of the plan: the same for all that is asked about it."""
        if day not in self.occasions:
            self.occasions[day] = (self.rng.gauss(), self.rng.gauss())
        return self.occasions[day]

    def _trait(self, name: str) -> float:
        return self.traits.setdefault(name, self.rng.gauss())

    def _wanted(self, when: Moment) -> dict[str, bool]:
        """Whether the outcome that must be absent is still there: in those who are worst."""
        if not self.absent:
            return {}
        gone = share_below(self._rank_at(when)) < _between(self.absent, when.planned_day) / 100
        return {self.protocol.outcome.absent: not gone}

    def _share(self, instrument: Instrument, when: Moment, severity: int) -> float:
        """How high another scale runs, as a share of its range."""
        level = self._level(instrument)
        if level is None:
            expected = self.conduct.baseline_share * severity / (self.means[0][1] - self.lowest)
            share = self.rng.gauss(expected, self.conduct.share_sd)
            if instrument.primary_scale.direction == "higher_is_better":
                share = 1 - share
        else:
            own = TRAIT * self._trait(level.trait) + sqrt(1 - TRAIT**2) * self.rng.gauss()
            share = level.mean + level.sd * (own if level.trait else self.rng.gauss())
        return min(max(share, 0.0), 1.0)

    def _level(self, instrument: Instrument) -> Level | None:
        """The level of a scale that does not follow severity; ``None`` for one that does."""
        known = self.conduct.levels.get(instrument.key)
        if known:
            return known
        if instrument.state and instrument.primary_scale.direction != "higher_is_worse":
            return self.figures.experience.get(self.arm, EQUALLY)
        return EQUALLY if instrument.primary_scale.direction == "neutral" else None

    def _ideation(self, when: Moment, severity: int) -> float:
        """0 for most; more often endorsed the worse it is, and by the same people again."""
        _, chance = self._occasion(when.planned_day)
        rank = share_below(sqrt(0.5) * self.trouble + sqrt(0.5) * chance)
        rate = min(self.conduct.ideation * severity / (self.means[0][1] - self.lowest), 1.0)
        if rank < 1 - rate or rate == 0:
            return 0.0
        among = (rank - (1 - rate)) / rate
        return next(level for bound, level in LEVELS_OF_IDEATION if among <= bound)


def _points(values: Mapping[str, float], planned: Mapping[str, int]) -> Points:
    return sorted((planned[name], value) for name, value in values.items())


def _between(points: Points, day: int) -> float:
    """The value on a day: straight lines between the points, flat before the first and after the last."""
    at = bisect_right(points, day, key=lambda point: point[0])
    if at in (0, len(points)):
        return points[max(at - 1, 0)][1]
    (x0, y0), (x1, y1) = points[at - 1], points[at]
    return y0 + (y1 - y0) * (day - x0) / (x1 - x0)


def _relief(lost: Mapping[int, float], luck: float) -> float | None:
    """The day after the first dose on which relief ends: 0 for those who never had it before the first of the days
    named; ``None`` in an arm of which nothing is said."""
    if not lost:
        return None
    before, gone = 0, 0.0
    for day, percent in lost.items():
        if luck * 100 < percent:
            return before + (day - before) * (luck * 100 - gone) / (percent - gone)
        before, gone = day, percent
    return float("inf")

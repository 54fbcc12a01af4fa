"""A simulated course of treatment, from the first day to the last, as its protocol plans it and as people keep to it.

Pure and seeded. What is asked, and when, is not listed here: the schedule of the protocol is asked after each event,
as it is for real patients (``due_dates``, ``reanchoring``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from heapq import heapify, heappop, heappush
from itertools import count
from random import Random

from measures import registry, scoring
from measures.scoring import Scored
from tracking.rules.due_dates import Answered, DosingDay, Events, SessionDay, WantedRequest, wanted_requests
from tracking.rules.planned import planned_events
from tracking.rules.protocol import PlannedDose, Protocol, StandingMedication
from tracking.rules.reanchoring import KnownRequest, changes
from tracking.simulation.people.parameters import Parameters, parameters_of
from tracking.simulation.people.person import Moment, Person

DAY = timedelta(days=1)
ENROLLED, DOSING, MEETING, RATING, LEAVING = 8.0, 9.0, 14.0, 20.0, 23.5  # hours of the day
SOON = 0.1  # hours
FIRST_DOSE = 30  # minutes after the session begins
USUAL = 60  # minutes of a session of which the protocol says nothing
SPARE = 60  # days by which a course may run longer than planned
ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Given:
    """A dose: so many minutes after the session began."""

    substance: str
    amount: Decimal
    unit: str
    route: str
    minute: int
    part: str


@dataclass(frozen=True, slots=True)
class Held:
    """A session that took place or was missed. ``integrates``: the place of a dosing session among all sessions."""

    kind: str
    hour: float
    minutes: int
    attended: bool
    integrates: int | None
    doses: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Medicated:
    """A step of a medication; ``amount`` 0 stops it."""

    substance: str
    step: str
    amount: Decimal
    unit: str
    route: str


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The schedule is asked: what it asks for now, and which requests (by their place) it takes back."""

    new: tuple[WantedRequest, ...]
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Replied:
    """The request at a place is answered."""

    request: int
    answers: Mapping[str, object]
    scored: Scored


@dataclass(frozen=True, slots=True)
class Ended:
    """The episode ends: completed, or left before."""

    completed: bool


What = Held | Medicated | Scheduled | Replied | Ended


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens on a day at an hour (local time)."""

    on: date
    hour: float
    what: What


@dataclass(frozen=True, slots=True)
class Course:
    """One person's treatment, in the order in which it is recorded."""

    arm: str
    sex: str
    age: int
    starts_on: date
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Plan:
    """An arm as planned: the days of its time points, and its last day, both from the start."""

    protocol: Protocol
    arm: str
    figures: Parameters
    planned: dict[str, int]
    last_day: int

    @classmethod
    def of(cls, protocol: Protocol, arm: str) -> Plan:
        events = planned_events(protocol, arm, ANY_DAY)
        wanted = wanted_requests(protocol, arm, events, date.min)
        days = {row.time_point: (row.due_on - ANY_DAY).days for row in wanted}
        last = max((row.closes_on - ANY_DAY).days for row in wanted)
        return cls(protocol, arm, parameters_of(protocol), days, last + SPARE)


def course(plan: Plan, starts_on: date, rng: Random) -> Course:
    """One person of an arm. The same ``rng`` gives the same course, whatever the date."""
    sex, age = rng.choice(["female", "male"]), rng.randint(22, 64)
    life = _Life(plan, starts_on, rng)
    return Course(plan.arm, sex, age, starts_on, tuple(life.run()))


class _Life:
    """Runs the days of one person in order."""

    def __init__(self, plan: Plan, starts_on: date, rng: Random) -> None:
        self.plan, self.protocol, self.arm = plan, plan.protocol, plan.arm
        self.figures, self.conduct, self.rng, self.starts_on = (
            plan.figures,
            plan.figures.conduct,
            rng,
            starts_on,
        )
        main = registry.get(self.protocol.outcome.instrument)
        self.person = Person(self.protocol, self.arm, main, plan.figures, plan.planned, rng)
        self.events = Events(starts_on=starts_on)
        self.requests: list[WantedRequest] = []
        self.known: list[KnownRequest] = []
        self.held: list[Held] = []
        self.order = count()
        self.queue: list[tuple[int, float, int, What | int]] = []

    def run(self) -> Iterator[Step]:
        leaves = self._leaves()
        last = leaves if leaves is not None else self.plan.last_day
        self._expect_treatment()
        heapify(self.queue)
        yield from self._schedule(0, ENROLLED + SOON)
        while self.queue and self.queue[0][0] <= last:
            day, hour, _, what = heappop(self.queue)
            if isinstance(what, int):
                yield from self._reply(day, hour, what)
            elif isinstance(what, Held):
                yield from self._meet(day, what)
            elif isinstance(what, Medicated):
                yield Step(self._on(day), hour, what)
                self._took(day, what)
                yield from self._schedule(day, hour + SOON)
        yield Step(self._on(last), LEAVING, Ended(completed=leaves is None))

    def _on(self, day: int) -> date:
        return self.starts_on + day * DAY

    def _leaves(self) -> int | None:
        """The day of leaving, evenly over the course for those who do; it has nothing to do with severity."""
        if self.rng.random() * 100 >= self.figures.courses[self.arm].leave:
            return None
        return self.rng.randint(1, self.plan.last_day - SPARE)

    def _push(self, day: int, hour: float, what: What | int) -> None:
        heappush(self.queue, (day, hour, next(self.order), what))

    def _expect_treatment(self) -> None:
        """Sessions in order; a dosing session that is late takes those after it along."""
        rows = sorted(
            (day, row.kind != "dosing", row)
            for row in self.protocol.sessions if self.arm in row.arms for day in row.days
        )  # fmt: skip
        late, number = 0, 0
        for day, _, row in rows:
            if row.kind == "dosing":
                number += 1
                late += self.rng.randint(1, 3) if self.rng.random() < self.conduct.delayed else 0
            attended = row.kind == "dosing" or self.rng.random() < self.conduct.attendance
            doses = tuple(self._doses(number)) if row.kind == "dosing" else ()
            hour = DOSING if row.kind == "dosing" else MEETING
            held = Held(row.kind, hour, row.minutes or USUAL, attended, None, doses)
            self._push(day + late, hour + held.minutes / 60, held)
        for drug in self.protocol.medications:
            if self.arm in drug.arms:
                self._expect_medication(drug)

    def _doses(self, number: int) -> Iterator[Given]:
        for dose in self.protocol.doses:
            if self.arm in dose.arms and dose.first <= number <= dose.last:
                amount, unit = self._amount(dose)
                yield Given(dose.substance, amount, unit, dose.route, FIRST_DOSE, "main")
                if dose.supplement:
                    more, between = dose.supplement.amount, dose.supplement
                    minute = FIRST_DOSE + self.rng.randint(between.earliest, between.latest)
                    yield Given(dose.substance, more.low, more.unit, dose.route, minute, "supplement")

    def _amount(self, planned: PlannedDose | StandingMedication) -> tuple[Decimal, str]:
        """What the protocol says, anything between where it gives a range, or what the simulation says for the
        site."""
        amount = planned.amount
        if amount.given != "amount":
            own = self.figures.amounts[planned.substance]
            return own.amount, own.unit
        steps = [amount.low, (amount.low + amount.high) / 2, amount.high]
        return self.rng.choice(steps), amount.unit

    def _expect_medication(self, drug: StandingMedication) -> None:
        """From its start over even taper steps to its stop, each on its planned day."""
        amount, unit = self._amount(drug)

        def step(day: int, name: str, now: Decimal) -> None:
            self._push(day, DOSING, Medicated(drug.substance, name, now, unit, drug.route))

        step(drug.day, "start", amount)
        for number, day in enumerate(drug.taper, start=1):
            left = Decimal(len(drug.taper) + 1 - number) / (len(drug.taper) + 1)
            step(day, "taper", (amount * left).quantize(Decimal("0.001")))
        if drug.stop is not None:
            step(drug.stop, "stop", Decimal(0))

    def _meet(self, day: int, held: Held) -> Iterator[Step]:
        """A session is recorded when it is over."""
        if held.kind == "integration":
            dosings = [place for place, row in enumerate(self.held) if row.kind == "dosing"]
            held = replace(held, integrates=dosings[-1] if dosings else None)
        number = len(self.held)
        self.held.append(held)
        over = held.hour + held.minutes / 60
        yield Step(self._on(day), over, held)
        if not held.attended:
            return
        if held.kind == "dosing":
            self.events = replace(
                self.events, dosings=(*self.events.dosings, DosingDay(number, self._on(day)))
            )
        else:
            row = SessionDay(number, self._on(day), held.kind)
            self.events = replace(self.events, sessions=(*self.events.sessions, row))
        yield from self._schedule(day, over + SOON)

    def _took(self, day: int, step: Medicated) -> None:
        if step.step == "taper":
            self.events = replace(self.events, tapers=(*self.events.tapers, self._on(day)))
        drugs = [drug for drug in self.protocol.medications if self.arm in drug.arms]
        if step.step == "stop" and all(drug.stop is not None and drug.stop <= day for drug in drugs):
            self.events = replace(self.events, last_dose=self._on(day - 1))

    def _schedule(self, day: int, hour: float) -> Iterator[Step]:
        """Asks the schedule, and expects the answers to what is new."""
        wanted = wanted_requests(self.protocol, self.arm, self.events, date.min)
        todo = changes(wanted, self.known, self._on(day))
        if todo.moved:
            raise AssertionError("no event of a simulated course moves")
        for old in todo.lost:
            self.known[old.pk] = replace(old, state="lost")
        for row in todo.missing:
            self._expect(day, hour, row)
        if todo.missing or todo.lost:
            yield Step(self._on(day), hour, Scheduled(todo.missing, tuple(old.pk for old in todo.lost)))

    def _expect(self, day: int, hour: float, row: WantedRequest) -> None:
        place = len(self.requests)
        self.requests.append(row)
        self.known.append(
            KnownRequest(
                place, row.time_point, row.instrument, row.session,
                row.opens_on, row.due_on, row.closes_on, "open", point=row.point,
            )
        )  # fmt: skip
        asked = self.conduct.asked[row.rater]
        late, answered = self.rng.choice(asked.days_late), self.rng.random() >= asked.unanswered
        if answered:
            late = 0 if row.due_on == self.starts_on else late  # who begins treatment has been assessed
            on = max(min(row.due_on + late * DAY, row.closes_on), row.opens_on, self._on(day))
            replied = (on - self.starts_on).days
            self._push(replied, max(RATING, hour + SOON) if replied == day else RATING, place)

    def _reply(self, day: int, hour: float, place: int) -> Iterator[Step]:
        row = self.requests[place]
        if self.known[place].state != "open":
            return
        instrument = registry.get(row.instrument)
        planned = self.plan.planned.get(row.time_point, (row.due_on - self.starts_on).days)
        first = self.events.dosings[0].day if self.events.dosings else None
        when = Moment(planned, (self._on(day) - first).days if first else None)
        answers = self.person.answers(instrument, when)
        scored = scoring.score(instrument, answers)
        self.known[place] = replace(self.known[place], state="closed")
        yield Step(self._on(day), hour, Replied(place, answers, scored))
        if self.protocol.has_conditions and row.time_point:
            met = frozenset(key for key, value in scored.outcomes.items() if value)
            said = Answered(row.time_point, row.instrument, met)
            self.events = replace(self.events, answered=(*self.events.answered, said))
            yield from self._schedule(day, hour + SOON)


def days_needed(protocol: Protocol) -> int:
    """How many days the longest course takes."""
    return max(Plan.of(protocol, arm).last_day for arm in protocol.arm_keys)

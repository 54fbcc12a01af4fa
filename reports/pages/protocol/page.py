"""A treatment protocol as its page shows it: every part in words, and its schedule as records for a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures import registry
from measures.instrument import Source as Reference
from measures.language import marked, within
from measures.words.phrases import listed
from reports.charts import (
    AskLane,
    AskMark,
    DoseMark,
    MedicationBar,
    PhaseBar,
    Schedule,
    SessionLane,
    SessionTick,
    Source,
    Timeline,
)
from reports.pages.patient.timeline import LANES
from tracking.rules.due_dates import WantedRequest, wanted_requests
from tracking.rules.planned import planned_events
from tracking.rules.protocol import PlannedDose, Protocol, Sessions, StandingMedication, all_protocols
from tracking.vocabulary import Diagnosis, Route, SessionKind
from tracking.vocabulary.time_points import time_point_in_words

ZERO = date(2000, 1, 1)  # a picture counts days, not dates
WORTH_A_SCALE = 0.6  # follow-up longer than this share of the treatment gets a scale of its own


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from: taken from a source, resting on one with a choice of ours, or our own."""

    label: str
    text: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    kind: str
    count: int
    spacing: str
    minutes: str
    arms: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class DoseRow:
    arms: str
    sessions: str
    given: str
    supplement: str
    settings: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class MedicationRow:
    arms: str
    substance: str
    amount: str
    course: str
    origin: Origin


ORIGINS = {
    "high": (marked("from the source"), False),
    "medium": (marked("source, with a choice of ours"), False),
    "low": (marked("weak source"), False),
    "policy": (marked("our default"), True),
}


def origin(source: Reference) -> Origin:
    label, is_default = ORIGINS[source.confidence]
    return Origin(_(label), source.text, is_default)


def session_rows(protocol: Protocol) -> list[SessionRow]:
    return [
        SessionRow(
            kind=str(SessionKind(row.kind).label),
            count=row.count,
            spacing=spacing(row),
            minutes=_minutes(row),
            arms=arms_in_words(protocol, row.arms),
            origin=origin(row.source),
        )
        for row in protocol.sessions
    ]


def spacing(row: Sessions) -> str:
    """ "28 days apart", "1 to 3 days apart"; empty for a single one."""
    gaps = sorted({later - earlier for earlier, later in pairwise(row.days)})
    if not gaps:
        return ""
    if len(gaps) == 1:
        return ngettext("{n} day apart", "{n} days apart", gaps[0]).format(n=gaps[0])
    return _("{least} to {most} days apart").format(least=gaps[0], most=gaps[-1])


def _minutes(row: Sessions) -> str:
    long = ""
    if row.longest:
        long = _("{least} to {most} min").format(least=row.minutes, most=row.longest)
    elif row.minutes:
        long = _("{n} min").format(n=row.minutes)
    stay = _("stays {n} min after the last dose").format(n=row.stay) if row.stay else ""
    return ", ".join(words for words in (long, stay) if words)


def dose_rows(protocol: Protocol) -> list[DoseRow]:
    return [
        DoseRow(
            arms=arms_in_words(protocol, row.arms),
            sessions=f"{row.first}"
            if row.first == row.last
            else _("{first} to {last}").format(first=row.first, last=row.last),
            given=_given(row),
            supplement=_supplement(row),
            settings=_(row.settings) if row.settings else "",
            origin=origin(row.source),
        )
        for row in protocol.doses
    ]


def _given(row: PlannedDose) -> str:
    """Substance, amount and route; a placebo is said once."""
    amount = row.amount.words
    if row.over_minutes:
        amount = _("{amount} over {n} min").format(amount=amount, n=row.over_minutes)
    substance = _(row.substance)
    parts = [substance] if amount == substance else [substance, amount]
    return ", ".join([*parts, within(str(Route(row.route).label))])


def _supplement(row: PlannedDose) -> str:
    more = row.supplement
    if not more:
        return ""
    return _("{amount}, {least} to {most} min after the first").format(
        amount=more.amount.words, least=more.earliest, most=more.latest
    )


def medication_rows(protocol: Protocol) -> list[MedicationRow]:
    return [
        MedicationRow(
            arms=arms_in_words(protocol, row.arms),
            substance=_(row.substance),
            amount=_("{amount} daily").format(amount=row.amount.words)
            if row.amount.given == "amount"
            else row.amount.words,
            course=_course(row),
            origin=origin(row.source),
        )
        for row in protocol.medications
    ]


def _course(row: StandingMedication) -> str:
    if row.taper:
        said = (
            _("from day {day}, taper in {steps} steps, stopped on day {stop}")
            if row.stop
            else _("from day {day}, taper in {steps} steps, goes on")
        )
    else:
        said = _("from day {day}, stopped on day {stop}") if row.stop else _("from day {day}, goes on")
    return said.format(day=row.day, steps=len(row.taper), stop=row.stop)


def arms_in_words(protocol: Protocol, arms: tuple[str, ...]) -> str:
    """The titles of these arms; empty where it is all of them."""
    if set(arms) == set(protocol.arm_keys):
        return ""
    return ", ".join(_(arm.title) for arm in protocol.arms if arm.key in arms)


def planned_schedule(protocol: Protocol, arm: str) -> Schedule:
    """The picture of one arm in which everything happens on its planned day."""
    events = planned_events(protocol, arm, ZERO)
    wanted = wanted_requests(protocol, arm, events, date.min)
    ends = max([phase.last for phase in protocol.phases] + [_day(row.closes_on) for row in wanted])
    course = Timeline(
        title=_(protocol.title),
        zero=_("the start of treatment"),
        until=ends,
        medication=tuple(_bars(protocol, arm)),
        doses=tuple(_doses(protocol, arm)),
        sessions=tuple(_sessions(protocol, arm)),
    )
    phases = tuple(PhaseBar(_(phase.title), phase.first, phase.last) for phase in protocol.phases)
    return Schedule(
        title=_("Schedule of {protocol}").format(protocol=_(protocol.title)),
        zero=_("the start of treatment"),
        phases=phases,
        course=course,
        asked=tuple(_lanes(wanted)),
        bend=_bend(protocol, arm, ends),
    )


def _day(on: date) -> int:
    return (on - ZERO).days


def _bend(protocol: Protocol, arm: str, ends: float) -> float | None:
    """Where follow-up begins, if it is long and nothing is given in it."""
    last = protocol.phases[-1].first
    held = [day for row in protocol.sessions if arm in row.arms for day in row.days]
    is_long = ends - last > WORTH_A_SCALE * last
    return last if last > max(held, default=0) and is_long else None


def _doses(protocol: Protocol, arm: str) -> Iterable[DoseMark]:
    given = next(known.doses for known in protocol.arms if known.key == arm)
    days = [day for row in protocol.sessions if row.kind == "dosing" and arm in row.arms for day in row.days]
    for number, (day, amount) in enumerate(zip(sorted(days), given, strict=True), start=1):
        mine = [row for row in protocol.doses if arm in row.arms and row.first <= number <= row.last]
        substance = listed(_(row.substance) for row in mine)
        until = day + protocol.acute_days if protocol.acute_days else None
        if all(row.amount.given == "amount" for row in mine):
            yield DoseMark(day, amount, substance, until)
        else:
            yield DoseMark(day, "", f"{substance}, {amount}" if amount != substance else substance, until)


def _sessions(protocol: Protocol, arm: str) -> Iterable[SessionLane]:
    days: defaultdict[str, list[int]] = defaultdict(list)
    for row in protocol.sessions:
        if arm in row.arms and row.kind in LANES:
            days[row.kind] += row.days
    for kind, label in LANES.items():
        if days[kind]:
            yield SessionLane(
                _(label), tuple(SessionTick(day, str(kind.label)) for day in sorted(days[kind]))
            )


def _bars(protocol: Protocol, arm: str) -> Iterable[MedicationBar]:
    for drug in protocol.medications:
        if arm not in drug.arms:
            continue
        edges = [drug.day, *drug.taper, drug.stop]
        for step, (start, end) in enumerate(pairwise([*edges])):
            if start is not None:
                dose = _("taper step {n}").format(n=step) if step else drug.amount.words
                yield MedicationBar(_(drug.substance), start, end, dose)


def _lanes(wanted: Iterable[WantedRequest]) -> Iterable[AskLane]:
    """A lane per instrument: those that a clinician rates first, then by how early they are asked."""
    lanes: defaultdict[str, list[WantedRequest]] = defaultdict(list)
    for row in wanted:
        lanes[row.instrument].append(row)
    for key, rows in sorted(
        lanes.items(), key=lambda pair: (pair[1][0].rater != "clinician", pair[1][0].due_on)
    ):
        instrument = registry.get(key)
        source = Source.CLINICIAN if instrument.rater == "clinician" else Source.SELF
        marks = [
            AskMark(
                _day(row.due_on), _day(row.opens_on), _day(row.closes_on), time_point_in_words(row.time_point)
            )
            for row in rows
        ]
        yield AskLane(instrument.short_title, source, tuple(marks))


@dataclass(frozen=True, slots=True)
class ProtocolEntry:
    """One line of the list: what is given, how much of what, and by what it is judged."""

    protocol: Protocol
    diagnosis: str
    arms: int
    sessions: str
    outcome: str


def protocol_entries() -> list[ProtocolEntry]:
    """Every current protocol, by title."""
    return [
        ProtocolEntry(
            protocol=protocol,
            diagnosis=str(Diagnosis(protocol.diagnosis).label),
            arms=len(protocol.arms),
            sessions=", ".join(
                f"{row.count} {within(str(SessionKind(row.kind).label))}" for row in protocol.sessions
            ),
            outcome=", ".join(
                (
                    registry.get(protocol.outcome.instrument).short_title,
                    time_point_in_words(protocol.outcome.endpoint),
                )
            ),
        )
        for protocol in sorted(all_protocols(), key=lambda protocol: _(protocol.title))
    ]

"""What a protocol asks for, watches and is judged by, in words for its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from measures import registry
from measures.instrument import Instrument
from reports.pages.protocol.page import Origin, arms_in_words, origin
from tracking.rules.protocol import Anchor, Outcome, Protocol, Repeat, TimePoint, Watch
from tracking.rules.protocol.anchors import NUMBER, WEEK

MOMENTS = {
    "before": "before",
    "before_supplement": "before the supplement",
    "during": "during",
    "end": "at the end",
}
EVENTS = {
    "start": "the start of treatment",
    "stop": "the last dose of the medication",
    "end": "the end of therapy",
}


@dataclass(frozen=True, slots=True)
class PointRow:
    """One block of questions: those that share event, window, rater and source."""

    name: str
    when: str
    window: str
    instruments: tuple[Instrument, ...]
    rater: str
    arms: str
    notes: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class WatchRow:
    measure: str
    moments: str
    limit: str
    instrument: Instrument | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    instrument: Instrument
    scale: str
    endpoint: str
    judged: tuple[str, ...]
    is_primary: bool
    origin: Origin


def point_rows(protocol: Protocol) -> list[PointRow]:
    """Every time point, in the order of the file."""
    return [_point_row(protocol, point) for point in protocol.time_points]


def _point_row(protocol: Protocol, point: TimePoint) -> PointRow:
    return PointRow(
        name=point.name.replace(NUMBER, "1, 2, …").replace(WEEK, "…"),
        when=when(point),
        window=window(point),
        instruments=tuple(registry.get(key) for key in point.instruments),
        rater=_rater(point),
        arms=arms_in_words(protocol, point.arms),
        notes=tuple(_notes(point)),
        origin=origin(point.source),
    )


def _rater(point: TimePoint) -> str:
    if point.rater == "self":
        return "answered by the patient"
    return "rated by a blinded independent rater" if point.blinded else "rated by a clinician"


def when(point: TimePoint) -> str:
    """ "14 days after dose 1", "on the day of each dose", "2 days before the start of treatment" """
    event = event_in_words(point.anchor)
    if point.day == 0:
        return f"on the day of {event}"
    return f"{_days(abs(point.day))} {'after' if point.day > 0 else 'before'} {event}"


def window(point: TimePoint) -> str:
    """ "14 days before to 6 days after", "that day alone" """
    if not point.before and not point.after:
        return "that day alone"
    first = f"{_days(point.before)} before" if point.before else "that day"
    return f"{first} to {f'{_days(point.after)} after' if point.after else 'that day'}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def event_in_words(anchor: Anchor) -> str:
    if anchor.kind in EVENTS:
        return EVENTS[anchor.kind]
    noun = {"dose": "dose", "taper": "taper step"}.get(anchor.kind, f"{anchor.session} session")
    if anchor.which == "any":
        return f"each {noun}"
    return f"the last {noun}" if anchor.which == "last" else f"{noun} {anchor.which}"


def _notes(point: TimePoint) -> Iterable[str]:
    if point.repeat:
        yield _repeat(point.repeat)
    if point.condition:
        asked = registry.get(point.condition.instrument).short_title
        met = f" and {point.condition.outcome.replace('_', ' ')} was met" if point.condition.outcome else ""
        yield f"only if {asked} was answered at {point.condition.at}{met}"
    if point.acute:
        yield "about the state that the dose brings"
    if point.reminders:
        days = " and ".join(str(day) for day in point.reminders)
        yield f"reminded {days} days after the window opens"


def _repeat(repeat: Repeat) -> str:
    if isinstance(repeat.until, int):
        end = f"to day {repeat.until}"
    elif isinstance(repeat.until, str):
        end = f"until {repeat.until}"
    else:
        end = f"until {event_in_words(repeat.until)}"
    days = "day" if repeat.every == 1 else f"{repeat.every} days"
    return f"again every {days} {end}, at most {repeat.at_most} times"


def watch_rows(protocol: Protocol) -> list[WatchRow]:
    return [
        WatchRow(
            measure=watch.measure,
            moments=_moments(watch),
            limit=_limit(watch),
            instrument=registry.get(watch.instrument) if watch.instrument else None,
            origin=origin(watch.source),
        )
        for watch in protocol.watches
    ]


def _moments(watch: Watch) -> str:
    often = f", every {watch.every_minutes} min" if watch.every_minutes else ""
    return ", ".join(MOMENTS[moment] + (often if moment == "during" else "") for moment in watch.moments)


def _limit(watch: Watch) -> str:
    unit = registry.get(watch.instrument).scale(watch.scale).unit if watch.instrument else ""
    if watch.warn_from is not None:
        return f"{watch.warn_from} {unit} or more"
    return f"{watch.warn_to} {unit} or less" if watch.warn_to is not None else ""


def outcome_rows(protocol: Protocol) -> list[OutcomeRow]:
    """The primary outcome, then the others."""
    rows = [(protocol.outcome, True), *((outcome, False) for outcome in protocol.secondary)]
    return [_outcome_row(outcome, primary) for outcome, primary in rows]


def _outcome_row(outcome: Outcome, is_primary: bool) -> OutcomeRow:
    instrument = registry.get(outcome.instrument)
    judged = {
        "treatment response": outcome.treatment_response,
        "remission": outcome.remission,
        "relapse": outcome.relapse,
    }
    lost = (f"no longer: {instrument.outcome(outcome.absent).title}",) if outcome.absent else ()
    return OutcomeRow(
        instrument=instrument,
        scale=instrument.scale(outcome.scale).title,
        endpoint=outcome.endpoint,
        judged=(*(name for name, is_judged in judged.items() if is_judged), *lost),
        is_primary=is_primary,
        origin=origin(outcome.source),
    )

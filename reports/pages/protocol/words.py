"""What a protocol asks for, watches and is judged by, in words for its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures import registry
from measures.instrument import Instrument
from measures.language import marked, written
from measures.words.phrases import listed
from reports.pages.protocol.page import Origin, arms_in_words, origin
from tracking.rules.protocol import Anchor, Outcome, Protocol, Repeat, TimePoint, Watch
from tracking.rules.protocol.anchors import NUMBER, WEEK
from tracking.vocabulary.time_points import time_point_in_words

MOMENTS = {
    "before": marked("before"),
    "before_supplement": marked("before the supplement"),
    "during": marked("during"),
    "end": marked("at the end"),
}
ANY_NUMBER, ANY_WEEK = "9991", "9992"  # stand for what a time point counts, until it is in words
EVENTS = {
    "start": marked("the start of treatment"),
    "stop": marked("the last dose of the medication"),
    "end": marked("the end of therapy"),
}
NUMBERED = {  # by the kind of the event, or of the session: each, the last, one by its number
    "dose": (marked("each dose"), marked("the last dose"), marked("dose {n}")),
    "taper": (marked("each taper step"), marked("the last taper step"), marked("taper step {n}")),
    "preparation": (
        marked("each preparation session"),
        marked("the last preparation session"),
        marked("preparation session {n}"),
    ),
    "psychotherapy": (
        marked("each psychotherapy session"),
        marked("the last psychotherapy session"),
        marked("psychotherapy session {n}"),
    ),
    "integration": (
        marked("each integration session"),
        marked("the last integration session"),
        marked("integration session {n}"),
    ),
    "medication": (
        marked("each medication session"),
        marked("the last medication session"),
        marked("medication session {n}"),
    ),
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


def _named(name: str) -> str:
    """A time point that repeats, for all its numbers at once: "before session 1, 2, …"."""
    counted = name.replace(NUMBER, ANY_NUMBER).replace(WEEK, ANY_WEEK)
    return time_point_in_words(counted).replace(ANY_NUMBER, "1, 2, …").replace(ANY_WEEK, "…")


def _point_row(protocol: Protocol, point: TimePoint) -> PointRow:
    return PointRow(
        name=_named(point.name),
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
        return _("answered by the patient")
    return _("rated by a blinded independent rater") if point.blinded else _("rated by a clinician")


def when(point: TimePoint) -> str:
    """ "14 days after dose 1", "on the day of each dose", "2 days before the start of treatment" """
    event = event_in_words(point.anchor)
    if point.day == 0:
        return _("on the day of {event}").format(event=event)
    said = (
        ngettext("{n} day after {event}", "{n} days after {event}", point.day)
        if point.day > 0
        else ngettext("{n} day before {event}", "{n} days before {event}", -point.day)
    )
    return said.format(n=abs(point.day), event=event)


def window(point: TimePoint) -> str:
    """ "14 days before to 6 days after", "that day alone" """
    if not point.before and not point.after:
        return _("that day alone")
    before = ngettext("{n} day before", "{n} days before", point.before).format(n=point.before)
    after = ngettext("{n} day after", "{n} days after", point.after).format(n=point.after)
    if not point.before:
        return _("that day to {end}").format(end=after)
    if not point.after:
        return _("{start} to that day").format(start=before)
    return _("{start} to {end}").format(start=before, end=after)


def event_in_words(anchor: Anchor) -> str:
    if anchor.kind in EVENTS:
        return _(EVENTS[anchor.kind])
    each, last, one = NUMBERED[anchor.session or anchor.kind]
    if anchor.which == "any":
        return _(each)
    return _(last) if anchor.which == "last" else _(one).format(n=anchor.which)


def _notes(point: TimePoint) -> Iterable[str]:
    if point.repeat:
        yield _repeat(point.repeat)
    if point.condition:
        instrument = registry.get(point.condition.instrument)
        at = time_point_in_words(point.condition.at)
        if point.condition.outcome:
            yield _("only if {instrument} was answered at {time_point} and {outcome} was met").format(
                instrument=instrument.short_title,
                time_point=at,
                outcome=_(instrument.outcome(point.condition.outcome).title),
            )
        else:
            yield _("only if {instrument} was answered at {time_point}").format(
                instrument=instrument.short_title, time_point=at
            )
    if point.acute:
        yield _("about the state that the dose brings")
    if point.reminders:
        days = listed(str(day) for day in point.reminders)
        yield _("reminded {days} days after the window opens").format(days=days)


def _repeat(repeat: Repeat) -> str:
    if isinstance(repeat.until, int):
        said = ngettext(
            "again every day to day {end}, at most {times} times",
            "again every {n} days to day {end}, at most {times} times",
            repeat.every,
        )
        end = str(repeat.until)
    else:
        said = ngettext(
            "again every day until {end}, at most {times} times",
            "again every {n} days until {end}, at most {times} times",
            repeat.every,
        )
        end = _(repeat.until) if isinstance(repeat.until, str) else event_in_words(repeat.until)
    return said.format(n=repeat.every, end=end, times=repeat.at_most)


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
    return ", ".join(
        _("during, every {n} min").format(n=watch.every_minutes)
        if moment == "during" and watch.every_minutes
        else _(MOMENTS[moment])
        for moment in watch.moments
    )


def _limit(watch: Watch) -> str:
    unit = registry.get(watch.instrument).scale(watch.scale).unit if watch.instrument else ""
    if watch.warn_from is not None:
        return _("{n} {unit} or more").format(n=written(str(watch.warn_from)), unit=_(unit) if unit else "")
    if watch.warn_to is None:
        return ""
    return _("{n} {unit} or less").format(n=written(str(watch.warn_to)), unit=_(unit) if unit else "")


def outcome_rows(protocol: Protocol) -> list[OutcomeRow]:
    """The primary outcome, then the others."""
    rows = [(protocol.outcome, True), *((outcome, False) for outcome in protocol.secondary)]
    return [_outcome_row(outcome, primary) for outcome, primary in rows]


def _outcome_row(outcome: Outcome, is_primary: bool) -> OutcomeRow:
    instrument = registry.get(outcome.instrument)
    judged = {
        _("treatment response"): outcome.treatment_response,
        _("remission"): outcome.remission,
        _("relapse"): outcome.relapse,
    }
    absent = _(instrument.outcome(outcome.absent).title) if outcome.absent else ""
    lost = (_("no longer: {outcome}").format(outcome=absent),) if absent else ()
    return OutcomeRow(
        instrument=instrument,
        scale=instrument.scale(outcome.scale).title,
        endpoint=outcome.endpoint,
        judged=(*(name for name, is_judged in judged.items() if is_judged), *lost),
        is_primary=is_primary,
        origin=origin(outcome.source),
    )

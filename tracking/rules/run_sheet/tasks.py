"""What has to be done before the dose, during the session and at its end, and what is missing for a signature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from measures import registry
from measures.language import gettext as _
from measures.language import marked, ngettext, within
from tracking.rules.protocol import Watch
from tracking.rules.run_sheet.doses import supplement_window
from tracking.rules.run_sheet.records import FRESH_MINUTES, SLACK, Plan, Reading, Record, minutes_between
from tracking.rules.run_sheet.watching import Breach, standing
from tracking.rules.substances import canonical

State = Literal["open", "later", "done", "not_met"]
MOMENTS = {
    "before": marked("{what} before the dose"),
    "before_supplement": marked("{what} before the supplemental dose"),
    "during": marked("{what} during the session"),
    "end": marked("{what} at the end"),
}
LONGEST_KEY = 40
FRESH = timedelta(minutes=FRESH_MINUTES)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to be done. ``key`` is the topic of a check that answers or explains it.

    ``open``: to be done now; ``later``: not due before ``due_at`` (``None``: when the time comes); ``not_met``:
    answered with no, or explained, with its ``reason``, or measured ``beyond`` a limit. ``instrument`` says by which
    form it is done; "": by the tap of a check. ``lacking``: what of it is still to be measured.
    """

    key: str
    words: str
    moment: str
    state: State
    instrument: str = ""
    due_at: datetime | None = None
    reason: str = ""
    lacking: str = ""
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    """The watches that one form answers, or one measure that is watched on a form of the site's own."""

    name: str
    instrument: str
    words: str
    watches: tuple[Watch, ...]

    @property
    def every(self) -> int | None:
        return min((watch.every_minutes for watch in self.watches if watch.every_minutes), default=None)

    def at(self, moment: str) -> tuple[Watch, ...]:
        return tuple(watch for watch in self.watches if moment in watch.moments)


STANDARD = {
    "washout": marked("Medication stopped long enough before"),
    "consent_today": marked("The patient consents to go on today"),
    "way_home": marked("Somebody to take the patient home is known"),
}


def tasks(plan: Plan, record: Record, now: datetime) -> tuple[Task, ...]:
    """Everything that this session asks for, in the order in which it comes."""
    words = topics(plan)
    found = [_answered(Task(key, words[key], "before", "open"), record) for key in STANDARD if key in words]
    for moment in MOMENTS:
        for group in _groups(plan):
            if group.at(moment):
                found += _task(group, moment, plan, record, now)
    return (*found, *_supplement(plan, record, now))


def topics(plan: Plan) -> dict[str, str]:
    """What a check may be about in this session, in words: its standing checks, and whatever else it asks for."""
    asked = {
        _key(group, moment): _words(group, moment)
        for moment in MOMENTS
        for group in _groups(plan)
        if group.at(moment)
    }
    return {key: _(words) for key, words in STANDARD.items() if key != "washout" or plan.washout} | asked


def in_the_way(plan: Plan, record: Record, at: datetime) -> tuple[Task, ...]:
    """The checks that were open or not met at the moment of a first dose; none once a dose was given. A value beyond
    its limit is not among them: see ``beyond_limits``."""
    then = record.until(at)
    if then.doses:
        return ()
    return tuple(
        task
        for task in tasks(plan, then, at)
        if task.moment == "before" and task.state in ("open", "not_met") and not task.beyond
    )


def beyond_limits(plan: Plan, record: Record, at: datetime, substance: str) -> tuple[Breach, ...]:
    """The values beyond a limit that stood at the moment of a dose: it needs a reason of its own. Of another substance
    than the planned ones, given after the first dose, none: a rescue must not wait."""
    then = record.until(at)
    planned = {canonical(row.substance) for row in plan.doses}
    if then.doses and canonical(substance) not in planned:
        return ()
    return standing(plan, then)


def missing(plan: Plan, record: Record, now: datetime) -> tuple[str, ...]:
    """What is neither done nor explained, in words: a set with one of them is not signed."""
    if record.ended_at is None:
        return (_("End of the session"),)
    open_ones = [task for task in tasks(plan, record, now) if task.state in ("open", "later")]
    return tuple(task.words + (f" ({task.lacking})" if task.lacking else "") for task in open_ones)


def _groups(plan: Plan) -> Iterator[_Group]:
    by_name: dict[str, list[Watch]] = {}
    for watch in plan.watches:
        by_name.setdefault(watch.instrument or watch.measure, []).append(watch)
    for watches in by_name.values():
        instrument = watches[0].instrument
        measure = watches[0].measure
        words = registry.get(instrument).short_title if instrument else _(measure)
        name = instrument or "_".join(measure.lower().replace(",", "").split())
        yield _Group(name, instrument, words, tuple(watches))


def _words(group: _Group, moment: str) -> str:
    return _(MOMENTS[moment]).format(what=group.words)


def _key(group: _Group, moment: str) -> str:
    return f"{group.name}_{moment}"[:LONGEST_KEY]


def _task(group: _Group, moment: str, plan: Plan, record: Record, now: datetime) -> list[Task]:
    task = Task(_key(group, moment), _words(group, moment), moment, "open", group.instrument)
    match moment:
        case "before":
            return [_by_form(task, group, record, record.begun_at, record.first_dose or now)]
        case "before_supplement":
            return _before_supplement(task, group, plan, record, now)
        case "during":
            return _during(task, group, record, now)
        case _:
            return _at_end(task, group, plan, record, now)


def _answered(task: Task, record: Record) -> Task:
    """The task as its latest check has answered it. A yes to what a form should answer counts for nothing."""
    checks = [check for check in record.checks if check.topic == task.key]
    latest = max(checks, key=lambda check: check.at, default=None)
    if latest is None or latest.met and task.instrument:
        return task
    return replace(task, state="done" if latest.met else "not_met", reason=latest.reason)


def _by_form(task: Task, group: _Group, record: Record, first: datetime, last: datetime) -> Task:
    """Done when every watched scale has a value between two moments, the latest of which is within its limits; else as
    a check explains it. A value beyond is not met, whoever explains it."""
    if not group.instrument:
        return _answered(task, record)
    lacking = [
        within(_(watch.measure))
        for watch in group.at(task.moment)
        if not _measured(watch, record, first, last)
    ]
    beyond = " ".join(breach.words for breach in _beyond(group.at(task.moment), record, first, last))
    if beyond:
        return replace(_answered(task, record), state="not_met", beyond=beyond)
    if not lacking:
        return replace(task, state="done")
    some = len(lacking) < len(group.at(task.moment))
    return _answered(replace(task, lacking=", ".join(lacking) if some else ""), record)


def _beyond(
    watches: tuple[Watch, ...], record: Record, first: datetime, last: datetime
) -> tuple[Breach, ...]:
    then = tuple(reading for reading in record.readings if first <= reading.at <= last)
    return standing(Plan(watches=watches), replace(record, readings=then))


def _measured(watch: Watch, record: Record, first: datetime, last: datetime) -> bool:
    return any(
        (reading.instrument, reading.scale) == (watch.instrument, watch.scale)
        and reading.value is not None
        and first <= reading.at <= last
        for reading in record.readings
    )


def _before_supplement(task: Task, group: _Group, plan: Plan, record: Record, now: datetime) -> list[Task]:
    window = supplement_window(plan, record, now)
    if record.supplement_at:
        return [_by_form(task, group, record, record.supplement_at - FRESH, record.supplement_at)]
    if window is None or window.state == "withheld" or record.ended_at:
        return []
    from_then = window.opens_at - FRESH
    if now < from_then:
        return [replace(task, state="later", due_at=from_then)]
    return [_by_form(replace(task, state="open", due_at=from_then), group, record, now - FRESH, now)]


def _during(task: Task, group: _Group, record: Record, now: datetime) -> list[Task]:
    first = record.first_dose
    if first is None:
        return []
    until = record.ended_at or now
    every = group.every
    if every is None or not group.instrument:
        return [_by_form(task, group, record, first, until)]
    times = {reading.at for reading in _readings_of(group, record) if first < reading.at <= until}
    marks = [first, *sorted(times)]
    if record.ended_at is None:
        due = marks[-1] + timedelta(minutes=every)
        return [replace(task, state="open" if now >= due else "later", due_at=due)]
    longest = max((minutes_between(a, b) for a, b in pairwise([*marks, until])), default=0)
    if longest <= every * SLACK:
        return [replace(task, state="done")]
    gap = ngettext(
        "up to {n} minute without one, every {every} asked for",
        "up to {n} minutes without one, every {every} asked for",
        longest,
    ).format(n=longest, every=every)
    return [_answered(replace(task, state="open", lacking=gap), record)]


def _readings_of(group: _Group, record: Record) -> Iterator[Reading]:
    scales = {watch.scale for watch in group.at("during")}
    for reading in record.readings:
        if reading.instrument == group.instrument and reading.scale in scales and reading.value is not None:
            yield reading


def _at_end(task: Task, group: _Group, plan: Plan, record: Record, now: datetime) -> list[Task]:
    if record.first_dose is None:
        return []
    if record.ended_at is None:
        due = record.begun_at + timedelta(minutes=plan.minutes) - FRESH if plan.minutes else None
        if due is None or now < due:
            return [replace(task, state="later", due_at=due)]
        return [_by_form(replace(task, due_at=due), group, record, now - FRESH, now)]
    last = max(now, record.ended_at)
    return [_by_form(task, group, record, record.ended_at - FRESH, last)]


def _supplement(plan: Plan, record: Record, now: datetime) -> list[Task]:
    window = supplement_window(plan, record, now)
    if window is None:
        return []
    task = Task(
        "supplement", _("Supplemental dose given or withheld"), "supplement", "open", due_at=window.opens_at
    )
    if window.state in ("given", "withheld"):
        return [replace(task, state="done")]
    return [replace(task, state="later" if window.state == "waiting" and not record.ended_at else "open")]

"""Treatment protocols: one TOML file each in ``protocols/<key>.toml``, read strictly. No Django here.

Raises ``measures.errors.DefinitionError`` naming file and key when a file is wrong.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from measures import registry
from measures.errors import DefinitionError, MeasuresError
from measures.instrument import Instrument, Source
from measures.table import Table

FOLDER = Path(__file__).parent / "protocols"
Rater = Literal["self", "clinician"]
AnchorKind = Literal["start", "dose"]
SessionKind = Literal["preparation", "psychotherapy", "dosing", "integration"]
Diagnosis = Literal["mdd", "ptsd", "anxiety", "other"]
ANY_DOSE = "{n}"
EARLIEST = -365  # a time point may lie this many days before its anchor
LONGEST_NAME = 40  # what the stored time point holds


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: how it is stored, what it is called, and what is given in each dosing session of it."""

    key: str
    title: str
    doses: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Sessions:
    """So many sessions of one kind are expected, each so many minutes long (``None``: not stated)."""

    kind: SessionKind
    count: int
    minutes: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the treatment is judged by, and at which time point."""

    instrument: str
    scale: str
    endpoint: str
    source: Source


@dataclass(frozen=True, slots=True)
class Anchor:
    """The event that a time point hangs on: the start, or a dose by its number, the last one, or each."""

    kind: AnchorKind
    which: Literal["any", "last"] | int | None = None


@dataclass(frozen=True, slots=True)
class TimePoint:
    """Ask these instruments ``day`` days after the anchor, from ``before`` days earlier to ``after`` later.

    ``arms`` are those that it is meant for.
    """

    name: str
    anchor: Anchor
    day: int
    before: int
    after: int
    rater: Rater
    instruments: tuple[str, ...]
    arms: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Protocol:
    """One way to treat, as data.

    ``control``: the arm that the others are compared with; "" where the file names none.
    ``acute_days``: a score of a trait scale from the day of a dose to so many days later is kept and shown
    but does not count for response or remission.
    """

    key: str
    version: str
    title: str
    diagnosis: Diagnosis
    summary: str
    control: str
    acute_days: int
    acute_source: Source
    arms: tuple[Arm, ...]
    sessions: tuple[Sessions, ...]
    outcome: Outcome
    time_points: tuple[TimePoint, ...]

    @property
    def arm_keys(self) -> tuple[str, ...]:
        return tuple(arm.key for arm in self.arms)

    def dosing_sessions(self, arm: str) -> int:
        """How many dosing sessions are expected in this arm; 0 where none, or where the arm is not known."""
        return next((len(known.doses) for known in self.arms if known.key == arm), 0)


def get(key: str) -> Protocol:
    """The protocol of this key. Raises ``KeyError`` when there is none, ``DefinitionError``."""
    if key not in keys():
        raise KeyError(key)
    return _load(key)


def find(key: str) -> Protocol | None:
    """The protocol of this key, or nothing: an imported episode may name one that has no file."""
    return _load(key) if key in keys() else None


@cache
def keys() -> tuple[str, ...]:
    """The keys of all protocols, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def all_protocols() -> tuple[Protocol, ...]:
    """Every protocol, by key."""
    return tuple(_load(key) for key in keys())


@cache
def _load(key: str) -> Protocol:
    return load(FOLDER / f"{key}.toml")


def load(path: Path) -> Protocol:
    """The protocol in this file; its key must be the file's name."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionError(str(path), "(file)", f"cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(str(path), "(file)", f"is not TOML: {error}") from None
    top = Table(data, str(path))
    protocol = _read(top)
    if protocol.key != path.stem:
        top.refuse("key", f"must be {path.stem}, as the file is called")
    return protocol


def _read(top: Table) -> Protocol:
    acute = top.table("acute")
    arms = tuple(_read_arm(row) for row in top.tables("arms"))
    protocol = Protocol(
        key=top.text("key"),
        version=top.text("version"),
        title=top.text("title"),
        diagnosis=cast(Diagnosis, top.one_of("diagnosis", Diagnosis)),
        summary=top.text("summary"),
        control=top.text("control", default=""),
        acute_days=acute.integer("days", minimum=0),
        acute_source=acute.source(),
        arms=arms,
        sessions=tuple(_read_sessions(row) for row in top.tables("sessions")),
        outcome=_read_outcome(top.table("outcome")),
        time_points=tuple(
            point
            for row in top.tables("time_points")
            for point in _read_time_points(row, tuple(arm.key for arm in arms))
        ),
    )
    acute.finish()
    top.finish()
    _check(protocol, top)
    return protocol


def _read_arm(table: Table) -> Arm:
    doses = table.texts_by_name("doses")
    if list(doses) != [str(number) for number in range(1, len(doses) + 1)]:
        table.refuse("doses", "must be numbered 1, 2, 3 by dosing session")
    arm = Arm(table.text("key"), table.text("title"), tuple(doses.values()), table.source())
    table.finish()
    return arm


def _read_sessions(table: Table) -> Sessions:
    sessions = Sessions(
        kind=cast(SessionKind, table.one_of("kind", SessionKind)),
        count=table.integer("count", minimum=1),
        minutes=table.integer("minutes", minimum=1) if "minutes" in table else None,
        source=table.source(),
    )
    table.finish()
    return sessions


def _read_outcome(table: Table) -> Outcome:
    outcome = Outcome(table.text("instrument"), table.text("scale"), table.text("endpoint"), table.source())
    scales = {scale.key for scale in _instrument(table, "instrument", outcome.instrument).scales}
    if outcome.scale not in scales:
        table.refuse("scale", f"is not a scale of {outcome.instrument}")
    table.finish()
    return outcome


def _read_time_points(table: Table, arms: tuple[str, ...]) -> tuple[TimePoint, ...]:
    """One block of the file: ``days = { "week 1" = 7, "week 2" = 14 }`` gives a time point each."""
    anchor, rater = _read_anchor(table), cast(Rater, table.one_of("rater", Rater))
    before, after = table.integer("before", minimum=0), table.integer("after", minimum=0)
    instruments = table.texts("instruments")
    for key in instruments:
        if _instrument(table, "instruments", key).rater != rater:
            table.refuse("instruments", f"{key} is not for the rater {rater}")
    chosen = table.texts("arms") if "arms" in table else arms
    if not set(chosen) <= set(arms):
        table.refuse("arms", f"must be among {', '.join(arms)}")
    source, days = table.source(), table.table("days")
    points = tuple(
        TimePoint(
            name, anchor, days.integer(name, EARLIEST), before, after, rater, instruments, chosen, source
        )
        for name in days.names()
    )
    for point in points:
        _check_name(point, days)
    table.finish()
    return points


def _check_name(point: TimePoint, days: Table) -> None:
    if len(point.name) > LONGEST_NAME:
        days.refuse(point.name, f"must not be longer than {LONGEST_NAME} characters")
    if (ANY_DOSE in point.name) != (point.anchor.which == "any"):
        days.refuse(point.name, f"must hold {ANY_DOSE} where the anchor is dose:any, and only there")


def _read_anchor(table: Table) -> Anchor:
    text = table.text("anchor")
    kind, _, which = text.partition(":")
    if text == "start":
        return Anchor("start")
    if kind == "dose" and which in ("any", "last"):
        return Anchor("dose", cast(Literal["any", "last"], which))
    if kind == "dose" and which.isdecimal() and int(which) > 0:
        return Anchor("dose", int(which))
    return table.refuse("anchor", "must be start, dose:any, dose:last or dose: and its number")


def _instrument(table: Table, key: str, name: str) -> Instrument:
    try:
        return registry.get(name)
    except DefinitionError:
        raise
    except MeasuresError as error:
        return table.refuse(key, str(error))


def _check(protocol: Protocol, top: Table) -> None:
    """That the parts fit together."""
    if not protocol.arms or len(set(protocol.arm_keys)) < len(protocol.arms):
        top.refuse("arms", "must be at least one, each key once")
    if protocol.control and protocol.control not in protocol.arm_keys:
        top.refuse("control", f"must be an arm: {', '.join(protocol.arm_keys)}")
    asked = [
        (arm, point.name, key)
        for point in protocol.time_points
        for arm in point.arms
        for key in point.instruments
    ]
    if len(set(asked)) < len(asked):
        top.refuse("time_points", "ask the same instrument twice at the same time point")
    for arm in protocol.arms:
        if (arm.key, protocol.outcome.endpoint, protocol.outcome.instrument) not in asked:
            top.refuse("outcome.endpoint", f"is no time point at which arm {arm.key} answers the outcome")
        if arm.doses and len(arm.doses) != _expected(protocol):
            top.refuse(f"arms.{arm.key}.doses", "must say what is given in each dosing session")
    for point in protocol.time_points:
        _check_anchor(protocol, point, top)


def _expected(protocol: Protocol) -> int:
    return sum(row.count for row in protocol.sessions if row.kind == "dosing")


def _check_anchor(protocol: Protocol, point: TimePoint, top: Table) -> None:
    which = point.anchor.which
    for arm in point.arms if point.anchor.kind == "dose" else ():
        expected = protocol.dosing_sessions(arm)
        if not expected or (isinstance(which, int) and which > expected):
            top.refuse("time_points", f"{point.name!r} hangs on a dose that arm {arm} does not have")

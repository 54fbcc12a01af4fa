"""Reading one protocol file strictly. Raises ``measures.errors.DefinitionError`` naming file and key."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import cast, get_args

from measures.instrument import Instrument
from measures.language import gettext as _
from measures.parsing import read_toml
from measures.table import Table
from tracking.rules.protocol.amounts import read_dose, read_medication, read_washout
from tracking.rules.protocol.checks import check
from tracking.rules.protocol.points import point_names, read_time_points
from tracking.rules.protocol.records import (
    Arm,
    Diagnosis,
    Moment,
    Outcome,
    Phase,
    PlannedDose,
    Protocol,
    Published,
    SessionKind,
    Sessions,
    Statistic,
    Watch,
)
from tracking.rules.protocol.tables import chosen_arms, instrument_of, rising, scale_of


def load(path: Path) -> Protocol:
    """The protocol in this file, which is called by its key; a superseded one by key and version."""
    data = read_toml(path)
    rows = data.get("time_points")
    names = point_names([row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else [])
    top = Table(data, str(path))
    protocol = _read(top, names)
    if path.stem not in (protocol.key, f"{protocol.key}-{protocol.version}"):
        top.refuse("key", _("must be {name}, as the file is called").format(name=path.stem))
    return protocol


def _read(top: Table, names: frozenset[str]) -> Protocol:
    acute, rows = top.table("acute"), top.tables("arms")
    arms = tuple(row.text("key") for row in rows)
    if not arms or len(set(arms)) < len(arms):
        top.refuse("arms", _("must be at least one, each key once"))
    doses = tuple(read_dose(row, arms) for row in top.tables("doses"))
    protocol = Protocol(
        key=top.text("key"),
        version=top.text("version"),
        title=top.text("title"),
        diagnosis=cast(Diagnosis, top.one_of("diagnosis", Diagnosis)),
        summary=top.text("summary"),
        control=top.text("control", default=""),
        raters_not_blind=top.text("raters_not_blind", default=""),
        acute_days=acute.integer("days", minimum=0),
        acute_source=acute.source(),
        phases=tuple(_read_phase(row) for row in top.tables("phases")),
        arms=tuple(_read_arm(row, key, doses) for key, row in zip(arms, rows, strict=True)),
        sessions=tuple(_read_sessions(row, arms) for row in top.tables("sessions")),
        doses=doses,
        medications=tuple(read_medication(row, arms) for row in top.tables("medications")),
        washouts=tuple(read_washout(row) for row in top.tables("washouts")),
        watches=tuple(_read_watch(row) for row in top.tables("watches")),
        outcome=_read_outcome(top.table("outcome")),
        secondary=tuple(_read_outcome(row) for row in top.tables("secondary")),
        published=tuple(_read_published(row, arms) for row in top.tables("published")),
        time_points=tuple(
            point for row in top.tables("time_points") for point in read_time_points(row, arms, names)
        ),
    )
    acute.finish()
    top.finish()
    check(protocol, top)
    return protocol


def _read_arm(table: Table, key: str, doses: tuple[PlannedDose, ...]) -> Arm:
    """The doses of an arm by dosing session; they must be numbered without a gap."""
    mine = sorted((dose for dose in doses if key in dose.arms), key=lambda dose: dose.first)
    given: dict[int, list[PlannedDose]] = {}
    for dose in mine:
        for number in range(dose.first, dose.last + 1):
            given.setdefault(number, []).append(dose)
    if sorted(given) != list(range(1, len(given) + 1)):
        table.refuse("key", _("has doses that do not number its dosing sessions 1, 2, 3"))
    arm = Arm(
        key, table.text("title"), tuple(tuple(given[number]) for number in sorted(given)), table.source()
    )
    table.finish()
    return arm


def _read_phase(table: Table) -> Phase:
    span = rising(table, "days")
    if len(span) != 2:
        table.refuse("days", _("must be the first and the last day"))
    phase = Phase(table.text("title"), *span, table.source())
    table.finish()
    return phase


def _read_sessions(table: Table, arms: tuple[str, ...]) -> Sessions:
    minutes = table.integer("minutes", minimum=1) if "minutes" in table else None
    sessions = Sessions(
        kind=cast(SessionKind, table.one_of("kind", SessionKind)),
        days=rising(table, "days"),
        minutes=minutes,
        longest=table.integer("longest", minimum=(minutes or 0) + 1) if "longest" in table else None,
        stay=table.integer("stay", minimum=1) if "stay" in table else None,
        arms=chosen_arms(table, arms),
        source=table.source(),
    )
    if sessions.stay and sessions.kind != "dosing":
        table.refuse("stay", _("is only stated of dosing sessions"))
    table.finish()
    return sessions


def _read_watch(table: Table) -> Watch:
    instrument = table.text("instrument", default="")
    if instrument:
        scale = scale_of(table, instrument_of(table, "instrument", instrument), table.text("scale"))
    moments = table.texts("moments")
    for moment in moments:
        if moment not in get_args(Moment):
            table.refuse("moments", _("must be among {names}").format(names=", ".join(get_args(Moment))))
    watch = Watch(
        measure=table.text("measure"),
        instrument=instrument,
        scale=scale if instrument else "",
        moments=cast(tuple[Moment, ...], moments),
        every_minutes=table.integer("every_minutes", minimum=1) if "every_minutes" in table else None,
        warn_from=_decimal(table, "warn_from"),
        warn_to=_decimal(table, "warn_to"),
        source=table.source(),
    )
    if watch.warn_from is not None and watch.warn_to is not None and watch.warn_to >= watch.warn_from:
        table.refuse("warn_to", _("must lie below warn_from"))
    table.finish()
    return watch


def _decimal(table: Table, key: str) -> Decimal | None:
    return Decimal(str(table.number(key))) if key in table else None


def _read_outcome(table: Table) -> Outcome:
    key = table.text("instrument")
    instrument = instrument_of(table, "instrument", key)
    outcome = Outcome(
        instrument=key,
        scale=scale_of(table, instrument, table.text("scale")),
        endpoint=table.text("endpoint"),
        treatment_response=table.flag("treatment_response", default=False),
        remission=table.flag("remission", default=False),
        relapse=table.flag("relapse", default=False),
        absent=table.text("absent", default=""),
        source=table.source(),
    )
    _check_rules(outcome, instrument, table)
    table.finish()
    return outcome


def _check_rules(outcome: Outcome, instrument: Instrument, table: Table) -> None:
    """What the file says is judged, the instrument has a rule for."""
    if outcome.absent and outcome.absent not in {known.key for known in instrument.outcomes}:
        table.refuse("absent", _("is not an outcome of {instrument}").format(instrument=instrument.key))
    rules = instrument.change if instrument.change and instrument.change.scale == outcome.scale else None
    judged = {
        "treatment_response": (outcome.treatment_response, rules and rules.response),
        "remission": (outcome.remission, rules and rules.remission),
        "relapse": (outcome.relapse, rules and rules.relapse),
    }
    for name, (wanted, rule) in judged.items():
        if wanted and rule is None:
            table.refuse(
                name,
                _("has no rule in {instrument} for its scale {scale}").format(
                    instrument=instrument.key, scale=outcome.scale
                ),
            )


def _read_published(table: Table, arms: tuple[str, ...]) -> Published:
    row = Published(
        arm=table.text("arm"),
        what=table.text("what"),
        statistic=cast(Statistic, table.one_of("statistic", Statistic)),
        time_point=table.text("time_point"),
        value=Decimal(str(table.number("value"))),
        unit=table.text("unit"),
        n=table.integer("n", minimum=1) if "n" in table else None,
        source=table.source(),
    )
    if row.arm not in arms:
        table.refuse("arm", _("must be among {names}").format(names=", ".join(arms)))
    table.finish()
    return row

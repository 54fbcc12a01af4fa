"""What was planned for a dosing session and what was recorded in it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from tracking.rules.protocol import PlannedDose, Protocol, Watch

# Policies of this platform, which no protocol states:
FRESH_MINUTES = 30  # a reading "before the supplement" or "at the end" is not older than this
SLACK = 1.5  # a reading that comes later than so many intervals after the one before leaves a gap
LATE_MINUTES = 2  # what reaches the server later than this after its moment is marked as recorded late


@dataclass(frozen=True, slots=True)
class Plan:
    """The part of a protocol that is about one dosing session. ``doses``: what is given in this one;
    ``washout``: whether medication must have been stopped before; ``minutes``: how long it is planned to be; ``stay``:
    how long after the last dose the patient stays at least. Both in minutes, ``None``: not stated."""

    watches: tuple[Watch, ...] = ()
    doses: tuple[PlannedDose, ...] = ()
    washout: bool = False
    minutes: int | None = None
    stay: int | None = None

    @property
    def main(self) -> PlannedDose | None:
        """What the session begins with; ``None`` where the protocol plans nothing for it."""
        return self.doses[0] if self.doses else None


@dataclass(frozen=True, slots=True)
class Given:
    """One dose. ``amount`` is in ``unit``; ``weight_kg``: the body weight that day, ``None`` if not taken."""

    substance: str
    amount: Decimal
    unit: str
    at: datetime
    is_supplement: bool = False
    weight_kg: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One scale of one assessment of the session. ``value`` ``None``: not measured, or not to be said."""

    instrument: str
    scale: str
    at: datetime
    value: float | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """How a check came out; ``reason`` says why where it was not met."""

    topic: str
    at: datetime
    met: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What stands on a run-sheet: taken back lines and superseded readings are not in it."""

    begun_at: datetime
    ended_at: datetime | None = None
    doses: tuple[Given, ...] = ()
    readings: tuple[Reading, ...] = ()
    checks: tuple[Check, ...] = ()
    withheld_at: datetime | None = None

    @property
    def first_dose(self) -> datetime | None:
        return min((dose.at for dose in self.doses), default=None)

    @property
    def supplement_at(self) -> datetime | None:
        """When the first supplemental dose was given."""
        return min((dose.at for dose in self.doses if dose.is_supplement), default=None)

    def until(self, moment: datetime) -> Record:
        """What had happened by then."""
        return replace(
            self,
            ended_at=self.ended_at if self.ended_at and self.ended_at <= moment else None,
            doses=tuple(dose for dose in self.doses if dose.at <= moment),
            readings=tuple(reading for reading in self.readings if reading.at <= moment),
            checks=tuple(check for check in self.checks if check.at <= moment),
            withheld_at=self.withheld_at if self.withheld_at and self.withheld_at <= moment else None,
        )


def plan_of(protocol: Protocol | None, arm: str, number: int) -> Plan:
    """What a protocol says about dosing session ``number`` of an arm; without a protocol, nothing."""
    if protocol is None:
        return Plan()
    doses = tuple(row for row in protocol.doses if arm in row.arms and row.first <= number <= row.last)
    held = [row for row in protocol.sessions if row.kind == "dosing" and arm in row.arms]
    return Plan(
        watches=protocol.watches,
        doses=doses,
        washout=bool(protocol.washouts),
        minutes=held[0].minutes if held else None,
        stay=held[0].stay if held else None,
    )


def minutes_between(first: datetime, last: datetime) -> int:
    """Whole minutes from one moment to another, rounded down; below zero when ``last`` comes first."""
    return (last - first) // timedelta(minutes=1)

"""Readings against the limits of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from measures.instrument import Source
from measures.language import figure as number
from measures.language import gettext as _
from measures.language import within, written
from tracking.rules.protocol import Watch
from tracking.rules.run_sheet.records import Plan, Reading, Record


@dataclass(frozen=True, slots=True)
class Breach:
    """A value at or beyond a limit. ``upper``: the limit warns from there on up, else from there on down."""

    watch: Watch
    reading: Reading
    limit: Decimal
    upper: bool

    @property
    def at(self) -> datetime:
        return self.reading.at

    @property
    def source(self) -> Source:
        return self.watch.source

    @property
    def figure(self) -> str:
        """ "168 mmHg" """
        value = number(self.reading.value) if self.reading.value is not None else ""
        return self._in_unit(value)

    @property
    def words(self) -> str:
        """ "Systolic blood pressure 168 mmHg: warned from 160 mmHg on." """
        words = (
            _("{measure} {value}: warned from {limit} on.")
            if self.upper
            else _("{measure} {value}: warned at or below {limit}.")
        )
        limit = self._in_unit(written(str(self.limit)))
        return words.format(measure=_(self.watch.measure), value=self.figure, limit=limit)

    @property
    def clause(self) -> str:
        """ "systolic blood pressure was 168 mmHg" """
        return _("{measure} was {value}").format(measure=within(_(self.watch.measure)), value=self.figure)

    def _in_unit(self, value: str) -> str:
        unit = self.reading.unit
        return f"{value} {_(unit)}" if unit else value


def breaches(plan: Plan, readings: tuple[Reading, ...]) -> tuple[Breach, ...]:
    """Every value that is at or beyond a limit, in the order of the readings."""
    found = ((watch, reading) for reading in readings for watch in plan.watches if _is_of(reading, watch))
    return tuple(breach for watch, reading in found if (breach := _breach(watch, reading)))


def standing(plan: Plan, record: Record) -> tuple[Breach, ...]:
    """The warnings that stand: for each measure its latest value, if that is beyond. A later form on which the
    measure was left out takes no warning away."""
    found = []
    for watch in plan.watches:
        values = [each for each in record.readings if _is_of(each, watch) and each.value is not None]
        latest = max(values, key=lambda reading: reading.at, default=None)
        breach = _breach(watch, latest) if latest else None
        found += [breach] if breach else []
    return tuple(found)


def _is_of(reading: Reading, watch: Watch) -> bool:
    return bool(watch.instrument) and (reading.instrument, reading.scale) == (watch.instrument, watch.scale)


def _breach(watch: Watch, reading: Reading) -> Breach | None:
    if reading.value is None:
        return None
    value = Decimal(str(reading.value))
    if watch.warn_from is not None and value >= watch.warn_from:
        return Breach(watch, reading, watch.warn_from, upper=True)
    if watch.warn_to is not None and value <= watch.warn_to:
        return Breach(watch, reading, watch.warn_to, upper=False)
    return None

"""Reading what is given: doses, supplements, standing medication, washout."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from measures.language import gettext as _
from measures.table import Table
from tracking.rules.medication_classes import classification
from tracking.rules.protocol.records import (
    Amount,
    Given,
    PlannedDose,
    Route,
    StandingMedication,
    Supplement,
    Unit,
    Washout,
)
from tracking.rules.protocol.tables import chosen_arms, rising
from tracking.rules.substances import Range, read_range


def read_dose(table: Table, arms: tuple[str, ...]) -> PlannedDose:
    """What is given in some dosing sessions: ``sessions = [2, 3]`` is from the second to the third."""
    span = table.whole_numbers("sessions", minimum=1)
    if not 1 <= len(span) <= 2:
        table.refuse("sessions", _("must be one number, or the first and the last"))
    dose = PlannedDose(
        arms=chosen_arms(table, arms),
        first=span[0],
        last=span[-1],
        substance=table.text("substance"),
        amount=_amount(table),
        route=cast(Route, table.one_of("route", Route)),
        over_minutes=table.integer("over_minutes", minimum=1) if "over_minutes" in table else None,
        supplement=_supplement(table.table("supplement")) if "supplement" in table else None,
        settings=table.text("settings", default=""),
        plausible=_plausible(table.table("plausible")) if "plausible" in table else None,
        source=table.source(),
    )
    table.finish()
    return dose


def read_medication(table: Table, arms: tuple[str, ...]) -> StandingMedication:
    """A medication taken every day; a taper comes before its stop."""
    day = table.integer("day", minimum=0)
    taper = rising(table, "taper") if "taper" in table else ()
    stop = table.integer("stop", minimum=day + 1) if "stop" in table else None
    if taper and (taper[0] <= day or stop is None or taper[-1] >= stop):
        table.refuse("taper", _("must lie between the first day and the stop"))
    medication = StandingMedication(
        substance=table.text("substance"),
        classes=_classes(table),
        arms=chosen_arms(table, arms),
        amount=_amount(table),
        route=cast(Route, table.one_of("route", Route)),
        day=day,
        taper=taper,
        stop=stop,
        source=table.source(),
    )
    table.finish()
    return medication


def read_washout(table: Table) -> Washout:
    """``days``, or ``words`` where no source gives a number of days; which medication, by class or by name."""
    washout = Washout(
        what=table.text("what"),
        days=table.integer("days", minimum=1) if "days" in table else None,
        words=table.text("words", default=""),
        classes=_classes(table),
        substances=table.texts("substances") if "substances" in table else (),
        source=table.source(),
    )
    if washout.days is None and not washout.words:
        table.refuse("days", _("is missing: give days, or the rule in words"))
    if not washout.classes and not washout.substances:
        table.refuse("classes", _("is missing: say which medication, by classes or substances"))
    table.finish()
    return washout


def _classes(table: Table) -> tuple[str, ...]:
    """Classes of medication, if any are named."""
    classes = table.texts("classes") if "classes" in table else ()
    known = {row.key for row in classification().classes}
    if not set(classes) <= known:
        table.refuse("classes", _("must be among {names}").format(names=", ".join(sorted(known))))
    return classes


def _amount(table: Table) -> Amount:
    """``amount = 80, unit = "mg"``, up to ``up_to``; or ``"site"``, or ``"placebo"``."""
    if table.holds("amount", str):
        words = table.text("amount")
        if words not in ("site", "placebo"):
            table.refuse("amount", _('must be a number, "site" or "placebo"'))
        return Amount(cast(Given, words))
    low = Decimal(str(table.number("amount")))
    high = Decimal(str(table.number("up_to"))) if "up_to" in table else low
    if low <= 0 or high < low:
        table.refuse("amount", _("must be more than nothing, and not more than up_to"))
    return Amount("amount", low, high, cast(Unit, table.one_of("unit", Unit)))


def _plausible(table: Table) -> Range:
    """``{ range = [0.45, 0.55], unit = "mg/kg", source = "…", confidence = "…" }``"""
    found = read_range(table, "range", table.one_of("unit", Unit), table.source())
    table.finish()
    return found


def _supplement(table: Table) -> Supplement:
    window = rising(table, "minutes")
    if len(window) != 2:
        table.refuse("minutes", _("must be the earliest and the latest minute after the first dose"))
    supplement = Supplement(_amount(table), *window)
    table.finish()
    return supplement

"""Doses: what was given in all, how it differs from the plan, and when a supplement may follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from measures.language import gettext as _
from measures.language import ngettext, written
from tracking.rules.protocol import Amount, PlannedDose, Supplement
from tracking.rules.run_sheet.records import Given, Plan, Record, minutes_between

UNITS = {"ug": "µg"}
MG_PER = {"mg": Decimal(1), "ug": Decimal("0.001")}
FINEST = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Total:
    """What was given of one substance in all. ``per_kg``: mg per kg body weight, ``None`` where no weight was
    taken or the unit is none of mass."""

    substance: str
    amount: Decimal
    unit: str
    per_kg: Decimal | None


@dataclass(frozen=True, slots=True)
class Notice:
    """How a dose differs from what was planned: to be seen, not an obstacle."""

    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SupplementWindow:
    """When the supplemental dose may be given. ``state``: nothing given yet is ``waiting``, ``open`` or ``over``
    by the clock; else what became of it."""

    plan: Supplement
    opens_at: datetime
    closes_at: datetime
    state: Literal["waiting", "open", "over", "given", "withheld"]


def totals(doses: tuple[Given, ...]) -> tuple[Total, ...]:
    """The sum of each substance, in its unit where there is one, else in mg. An amount in mg/kg whose weight is
    not known stays in mg/kg, in a line of its own."""
    groups: dict[tuple[str, bool], list[Given]] = {}
    for dose in doses:
        groups.setdefault((dose.substance.casefold(), in_mg(dose) is None), []).append(dose)
    return tuple(
        total
        for (_name, apart), group in groups.items()
        for total in (_apart(group) if apart else [_sum(group)])
    )


def in_mg(dose: Given) -> Decimal | None:
    """The mass in mg; ``None`` for pulses, and for mg/kg of an unknown weight."""
    if dose.unit == "mg/kg":
        return (dose.amount * dose.weight_kg).quantize(FINEST) if dose.weight_kg else None
    return dose.amount * MG_PER[dose.unit] if dose.unit in MG_PER else None


def _sum(group: list[Given]) -> Total:
    mass = sum((in_mg(dose) or Decimal(0) for dose in group), Decimal(0))
    in_ug = all(dose.unit == "ug" for dose in group)
    weight = next((dose.weight_kg for dose in reversed(group) if dose.weight_kg), None)
    per_kg = (mass / weight).quantize(FINEST) if weight else None
    amount = mass / MG_PER["ug"] if in_ug else mass
    return Total(group[0].substance, amount.normalize(), "ug" if in_ug else "mg", per_kg)


def _apart(group: list[Given]) -> list[Total]:
    units = dict.fromkeys(dose.unit for dose in group)
    return [
        Total(
            group[0].substance,
            sum((dose.amount for dose in group if dose.unit == unit), Decimal(0)),
            unit,
            None,
        )
        for unit in units
    ]


def supplement_window(plan: Plan, record: Record, now: datetime) -> SupplementWindow | None:
    """The window of the planned supplement; ``None`` before the first dose, or where none is planned."""
    first = record.first_dose
    planned = next((dose.supplement for dose in plan.doses if dose.supplement), None)
    if first is None or planned is None:
        return None
    opens, closes = (first + timedelta(minutes=m) for m in (planned.earliest, planned.latest))
    state: Literal["waiting", "open", "over", "given", "withheld"]
    if record.supplement_at:
        state = "given"
    elif record.withheld_at:
        state = "withheld"
    else:
        state = "waiting" if now < opens else "open" if now <= closes else "over"
    return SupplementWindow(planned, opens, closes, state)


def notices(plan: Plan, record: Record) -> tuple[Notice, ...]:
    """Where doses differ from the plan: another substance, amount or unit, or a supplement outside its window.
    Nothing is said where the protocol leaves the amount to the site, or plans nothing at all."""
    if not plan.doses:
        return ()
    main = [dose for dose in record.doses if not dose.is_supplement]
    found = [_unplanned(plan, dose) for dose in record.doses]
    for planned in plan.doses:
        found.append(_of_amount(planned.amount, _of(planned, main)))
    for dose in record.doses:
        of_plan = next((row for row in plan.doses if _is_of(row, dose)), None)
        if dose.is_supplement and of_plan:
            found += _of_supplement(of_plan.supplement, dose, record)
    return tuple(sorted((notice for notice in found if notice), key=lambda notice: notice.at))


def _is_of(planned: PlannedDose, dose: Given) -> bool:
    return planned.substance.casefold() == dose.substance.casefold()


def _of(planned: PlannedDose, doses: list[Given]) -> list[Given]:
    return [dose for dose in doses if _is_of(planned, dose)]


def _unplanned(plan: Plan, dose: Given) -> Notice | None:
    if any(_is_of(planned, dose) for planned in plan.doses):
        return None
    words = _("{substance} is not what the protocol plans for this session.")
    return Notice(words.format(substance=dose.substance), dose.at)


def _of_amount(planned: Amount, doses: list[Given]) -> Notice | None:
    if planned.given != "amount" or not doses:
        return None
    amounts = [in_unit(dose, planned.unit) for dose in doses]
    what, at = doses[0].substance, doses[-1].at
    if any(amount is None for amount in amounts):
        words = _("{substance} was given in another unit than the {planned} planned.")
        return Notice(words.format(substance=what, planned=planned.words), at)
    amount = sum((each for each in amounts if each is not None), Decimal(0))
    if planned.low <= amount <= planned.high:
        return None
    given = f"{what} {written(f'{amount.normalize():f}')} {_(UNITS.get(planned.unit, planned.unit))}"
    return Notice(_("{dose} given, {planned} planned.").format(dose=given, planned=planned.words), at)


def in_unit(dose: Given, unit: str) -> Decimal | None:
    """The amount in another unit; ``None`` where it cannot be said: pulses, or mg/kg of an unknown weight."""
    if dose.unit == unit:
        return dose.amount
    mass = in_mg(dose)
    if mass is None:
        return None
    if unit == "mg/kg":
        return (mass / dose.weight_kg).quantize(FINEST) if dose.weight_kg else None
    return mass / MG_PER[unit] if unit in MG_PER else None


def _of_supplement(planned: Supplement | None, dose: Given, record: Record) -> list[Notice | None]:
    if planned is None:
        unplanned = _("A supplemental dose of {substance} is not planned for this session.")
        return [Notice(unplanned.format(substance=dose.substance), dose.at)]
    after = minutes_between(record.first_dose or dose.at, dose.at)
    words = ngettext(
        "The supplemental dose was given {n} minute after the first dose, {earliest} to {latest} planned.",
        "The supplemental dose was given {n} minutes after the first dose, {earliest} to {latest} planned.",
        after,
    ).format(n=after, earliest=planned.earliest, latest=planned.latest)
    outside = not planned.earliest <= after <= planned.latest
    return [_of_amount(planned.amount, [dose]), Notice(words, dose.at) if outside else None]

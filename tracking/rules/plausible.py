"""Whether what was typed can be what was given or is taken: pure. Nothing here forbids.

A dose is held against what the protocol plans for the session; where the protocol leaves the amount to the site, or
there is none, against what is known of the substance. Earlier doses of the session count with it. A medication is held
against the amount of the protocol, else against what is known of a day, and a step of it against the tablets that
exist. Where neither the protocol nor the list says anything, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from measures.instrument import Source
from measures.language import gettext as _
from measures.language import marked, pgettext, written
from tracking.rules.protocol import Amount, PlannedDose, StandingMedication
from tracking.rules.protocol.records import UNIT_WORDS
from tracking.rules.run_sheet import Given, Plan
from tracking.rules.run_sheet.doses import MG_PER, in_unit
from tracking.rules.substances import Range, canonical, meant, substance

SLIPS = [Decimal(factor) for factor in ("0.1", "10", "0.01", "100", "0.001", "1000")]  # of a decimal point


@dataclass(frozen=True, slots=True)
class Meant:
    """What was meant, perhaps: offered in place of what was typed."""

    substance: str
    amount: Decimal
    unit: str

    @property
    def words(self) -> str:
        return f"{self.substance} {in_words(self.amount, self.unit)}"


@dataclass(frozen=True, slots=True)
class Question:
    """Why something that was typed is asked about.

    ``field``: where to look first, "substance", "unit" or "amount"; ``amount_is_odd``: not the name alone. ``planned``:
    what the protocol says, or "". ``instead``: the most likely slip put right, if there is one. ``source``: who says
    what is usual, where no protocol does.
    """

    field: str
    reasons: tuple[str, ...]
    amount_is_odd: bool
    typed: str
    planned: str
    instead: Meant | None
    source: Source | None

    @property
    def words(self) -> str:
        return " ".join(self.reasons)


What = Literal["exactly planned", "planned", "usual at a time", "usual a day"]
LESS: dict[What, str] = {
    "exactly planned": marked("{given} is less than the planned {bound}."),
    "planned": marked("{given} is less than the least that is planned, {bound}."),
    "usual at a time": marked("{given} is less than the least that is usual at a time, {bound}."),
    "usual a day": marked("{given} is less than the least that is usual a day, {bound}."),
}
MORE: dict[What, str] = {
    "exactly planned": marked("{given} is more than the planned {bound}."),
    "planned": marked("{given} is more than the most that is planned, {bound}."),
    "usual at a time": marked("{given} is more than the most that is usual at a time, {bound}."),
    "usual a day": marked("{given} is more than the most that is usual a day, {bound}."),
}
TWICE: dict[What, str] = {
    "exactly planned": marked("{given} is twice the planned {bound}."),
    "planned": marked("{given} is twice the most that is planned, {bound}."),
    "usual at a time": marked("{given} is twice the most that is usual at a time, {bound}."),
    "usual a day": marked("{given} is twice the most that is usual a day, {bound}."),
}
TIMES: dict[What, str] = {
    "exactly planned": marked("{given} is {n} times the planned {bound}."),
    "planned": marked("{given} is {n} times the most that is planned, {bound}."),
    "usual at a time": marked("{given} is {n} times the most that is usual at a time, {bound}."),
    "usual a day": marked("{given} is {n} times the most that is usual a day, {bound}."),
}
APART: dict[What, str] = {
    "exactly planned": marked("{given} cannot be compared with the planned {bound}."),
    "planned": marked("{given} cannot be compared with the most that is planned, {bound}."),
    "usual at a time": marked("{given} cannot be compared with the most that is usual at a time, {bound}."),
    "usual a day": marked("{given} cannot be compared with the most that is usual a day, {bound}."),
}
UNWEIGHED: dict[What, str] = {
    "exactly planned": marked("{given} cannot be compared with the planned {bound} without the body weight."),
    "planned": marked(
        "{given} cannot be compared with the most that is planned, {bound} without the body weight."
    ),
    "usual at a time": marked(
        "{given} cannot be compared with the most that is usual at a time, {bound} without the body weight."
    ),
    "usual a day": marked(
        "{given} cannot be compared with the most that is usual a day, {bound} without the body weight."
    ),
}


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What is taken without a question."""

    range: Range
    what: What

    @property
    def is_planned(self) -> bool:
        return self.what in ("planned", "exactly planned")


def in_words(amount: Decimal, unit: str) -> str:
    """ "0.5 mg/kg" """
    return f"{_figure(amount)} {_(UNIT_WORDS.get(unit, unit))}"


def _figure(amount: Decimal) -> str:
    return written(f"{amount.normalize():f}")


def question_of_dose(plan: Plan, dose: Given, before: Sequence[Given] = ()) -> Question | None:
    """What is to be asked about a dose of a session, with the doses ``before`` it; ``None``: it is plausible."""
    spelt = meant(dose.substance, [row.substance for row in plan.doses])
    named = spelt or dose.substance
    row = next((one for one in plan.doses if canonical(one.substance) == canonical(named)), None)
    bounds = _bounds_of(row, dose, named)
    earlier = [
        other
        for other in before
        if canonical(other.substance) == canonical(named) and other.is_supplement == dose.is_supplement
    ]
    wrong, words = _of_amount([dose, *earlier], bounds) if bounds else ("", "")
    instead = Meant(spelt, dose.amount, dose.unit) if spelt else None
    if bounds and wrong:
        instead = None if earlier else _put_right(named, dose.amount, dose.unit, bounds)
    others = [one.substance for one in plan.doses if row is None and not before]
    about_name = _of_name(dose.substance, spelt, others)
    shown = row or plan.main
    return _question(
        about_name,
        (wrong, words),
        typed=f"{dose.substance} {in_words(dose.amount, dose.unit)}",
        planned=f"{shown.substance} {_amount_of(shown, dose).words}" if shown else "",
        instead=instead,
        bounds=bounds,
    )


def question_of_day(
    name: str,
    amount: Decimal,
    unit: str,
    planned: Sequence[StandingMedication] = (),
    *,
    may_be_less: bool = False,
) -> Question | None:
    """What is to be asked about so much of a medication a day. ``planned``: the medications of the protocol in the arm;
    whatever is not among them is held against the list. ``may_be_less``: than what is usual, on the way out or as a
    liquid."""
    spelt = meant(name, [row.substance for row in planned])
    named = spelt or name
    row = next((one for one in planned if canonical(one.substance) == canonical(named)), None)
    bounds = _bounds_of_day(row, named)
    wrong, words = "", ""
    if bounds:
        total = _in_unit(amount, unit, bounds.range.unit)
        if total is None or not (may_be_less and total < bounds.range.low):
            wrong, words = _compared(total, in_words(amount, unit), bounds)
    instead = Meant(spelt, amount, unit) if spelt else None
    return _question(
        _of_name(name, spelt, []),
        (wrong, words),
        typed=_("{dose} a day").format(dose=f"{name} {in_words(amount, unit)}"),
        planned=_("{dose} a day").format(dose=f"{row.substance} {row.amount.words}") if row else "",
        instead=_put_right(named, amount, unit, bounds) if bounds and wrong else instead,
        bounds=bounds,
    )


def amounts_of_tablets(name: str, most: Decimal, unit: str) -> tuple[Decimal, ...]:
    """Every amount up to ``most`` that tablets make up, rising, in the same unit; empty where nothing is known of
    them."""
    known = substance(name)
    mass = _in_unit(most, unit, known.unit) if known and known.tablets else None
    if known is None or mass is None or mass > (known.most_a_day or mass):
        return ()
    return tuple(one for mass in known.amounts(mass) if (one := _in_unit(mass, known.unit, unit)) is not None)


def no_tablets_for(name: str, amount: Decimal, unit: str) -> str:
    """That no tablets make up an amount a day, in words; "" where they do, or where nothing is known of them."""
    known = substance(name)
    mass = _in_unit(amount, unit, known.unit) if known and known.tablets else None
    if known is None or not mass or mass > (known.most_a_day or mass) or mass in known.amounts(mass):
        return ""
    return _(
        "no tablets of {name} make up {amount} (there are {sizes} {unit}; to be halved: {halves})"
    ).format(
        name=known.name,
        amount=in_words(amount, unit),
        sizes=", ".join(_figure(size) for size in known.tablets),
        unit=_(UNIT_WORDS.get(known.unit, known.unit)),
        halves=", ".join(_figure(size) for size in known.halves) or pgettext("halves of tablets", "none"),
    )


def _question(
    about_name: list[str],
    about_amount: tuple[str, str],
    *,
    typed: str,
    planned: str,
    instead: Meant | None,
    bounds: _Bounds | None,
) -> Question | None:
    wrong, words = about_amount
    reasons = (*about_name, words) if wrong else tuple(about_name)
    if not reasons:
        return None
    field = "substance" if about_name else wrong
    source = bounds.range.source if bounds and not bounds.is_planned and wrong else None
    return Question(field, reasons, bool(wrong), typed, planned, instead, source)


def _of_name(name: str, spelt: str, planned: Sequence[str]) -> list[str]:
    """``planned``: what the session should begin with, where that is something else. Later on another substance may be
    given beside it, as a rescue: that is noted and not asked about."""
    if spelt:
        return [_("“{name}” is not a name that is known; is {spelt} meant?").format(name=name, spelt=spelt)]
    if not planned:
        return []
    words = _("{name} is not what is planned for this session: {planned}.")
    return [words.format(name=name, planned=", ".join(planned))]


def _amount_of(row: PlannedDose, dose: Given) -> Amount:
    return row.supplement.amount if dose.is_supplement and row.supplement else row.amount


def _bounds_of(row: PlannedDose | None, dose: Given, named: str) -> _Bounds | None:
    """A placebo has none. ``plausible`` of a protocol is about the main dose."""
    if row:
        amount = _amount_of(row, dose)
        if amount.given == "placebo":
            return None
        if row.plausible and amount is row.amount:
            return _planned(row.plausible)
        if amount.given == "amount" and (row.supplement or not dose.is_supplement):
            return _planned(Range(amount.low, amount.high, amount.unit, row.source))
    known = substance(named)
    found = known and (known.once or known.daily)
    return _Bounds(found, "usual at a time") if found else None


def _bounds_of_day(row: StandingMedication | None, named: str) -> _Bounds | None:
    if row and row.amount.given == "placebo":
        return None
    if row and row.amount.given == "amount":
        return _planned(Range(row.amount.low, row.amount.high, row.amount.unit, row.source))
    known = substance(named)
    return _Bounds(known.daily, "usual a day") if known and known.daily else None


def _planned(span: Range) -> _Bounds:
    return _Bounds(span, "exactly planned" if span.low == span.high else "planned")


def _of_amount(doses: Sequence[Given], bounds: _Bounds) -> tuple[str, str]:
    """The first of ``doses`` is the one that was typed."""
    masses = [in_unit(dose, bounds.range.unit) for dose in doses]
    known = [mass for mass in masses if mass is not None]
    total = sum(known, Decimal(0)) if masses[0] is not None else None
    words = in_words(doses[0].amount, doses[0].unit)
    if len(known) > 1 and total is not None:
        words = _("With what was given before, {total}").format(total=in_words(total, bounds.range.unit))
    return _compared(total, words, bounds)


def _compared(total: Decimal | None, words: str, bounds: _Bounds) -> tuple[str, str]:
    """Which entry is in doubt, and why; two times "" where none is. ``total`` is in the unit of the range."""
    span = bounds.range
    most = in_words(span.high, span.unit)
    if total is None:
        said = UNWEIGHED if span.unit == "mg/kg" or "mg/kg" in words else APART
        return "unit", _(said[bounds.what]).format(given=words, bound=most)
    if total < span.low:
        return "amount", _(LESS[bounds.what]).format(given=words, bound=in_words(span.low, span.unit))
    if total <= span.high:
        return "", ""
    ratio = total / span.high
    said = MORE if ratio < 2 else TWICE if ratio == 2 else TIMES
    times = _figure(ratio.quantize(Decimal("0.1")))
    return "amount", _(said[bounds.what]).format(given=words, bound=most, n=times)


def _put_right(named: str, amount: Decimal, unit: str, bounds: _Bounds) -> Meant | None:
    """The planned amount, the same number in the unit that is usual, or the decimal point elsewhere."""
    span = bounds.range
    if bounds.what == "exactly planned":
        return Meant(named, span.low, span.unit)
    if unit != span.unit:
        return Meant(named, amount, span.unit) if span.low <= amount <= span.high else None
    moved = (amount * factor for factor in SLIPS)
    return next((Meant(named, one, unit) for one in moved if span.low <= one <= span.high), None)


def _in_unit(amount: Decimal, unit: str, wanted: str) -> Decimal | None:
    if unit == wanted:
        return amount
    return amount * MG_PER[unit] / MG_PER[wanted] if unit in MG_PER and wanted in MG_PER else None

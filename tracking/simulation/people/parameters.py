"""The figures that a simulation is made with: one file per protocol and one about conduct, read strictly. Pure.

``tracking/simulation/parameters/<protocol>.toml``. Each figure says whether it is a published one that the simulation
is set to, or ours. Raises ``measures.errors.DefinitionError`` naming file and key when a file is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar

from measures import registry
from measures.errors import DefinitionError
from measures.instrument import Source
from measures.parsing import read_toml
from measures.table import Table
from tracking.rules.protocol import PlannedDose, Protocol, StandingMedication

FOLDER = Path(__file__).parents[1] / "parameters"
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Course:
    """The main total of one arm: mean and SD at named time points, in points, and ``leave``: how many of a hundred
    leave before the last follow-up."""

    means: Mapping[str, float]
    sds: Mapping[str, float]
    leave: float
    source: Source


@dataclass(frozen=True, slots=True)
class Level:
    """A scale that does not follow severity: mean and SD as shares of its range; ``trait``: what of a person it
    goes with."""

    mean: float
    sd: float
    trait: str


@dataclass(frozen=True, slots=True)
class Amount:
    """What is given where the protocol leaves it open."""

    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What becomes of what is asked of one kind of rater."""

    unanswered: float
    days_late: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How people of any protocol behave; see ``parameters/conduct.toml``."""

    attendance: float
    delayed: float
    left_out: float
    ideation: float
    person: float
    experience: float
    alliance: float
    baseline_share: float
    share_sd: float
    asked: Mapping[str, Asked]
    levels: Mapping[str, Level]
    source: Source


@dataclass(frozen=True, slots=True)
class Parameters:
    """All figures of one protocol.

    ``absent``: by arm, the percentage without the outcome that the protocol names, by time point. ``relief``: by
    arm, how many of a hundred have lost relief by so many days after the first dose. ``experience``: by arm, the
    share of the range of a scale about the experience.
    """

    courses: Mapping[str, Course]
    absent: Mapping[str, Mapping[str, float]]
    relief: Mapping[str, Mapping[int, float]]
    experience: Mapping[str, Level]
    amounts: Mapping[str, Amount]
    conduct: Conduct


@cache
def conduct() -> Conduct:
    """How people of any protocol behave."""
    top = _open("conduct")
    other = top.table("other_scales")
    asked = top.table("asked")
    found = Conduct(
        **{name: _share(top, name) for name in ("attendance", "delayed", "left_out", "ideation")},
        **{name: _share(top, name) for name in ("person", "experience", "alliance")},
        baseline_share=_share(other, "baseline"),
        share_sd=_share(other, "sd"),
        asked={rater: _read_asked(asked.table(rater)) for rater in ("self", "clinician")},
        levels=dict(_read_level(row) for row in top.tables("levels")),
        source=top.source(),
    )
    if found.person + found.experience**2 + found.alliance**2 >= 1:
        top.refuse("person", "leaves no variance to chance")
    for table in (other, asked, top):
        table.finish()
    return found


@cache
def parameters_of(protocol: Protocol) -> Parameters:
    """The figures of a protocol: a course for each of its arms, time points that it has, and an amount of whatever it
    leaves to the site. Raises ``DefinitionError``, also where the protocol has no file of figures."""
    top = _open(protocol.key)
    names = {point.name for point in protocol.time_points}
    found = Parameters(
        courses=dict(_read_course(row, names) for row in top.tables("course")),
        absent=dict(_read_absent(row, names) for row in top.tables("absent")),
        relief=dict(_read_relief(row) for row in top.tables("relief")),
        experience=dict(_read_experience(row) for row in top.tables("experience")),
        amounts=dict(_read_amount(row) for row in top.tables("amounts")),
        conduct=conduct(),
    )
    top.finish()
    if set(found.courses) != set(protocol.arm_keys):
        top.refuse("course", f"must be one for each arm: {', '.join(protocol.arm_keys)}")
    for name in ("absent", "relief", "experience"):
        if not set(getattr(found, name)) <= set(protocol.arm_keys):
            top.refuse(name, f"names an arm that is not among {', '.join(protocol.arm_keys)}")
    if found.absent and not protocol.outcome.absent:
        top.refuse("absent", "needs a protocol that says which outcome must be absent")
    given: list[PlannedDose | StandingMedication] = [*protocol.doses, *protocol.medications]
    left_open = {row.substance for row in given if row.amount.given != "amount"} - set(found.amounts)
    if left_open:
        top.refuse("amounts", f"must say how much is given of {', '.join(sorted(left_open))}")
    return found


def _open(name: str) -> Table:
    path = FOLDER / f"{name}.toml"
    if not path.exists():
        reason = "cannot be read: it is not there. A simulation needs the figures of its protocol: docs/protocols.md"
        raise DefinitionError(str(path), "(file)", reason)
    return Table(read_toml(path), str(path))


def _share(table: Table, key: str) -> float:
    value = float(table.number(key))
    if not 0 <= value <= 1:
        table.refuse(key, "must lie between 0 and 1")
    return value


def _numbers(table: Table, key: str, names: set[str] | None = None) -> dict[str, float]:
    """A table of numbers by name, at least one."""
    rows = table.table(key)
    found = {name: float(rows.number(name)) for name in rows.names()}
    unknown = sorted(set(found) - names) if names is not None else []
    if unknown or not found:
        table.refuse(key, f"names a time point that the protocol has not: {', '.join(unknown)}")
    return found


def _read_asked(table: Table) -> Asked:
    asked = Asked(_share(table, "unanswered"), table.whole_numbers("days_late", minimum=0))
    table.finish()
    return asked


def _read_level(table: Table) -> tuple[str, Level]:
    key = table.text("instrument")
    if key not in set(registry.keys()):
        table.refuse("instrument", f"is not an instrument: {key}")
    level = Level(_share(table, "mean"), _share(table, "sd"), table.text("trait"))
    table.finish()
    return key, level


def _read_course(table: Table, names: set[str]) -> tuple[str, Course]:
    course = Course(
        means=_numbers(table, "means", names),
        sds=_numbers(table, "sds", names),
        leave=float(table.number("leave")),
        source=table.source(),
    )
    if not 0 <= course.leave < 100:
        table.refuse("leave", "must be a percentage below 100")
    return _of_arm(table, course)


def _of_arm(table: Table, row: Row) -> tuple[str, Row]:
    arm = table.text("arm")
    table.finish()
    return arm, row


def _read_absent(table: Table, names: set[str]) -> tuple[str, Mapping[str, float]]:
    table.source()
    return _of_arm(table, _numbers(table, "percent", names))


def _read_relief(table: Table) -> tuple[str, Mapping[int, float]]:
    table.source()
    lost = {int(day): percent for day, percent in _numbers(table, "lost").items()}
    if list(lost) != sorted(lost) or list(lost.values()) != sorted(lost.values()):
        table.refuse("lost", "must rise with the days")
    return _of_arm(table, lost)


def _read_experience(table: Table) -> tuple[str, Level]:
    table.source()
    return _of_arm(table, Level(_share(table, "mean"), _share(table, "sd"), "experience"))


def _read_amount(table: Table) -> tuple[str, Amount]:
    table.source()
    substance = table.text("substance")
    amount = Amount(Decimal(str(table.number("amount"))), table.text("unit"))
    table.finish()
    return substance, amount

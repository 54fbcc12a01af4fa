"""Reads the ``[change]`` part of an instrument file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from measures.instrument import ChangeRules, Cutoff, Drop, Relapse, Reliability, Remission
from measures.language import gettext as _
from measures.table import Table

R = TypeVar("R")


def read_change(table: Table) -> ChangeRules:
    """The change rules of one scale. A rule that is absent stays ``None``. Raises ``DefinitionError``."""
    rules = ChangeRules(
        scale=table.text("scale"),
        version=table.text("version"),
        reliability=_read(table, "reliability", _reliability),
        reliable_points=_read(table, "reliable_points", _points),
        mcid=_read(table, "mcid", _drop),
        response=_read(table, "response", _drop),
        partial_response=_read(table, "partial_response", _drop),
        cutoff=_read(table, "cutoff", _cutoff),
        remission=_read(table, "remission", _remission),
        relapse=_read(table, "relapse", _relapse),
        deterioration=_read(table, "deterioration", _drop),
    )
    table.finish()
    return rules


def _read(change: Table, key: str, reader: Callable[[Table], R]) -> R | None:
    if key not in change:
        return None
    table = change.table(key)
    rule = reader(table)
    table.finish()
    return rule


def _reliability(table: Table) -> Reliability:
    sd, reliability = table.number("sd"), table.number("reliability")
    if sd <= 0:
        table.refuse("sd", _("must be above 0"))
    if not 0 <= reliability < 1:
        table.refuse("reliability", _("must be from 0 to below 1"))
    return Reliability(float(sd), float(reliability), table.text("kind"), table.source())


def _drop(table: Table) -> Drop:
    if ("percent" in table) == ("points" in table):
        table.refuse("percent", _("give either percent or points"))
    drop = Drop(table.optional_number("percent"), table.optional_number("points"), table.source())
    if (drop.percent or drop.points or 0) <= 0 or (drop.percent or 0) > 100:
        table.refuse(
            "points" if drop.percent is None else "percent", _("must be above 0, and a percentage up to 100")
        )
    return drop


def _points(table: Table) -> Drop:
    """A published number of points: a percentage of baseline says nothing of measurement error."""
    drop = _drop(table)
    if drop.points is None:
        table.refuse("percent", _("must be given in points"))
    return drop


def _cutoff(table: Table) -> Cutoff:
    return Cutoff(table.number("threshold"), table.source())


def _remission(table: Table) -> Remission:
    return Remission(
        threshold=table.number("threshold"),
        days=table.integer("days", minimum=0),
        assessments=table.integer("assessments", minimum=1),
        source=table.source(),
        absent_outcome=table.text("absent_outcome") if "absent_outcome" in table else None,
    )


def _relapse(table: Table) -> Relapse:
    return Relapse(
        threshold=table.number("threshold"),
        confirm_within_days=table.integer("confirm_within_days", minimum=1),
        recovery_days=table.integer("recovery_days", minimum=1),
        source=table.source(),
    )

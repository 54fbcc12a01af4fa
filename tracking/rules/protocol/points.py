"""Reading the time points of a protocol file: what is asked of whom, how far from which event."""

from __future__ import annotations

from typing import cast

from measures.language import gettext as _
from measures.table import Table
from tracking.rules.protocol.anchors import NUMBER, WEEK, read_anchor, read_condition, read_repeat
from tracking.rules.protocol.records import Anchor, Rater, Repeat, TimePoint
from tracking.rules.protocol.tables import chosen_arms, instrument_of, rising

EARLIEST = -365  # a time point may lie this many days before its anchor
LONGEST_NAME = 40  # what the stored time point holds


def point_names(rows: list[dict[str, object]]) -> frozenset[str]:
    """The names of all time points, before any of them is read: a repeat may end at another one."""
    blocks = [row.get("days") for row in rows]
    return frozenset(name for days in blocks if isinstance(days, dict) for name in days)


def read_time_points(table: Table, arms: tuple[str, ...], names: frozenset[str]) -> tuple[TimePoint, ...]:
    """One block of the file: ``days = { "week 1" = 7, "week 2" = 14 }`` gives a time point each."""
    anchor, rater = read_anchor(table), cast(Rater, table.one_of("rater", Rater))
    before, after = table.integer("before", minimum=0), table.integer("after", minimum=0)
    instruments, reminders = _read_instruments(table, rater), _read_reminders(table, before + after)
    chosen, repeat, condition = chosen_arms(table, arms), read_repeat(table, names), read_condition(table)
    acute, source, days = table.flag("acute", default=False), table.source(), table.table("days")
    blinded, finish_late = _read_blinded(table, rater), _read_finish_late(table, rater)
    points = tuple(
        TimePoint(
            name=name,
            anchor=anchor,
            day=days.integer(name, EARLIEST),
            before=before,
            after=after,
            rater=rater,
            instruments=instruments,
            arms=chosen,
            blinded=blinded,
            acute=acute,
            finish_late=finish_late,
            reminders=reminders,
            repeat=repeat,
            condition=condition,
            source=source,
        )
        for name in days.names()
    )
    for point in points:
        _check_name(point, days)
    table.finish()
    return points


def _read_instruments(table: Table, rater: Rater) -> tuple[str, ...]:
    keys = table.texts("instruments")
    for key in keys:
        instrument = instrument_of(table, "instruments", key)
        if instrument.rater != rater:
            table.refuse(
                "instruments",
                _("{instrument} is not for the rater {rater}").format(instrument=key, rater=rater),
            )
        if not instrument.items:
            table.refuse(
                "instruments",
                _("{instrument} has no items to answer: only its total can be recorded").format(
                    instrument=key
                ),
            )
    return keys


def _read_blinded(table: Table, rater: Rater) -> bool:
    blinded = table.flag("blinded", default=False)
    if blinded and rater != "clinician":
        table.refuse("blinded", _("is for what a clinician rates: nobody is blind to the own answers"))
    return blinded


def _read_reminders(table: Table, window: int) -> tuple[int, ...]:
    reminders = rising(table, "reminders") if "reminders" in table else ()
    if reminders and reminders[-1] > window:
        table.refuse("reminders", _("must not come after the window of {n} days has closed").format(n=window))
    return reminders


def _read_finish_late(table: Table, rater: Rater) -> bool:
    if "finish_late" in table and rater != "self":
        table.refuse("finish_late", _("is for what the patient answers: a rating is made in its time"))
    return table.flag("finish_late", default=True)


def _check_name(point: TimePoint, days: Table) -> None:
    if len(point.name) > LONGEST_NAME:
        days.refuse(point.name, _("must not be longer than {n} characters").format(n=LONGEST_NAME))
    _check_marks(point.name, point.anchor, point.repeat, days)
    if point.repeat and WEEK in point.name and (point.day % 7 or point.repeat.every % 7):
        days.refuse(
            point.name, _("may hold {mark} only where all its days are whole weeks").format(mark=WEEK)
        )


def _check_marks(name: str, anchor: Anchor, repeat: Repeat | None, days: Table) -> None:
    """A name must tell apart the events and the repeats that it stands for."""
    if (NUMBER in name) != (anchor.which == "any"):
        days.refuse(
            name, _("must hold {mark} where the anchor is any of several, and only there").format(mark=NUMBER)
        )
    if (WEEK in name) != (repeat is not None):
        days.refuse(name, _("must hold {mark} where it repeats, and only there").format(mark=WEEK))

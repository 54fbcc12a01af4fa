"""How a protocol file names events, conditions and repeats."""

from __future__ import annotations

from typing import Literal, cast, get_args

from measures.language import gettext as _
from measures.language import marked
from measures.table import Table
from tracking.rules.protocol.records import Anchor, Condition, EventKind, Repeat, SessionKind

NUMBER, WEEK = "{n}", "{week}"
SINGLE: tuple[EventKind, ...] = ("start", "stop", "end")
FORMS = marked("start, dose:, session:KIND: or taper: with a number, any or last, stop, or end")


def read_anchor(table: Table, key: str = "anchor") -> Anchor:
    """The event that a key names."""
    anchor = parse_anchor(table.text(key))
    return anchor or table.refuse(key, _("must be {forms}").format(forms=_(FORMS)))


def parse_anchor(text: str) -> Anchor | None:
    """ "dose:2", "session:psychotherapy:any", "stop"; nothing where the text names no event."""
    kind, *rest = text.split(":")
    if not rest:
        return Anchor(kind) if kind in SINGLE else None
    if kind == "session" and len(rest) == 2 and rest[0] in get_args(SessionKind) and rest[0] != "dosing":
        which = _which(rest[1])
        return Anchor("session", which, cast(SessionKind, rest[0])) if which else None
    if kind in ("dose", "taper") and len(rest) == 1 and (which := _which(rest[0])):
        return Anchor(cast(EventKind, kind), which) if (kind, which) != ("taper", "last") else None
    return None


def _which(text: str) -> Literal["any", "last"] | int | None:
    if text in ("any", "last"):
        return cast(Literal["any", "last"], text)
    return int(text) if text.isdecimal() and int(text) > 0 else None


def read_repeat(table: Table, names: frozenset[str]) -> Repeat | None:
    """``every = 14, until = 84, at_most = 6``; ``until`` may name an event or one of the time points."""
    if "every" not in table:
        return None
    every, at_most = table.integer("every", minimum=1), table.integer("at_most", minimum=2)
    return Repeat(every, _read_until(table, names), at_most)


def _read_until(table: Table, names: frozenset[str]) -> int | str | Anchor:
    if table.holds("until", int):
        return table.integer("until", minimum=1)
    text = table.text("until")
    if text in names:
        return text
    return parse_anchor(text) or table.refuse(
        "until", _("must be days, an event or the name of a time point")
    )


def read_condition(table: Table) -> Condition | None:
    """``when = { instrument = "caps5", at = "baseline", outcome = "ptsd_diagnosis" }``"""
    if "when" not in table:
        return None
    when = table.table("when")
    condition = Condition(when.text("instrument"), when.text("at"), when.text("outcome", default=""))
    when.finish()
    return condition

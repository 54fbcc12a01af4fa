"""Reads the items of an instrument file: option sets, items, and which of them need no answer when."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import cast

from measures.exact import exact, plain
from measures.instrument import Critical, Item, Kind, Number, Option, Skip
from measures.language import gettext as _
from measures.table import Table

_YES_NO = (0, 1)
_MOST_ANSWERS = 101  # of one item: a finer step is a number item, or a mistake


def read_items(top: Table) -> tuple[Item, ...]:
    """The items of an instrument file, in its order. Raises ``DefinitionError``."""
    sets = _read_option_sets(top)
    return tuple(_read_item(row, sets) for row in top.tables("items"))


def read_skip(table: Table) -> Skip:
    """Items that need no answer, given certain others. Raises ``DefinitionError``."""
    if "at_most" in table and "at_least" in table:
        table.refuse("at_least", _("give at_most or at_least, not both"))
    skip = Skip(
        items=table.texts("items"),
        when=table.texts("when"),
        at_most=table.optional_number("at_most"),
        at_least=table.optional_number("at_least"),
        counts_as=table.optional_number("counts_as"),
        strikes=table.flag("strikes", default=False),
        source=table.source(),
    )
    table.finish()
    return skip


def _read_option_sets(top: Table) -> dict[str, tuple[Option, ...]]:
    sets = top.table("options", default={})
    return {name: _read_options(sets, name) for name in sets.names()}


def _read_options(table: Table, key: str) -> tuple[Option, ...]:
    labels = table.texts_by_name(key)
    if len(labels) > _MOST_ANSWERS:
        table.refuse(key, _("gives more than {n} answers").format(n=_MOST_ANSWERS))
    options = tuple(Option(_option_value(table, key, value), label) for value, label in labels.items())
    values = [option.value for option in options]
    if len(values) < 2 or values not in (sorted(set(values)), sorted(set(values), reverse=True)):
        table.refuse(key, _("must have at least two values, each once, in rising or falling order"))
    return options


def _option_value(table: Table, key: str, text: str) -> Number:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        table.refuse(f"{key}.{text}", _("must be a number: it is the value that is stored"))
    return int(value) if value.is_integer() else value


def _read_item(table: Table, sets: dict[str, tuple[Option, ...]]) -> Item:
    kind = cast(Kind, table.one_of("kind", Kind, default="choice"))
    options = _read_item_options(table, sets) if kind == "choice" else ()
    minimum, maximum = _read_item_range(table, kind, options)
    item = Item(
        code=table.text("code"),
        label=table.text("label"),
        options=options,
        minimum=minimum,
        maximum=maximum,
        kind=kind,
        reverse=kind in {"choice", "number"} and table.flag("reverse", default=False),
        decimals=kind == "number" and table.flag("decimals", default=False),
        unit=table.text("unit", default="") if kind == "number" else "",
        max_length=table.integer("max_length", minimum=1) if kind == "text" else 0,
        scored=table.flag("scored", default=True),
        required=table.flag("required", default=True),
        critical=_read_critical(table.table("critical")) if "critical" in table else None,
        help=table.text("help", default=""),
        section=table.text("section", default=""),
        aliases=table.texts_by_name("aliases"),
    )
    table.finish()
    return item


def _read_item_options(table: Table, sets: dict[str, tuple[Option, ...]]) -> tuple[Option, ...]:
    anchors = _read_anchors(table, sets)
    step = table.optional_number("between")
    return anchors if step is None else _with_values_between(table, anchors, exact(step))


def _read_anchors(table: Table, sets: dict[str, tuple[Option, ...]]) -> tuple[Option, ...]:
    if table.holds("options", dict):
        return _read_options(table, "options")
    name = table.text("options")
    if name not in sets:
        table.refuse("options", _("names no option set of this file: {name}").format(name=name))
    return sets[name]


def _with_values_between(table: Table, anchors: tuple[Option, ...], step: Fraction) -> tuple[Option, ...]:
    """The anchors with the values that may be given between two of them, ``step`` apart."""
    options = list(anchors[:1])
    for before, after in pairwise(anchors):
        start, distance = exact(before.value), exact(after.value) - exact(before.value)
        if step <= 0 or abs(distance) <= step or (distance / step).denominator != 1:
            reason = _("must divide the distance from {before} to {after}")
            table.refuse("between", reason.format(before=before.value, after=after.value))
        if abs(distance) / step > _MOST_ANSWERS:
            table.refuse("between", _("gives more than {n} answers").format(n=_MOST_ANSWERS))
        stride = step if distance > 0 else -step
        values = [start + place * stride for place in range(1, int(abs(distance) / step))]
        label = f"Between {before.value} and {after.value}"
        options += [*(Option(plain(value), label) for value in values), after]
    return tuple(options)


def _read_item_range(table: Table, kind: Kind, options: tuple[Option, ...]) -> tuple[Number, Number]:
    if kind == "choice":
        values = [option.value for option in options]
        return min(values), max(values)
    return table.range() if kind == "number" else _YES_NO


def _read_critical(table: Table) -> Critical:
    critical = Critical(
        review=table.number("review"),
        urgent=table.optional_number("urgent"),
        topic=table.text("topic"),
        source=table.source(),
    )
    table.finish()
    return critical

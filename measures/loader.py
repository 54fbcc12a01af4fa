"""Reads one instrument file (TOML) into an ``Instrument``, or refuses it naming the file and the key."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from measures import soundness
from measures.change_rules import read_change
from measures.errors import DefinitionError
from measures.instrument import (
    Band,
    BandSet,
    Critical,
    Direction,
    Instrument,
    Item,
    Kind,
    Number,
    Option,
    Outcome,
    Rater,
    Rights,
    Rule,
    Scale,
    Source,
    Wording,
)
from measures.table import Table

_YES_NO = (0, 1)


def load(path: Path) -> Instrument:
    """The instrument in this file.

    Raises ``DefinitionError`` when the file is not TOML, a key is missing, unknown or of the wrong type,
    or the parts do not fit together (see ``soundness``).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DefinitionError(str(path), "(file)", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(str(path), "(file)", f"is not UTF-8: {error}") from None
    return load_text(text, str(path))


def load_text(text: str, file: str) -> Instrument:
    """The instrument in a text from anywhere; ``file`` names it in errors. Raises as ``load`` does."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError, as is a number too long
        raise DefinitionError(file, "(file)", f"is not TOML: {error}") from None
    return read(Table(data, file))


def instrument_from(definition: Mapping[str, object], file: str) -> Instrument:
    """The instrument in a table from elsewhere, a database or another file; ``file`` names it in errors.

    With ``wording = "score-only"`` it declares a scale that only totals are known of: it has no items and
    nothing that is said to a patient, and its version is "score-only" too. Raises ``DefinitionError``.
    """
    return read(Table(definition, file))


def read(top: Table) -> Instrument:
    """The instrument in a parsed file. Raises ``DefinitionError``."""
    rights = _read_rights(top.table("rights"))
    instrument = _read_score_only(top, rights) if rights.wording == "score-only" else _read_full(top, rights)
    top.finish()
    soundness.check(instrument, top.file)
    return instrument


def _read_full(top: Table, rights: Rights) -> Instrument:
    options = _read_option_sets(top)
    return Instrument(
        key=top.text("key"),
        version=top.text("version"),
        title=top.text("title"),
        short_title=top.text("short_title"),
        rater=cast(Rater, top.one_of("rater", Rater)),
        recall=top.text("recall"),
        purpose=top.text("purpose"),
        minutes=top.integer("minutes", minimum=1),
        instruction=top.text("instruction"),
        state=top.flag("state", default=False),
        rights=rights,
        sources=tuple(_read_source(row) for row in top.tables("sources")),
        items=tuple(_read_item(row, options) for row in top.tables("items")),
        scales=tuple(_read_scale(row) for row in top.tables("scales")),
        outcomes=tuple(_read_outcome(row) for row in top.tables("outcomes")),
        change=read_change(top.table("change")) if "change" in top else None,
        loinc=top.texts_by_name("loinc"),
    )


def _read_score_only(top: Table, rights: Rights) -> Instrument:
    return Instrument(
        key=top.text("key"),
        version=top.text("version"),
        title=top.text("title"),
        short_title=top.text("short_title"),
        rater=cast(Rater, top.one_of("rater", Rater)),
        recall=top.text("recall"),
        purpose="",
        minutes=0,
        instruction="",
        state=top.flag("state", default=False),
        rights=rights,
        sources=tuple(_read_source(row) for row in top.tables("sources")),
        items=(),
        scales=tuple(_read_scale(row, with_items=False) for row in top.tables("scales")),
        change=read_change(top.table("change")) if "change" in top else None,
    )


def _read_rights(table: Table) -> Rights:
    rights = Rights(
        table.text("holder"), table.text("terms"), cast(Wording, table.one_of("wording", Wording))
    )
    table.finish()
    return rights


def _read_source(table: Table) -> Source:
    source = table.source()
    table.finish()
    return source


def _read_option_sets(top: Table) -> dict[str, tuple[Option, ...]]:
    sets = top.table("options", default={})
    return {name: _read_options(sets, name) for name in sets.names()}


def _read_options(table: Table, key: str) -> tuple[Option, ...]:
    labels = table.texts_by_name(key)
    options = tuple(Option(_option_value(table, key, value), label) for value, label in labels.items())
    values = [option.value for option in options]
    if len(values) < 2 or values != sorted(set(values)):
        table.refuse(key, "must have at least two values, each once, in rising order")
    return options


def _option_value(table: Table, key: str, text: str) -> Number:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        table.refuse(f"{key}.{text}", "must be a number: it is the value that is stored")
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
        decimals=kind == "number" and table.flag("decimals", default=False),
        scored=table.flag("scored", default=True),
        required=table.flag("required", default=True),
        critical=_read_critical(table.table("critical")) if "critical" in table else None,
        help=table.text("help", default=""),
        aliases=table.texts_by_name("aliases"),
    )
    table.finish()
    return item


def _read_item_options(table: Table, sets: dict[str, tuple[Option, ...]]) -> tuple[Option, ...]:
    if table.holds("options", dict):
        return _read_options(table, "options")
    name = table.text("options")
    if name not in sets:
        table.refuse("options", f"names no option set of this file: {name}")
    return sets[name]


def _read_item_range(table: Table, kind: Kind, options: tuple[Option, ...]) -> tuple[Number, Number]:
    if kind == "choice":
        return options[0].value, options[-1].value
    return read_range(table) if kind == "number" else _YES_NO


def _read_critical(table: Table) -> Critical:
    critical = Critical(
        review=table.number("review"),
        urgent=table.optional_number("urgent"),
        topic=table.text("topic"),
        source=table.source(),
    )
    table.finish()
    return critical


def _read_scale(table: Table, with_items: bool = True) -> Scale:
    minimum, maximum = read_range(table)
    scale = Scale(
        key=table.text("key"),
        title=table.text("title"),
        items=table.texts("items") if with_items else (),
        rule=cast(Rule, table.one_of("rule", Rule)),
        minimum=minimum,
        maximum=maximum,
        direction=cast(Direction, table.one_of("direction", Direction)),
        unit=table.text("unit", default="points"),
        prorate_up_to=table.integer("prorate_up_to", minimum=0, default=0),
        band_sets=tuple(_read_band_set(row) for row in table.tables("band_sets")),
    )
    table.finish()
    return scale


def read_range(table: Table) -> tuple[Number, Number]:
    """The lowest and highest value: ``range = [0, 27]``."""
    low, high = table.numbers("range", count=2)
    if low >= high:
        table.refuse("range", "must run from the lower to the higher number")
    return low, high


def _read_band_set(table: Table) -> BandSet:
    key, source = table.text("key"), table.source()
    bands = tuple(_read_band(row) for row in table.tables("bands"))
    table.finish()
    return BandSet(key, bands, source)


def _read_band(table: Table) -> Band:
    low, high = table.numbers("range", count=2)
    band = Band(table.text("key"), table.text("label"), low, high)
    table.finish()
    return band


def _read_outcome(table: Table) -> Outcome:
    key, title, algorithm, source = (
        table.text("key"),
        table.text("title"),
        table.text("algorithm"),
        table.source(),
    )
    return Outcome(key, title, algorithm, parameters=table.rest(), source=source)

"""Reads one instrument file (TOML) into an ``Instrument``, or refuses it naming the file and the key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from measures import soundness
from measures.change_rules import read_change
from measures.instrument import (
    Band,
    BandSet,
    Direction,
    Instrument,
    Levels,
    Missing,
    Outcome,
    Policy,
    Rater,
    Rights,
    Rule,
    Scale,
    Source,
    Step,
    Wording,
)
from measures.items import read_items, read_skip
from measures.language import gettext as _
from measures.parsing import parsed, read_toml
from measures.table import Table


def load(path: Path) -> Instrument:
    """The instrument in this file.

    Raises ``DefinitionError`` when the file is not TOML, a key is missing, unknown or of the wrong type,
    or the parts do not fit together (see ``soundness``).
    """
    return read(Table(read_toml(path), str(path)))


def load_text(text: str, file: str) -> Instrument:
    """The instrument in a text from anywhere; ``file`` names it in errors. Raises as ``load`` does."""
    return read(Table(parsed(text, file), file))


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
        items=read_items(top),
        scales=tuple(_read_scale(row) for row in top.tables("scales")),
        outcomes=tuple(_read_outcome(row) for row in top.tables("outcomes")),
        levels=tuple(_read_levels(row) for row in top.tables("levels")),
        skips=tuple(read_skip(row) for row in top.tables("skips")),
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


def _read_scale(table: Table, with_items: bool = True) -> Scale:
    minimum, maximum = table.range()
    rule = cast(Rule, table.one_of("rule", Rule))
    groups = table.groups("groups") if with_items and rule == "max_of_groups" else ()
    items = tuple(code for group in groups for code in group)
    scale = Scale(
        key=table.text("key"),
        title=table.text("title"),
        items=items or (table.texts("items") if with_items else ()),
        rule=rule,
        minimum=minimum,
        maximum=maximum,
        direction=cast(Direction, table.one_of("direction", Direction)),
        unit=table.text("unit", default="points"),
        groups=groups,
        skips=table.flag("skips", default=True),
        decimals=not with_items and table.flag("decimals", default=False),
        missing=_read_missing(table.table("missing")) if "missing" in table else Missing(),
        band_sets=tuple(_read_band_set(row) for row in table.tables("band_sets")),
    )
    table.finish()
    return scale


def _read_missing(table: Table) -> Missing:
    policy = cast(Policy, table.one_of("policy", Policy))
    if policy == "strict":
        table.refuse("policy", _("strict needs no table: leave it out"))
    missing = Missing(policy, table.integer("up_to", minimum=1), table.source())
    table.finish()
    return missing


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


def _read_levels(table: Table) -> Levels:
    lowest = table.table("lowest")
    levels = Levels(
        key=table.text("key"),
        title=table.text("title"),
        lowest=lowest.text("key"),
        lowest_label=lowest.text("label"),
        steps=tuple(_read_step(row) for row in table.tables("steps")),
        source=table.source(),
    )
    lowest.finish()
    table.finish()
    return levels


def _read_step(table: Table) -> Step:
    step = Step(table.text("key"), table.text("label"), table.text("outcome"))
    table.finish()
    return step

"""Small readers that several parts of a protocol file share."""

from __future__ import annotations

from itertools import pairwise

from measures import registry
from measures.errors import DefinitionError, MeasuresError
from measures.instrument import Instrument
from measures.language import gettext as _
from measures.table import Table


def chosen_arms(table: Table, arms: tuple[str, ...]) -> tuple[str, ...]:
    """The arms that a part is meant for: all of them where it names none."""
    chosen = table.texts("arms") if "arms" in table else arms
    if not set(chosen) <= set(arms):
        table.refuse("arms", _("must be among {names}").format(names=", ".join(arms)))
    return chosen


def instrument_of(table: Table, key: str, name: str) -> Instrument:
    """The instrument that a key names; refused under that key when there is none."""
    try:
        return registry.get(name)
    except DefinitionError:
        raise
    except MeasuresError as error:
        return table.refuse(key, str(error))


def scale_of(table: Table, instrument: Instrument, name: str) -> str:
    """The name of a scale that the instrument has."""
    if name not in {scale.key for scale in instrument.scales}:
        table.refuse("scale", _("is not a scale of {instrument}").format(instrument=instrument.key))
    return name


def rising(table: Table, key: str) -> tuple[int, ...]:
    """A list of whole numbers, each above the one before it."""
    values = table.whole_numbers(key, minimum=0)
    if any(later <= earlier for earlier, later in pairwise(values)):
        table.refuse(key, _("must rise"))
    return values

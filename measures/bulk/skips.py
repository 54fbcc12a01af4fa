"""Which items need no answer, row by row: the twin of ``measures.skips``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from measures.bulk.answers import Column
from measures.bulk.numbers import Array, Bools, Grid
from measures.exact import exact
from measures.instrument import Instrument, Number, Skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """``where`` an item needs no answer; of these rows where it ``counts`` all the same, and as what."""

    where: Bools
    counts: Bools
    values: Array

    def fill(self, column: Column) -> Column:
        """The answers as conclusions see them: a skipped item at the value that it counts as."""
        return Column(
            np.where(self.where, self.values, column.values), np.where(self.where, self.counts, column.given)
        )


def left_out_columns(instrument: Instrument, columns: Mapping[str, Column]) -> dict[str, LeftOut]:
    """The items that may need no answer, and in which rows. Of two skips of an item the later one holds."""
    left_out: dict[str, LeftOut] = {}
    for skip in instrument.skips:
        applies = _applies(instrument, skip, columns)
        for code in skip.items:
            where = applies if skip.strikes else applies & ~columns[code].given
            left_out[code] = _added(left_out.get(code), where, skip.counts_as)
    return left_out


def _applies(instrument: Instrument, skip: Skip, columns: Mapping[str, Column]) -> Bools:
    items = [instrument.item(code) for code in skip.when]
    grid = Grid.of(items)
    applies = np.asarray(np.logical_and.reduce([columns[item.code].given for item in items]), np.bool_)
    total = np.zeros(len(applies), grid.dtype)
    for item in items:
        total += grid.steps(columns[item.code].values)
    if skip.at_most is not None:
        applies &= grid.at_most(total, exact(skip.at_most))
    if skip.at_least is not None:
        applies &= grid.at_least(total, exact(skip.at_least))
    return applies


def _added(earlier: LeftOut | None, where: Bools, counts_as: Number | None) -> LeftOut:
    counts, value = counts_as is not None, counts_as or 0
    if earlier is None:
        return LeftOut(where, where & counts, np.where(where, value, 0))
    return LeftOut(
        earlier.where | where,
        np.where(where, counts, earlier.counts),
        np.where(where, value, earlier.values),
    )

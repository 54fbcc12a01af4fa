"""Exact numbers in columns: a threshold is never decided on a rounded number here either.

Answers that lie on a grid (whole, halves) are counted in steps of it, as whole numbers. Only where an item
takes any decimal number are the cells fractions, which is slower and just as exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from measures.exact import exact
from measures.instrument import Item, Number

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int16]

# A float holds every whole number up to 2**53, so it holds this one also times 100 and the number of items.
_LARGEST = 2**36

_fractions = np.frompyfunc(exact, 1, 1)


@dataclass(frozen=True, slots=True)
class Grid:
    """What sums of certain answers are counted in: ``per`` steps to the point, 0 when no grid will do."""

    per: int
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, items: Iterable[Item], also: Iterable[Number] = ()) -> Grid:
        """The coarsest grid that the answers to all of the items, and some other numbers, lie on."""
        items = tuple(items)
        limits = [limit for item in items for limit in (item.minimum, item.maximum)]
        answers = [option.value for item in items for option in item.options]
        per = math.lcm(*(exact(number).denominator for number in (*answers, *limits, *also)))
        reach = sum(abs(exact(limit)) for limit in limits) * per
        if reach > _LARGEST or any(item.decimals for item in items):
            return cls(0, np.dtype(object))
        return cls(per, smallest(reach))

    def steps(self, values: Array) -> Array:
        """The values in steps: whole numbers, or fractions of a point without a grid."""
        if not self.per:
            return np.asarray(_fractions(values), object)
        if self.per == 1 and values.dtype.kind == "i":
            return values
        return np.rint(values.astype(np.float64) * self.per).astype(self.dtype)

    def step(self, number: Fraction) -> Any:
        """One number that lies on the grid, in steps."""
        return int(number * self.per) if self.per else number

    def at_least(self, steps: Array, bound: Fraction) -> Bools:
        """Where a number of steps is at or above a bound in points."""
        return np.asarray(steps >= (math.ceil(bound * self.per) if self.per else bound), np.bool_)

    def at_most(self, steps: Array, bound: Fraction) -> Bools:
        """Where a number of steps is at or below a bound in points."""
        return np.asarray(steps <= (math.floor(bound * self.per) if self.per else bound), np.bool_)

    def points(self, steps: Array) -> Ratio:
        """A number of steps in points."""
        return Ratio(steps.astype(np.float64), self.per) if self.per else Ratio(steps, 1)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Exact numbers: ``over`` divided by ``under``, which is above 0.

    Both are whole numbers, in floats that hold them exactly; without a grid ``over`` is fractions.
    """

    over: Array
    under: Array | int

    def floats(self) -> Floats:
        """The nearest floats: a division of whole numbers is rounded once."""
        if isinstance(self.under, int) and self.under == 1 and self.over.dtype == np.float64:
            return self.over
        return np.asarray(self.over / self.under, np.float64)

    def half_up(self) -> Array:
        """The nearest whole numbers, halves upwards: the twin of ``exact.round_half_up``."""
        return np.asarray(np.floor((2 * self.over + self.under) / (2 * self.under)), np.float64)


def smallest(reach: Number | Fraction) -> np.dtype[Any]:
    """The smallest type for whole numbers up to ``reach`` in either direction."""
    for kind in (np.int8, np.int16, np.int32):
        if reach <= np.iinfo(kind).max:
            return np.dtype(kind)
    return np.dtype(np.int64)


def count(masks: Sequence[Bools]) -> Counts:
    """In how many of the masks each row is. Masks are added up as bytes, while that cannot overflow."""
    total: Array = masks[0].astype(smallest(len(masks)))
    for mask in masks[1:]:
        total += mask.view(np.int8)
    return total.astype(np.int16)

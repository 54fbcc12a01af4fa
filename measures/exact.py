"""Exact arithmetic: every threshold is decided here on fractions, and only output is turned into a float."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from measures.instrument import Number


@lru_cache(maxsize=1024)
def exact(number: Number) -> Fraction:
    """The number as it is written: 0.1 is one tenth, not the binary fraction nearest to it."""
    return Fraction(number) if isinstance(number, int) else Fraction(str(number))


def total(points: Iterable[Fraction]) -> Fraction:
    """The sum. Whole points, as nearly all are, add up as integers: ``Fraction`` takes ten times as long."""
    given = list(points)
    whole = sum(each.numerator for each in given if each.denominator == 1)
    return sum((each for each in given if each.denominator != 1), Fraction(whole))


def is_finite_number(value: object) -> bool:
    """A number that a float can hold exactly when it is whole, so neither infinite nor NaN nor beyond 2**53.

    Python counts ``True`` as 1; here it is no number.
    """
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 2**53


def plain(fraction: Fraction) -> Number:
    """A whole number as ``int``, anything else as the nearest ``float``."""
    return fraction.numerator if fraction.denominator == 1 else float(fraction)


def round_half_up(fraction: Fraction) -> int:
    """The nearest whole number, 13.5 to 14 (``round`` would go to the even one)."""
    return math.floor(fraction + Fraction(1, 2))

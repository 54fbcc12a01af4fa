"""Which items need no answer, given the others."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from measures.exact import exact
from measures.instrument import Instrument, Number, Skip
from measures.result import Answer


def skippable(instrument: Instrument) -> frozenset[str]:
    """The items that another answer can make unnecessary."""
    return frozenset(code for skip in instrument.skips for code in skip.items)


def skipped(instrument: Instrument, answers: Mapping[str, Answer]) -> dict[str, Number | None]:
    """The items that need no answer, with the value that each counts as (``None``: it does not count).

    An item that was answered all the same is among them only where its answer is struck out.
    """
    return {
        code: skip.counts_as
        for skip in instrument.skips
        if _applies(skip, answers)
        for code in skip.items
        if skip.strikes or answers.get(code) is None
    }


def _applies(skip: Skip, answers: Mapping[str, Answer]) -> bool:
    total = Fraction(0)
    for code in skip.when:
        answer = answers.get(code)
        if answer is None or isinstance(answer, str):
            return False
        total += exact(answer)
    if skip.at_most is not None and total > exact(skip.at_most):
        return False
    return skip.at_least is None or total >= exact(skip.at_least)

"""A part of an analysis that its data cannot carry, beside parts that they can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reports.stats.errors import Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands where a figure would, with the reason in a sentence."""

    refused: str


def or_refused(compute: Callable[[], T]) -> T | Refused:
    """The figure, or why there is none."""
    try:
        return compute()
    except Refusal as refusal:
        return Refused(refusal.reason)

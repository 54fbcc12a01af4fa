"""A part of an analysis that its data cannot carry, beside parts that they can."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from reports.stats.errors import Refusal
from tracking.tongues import in_every_language

T = TypeVar("T")

Said = Mapping[str, str]  # a sentence by language


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands where a figure would, with the reason in a sentence, in every language."""

    refused: Said


def or_refused(compute: Callable[[], T]) -> T | Refused:
    """The figure, or why there is none."""
    try:
        return compute()
    except Refusal as refusal:
        return Refused(why(refusal))


def why(refusal: Refusal) -> Said:
    """The reason of a refusal, as it is kept."""
    return in_every_language(lambda: refusal.reason)

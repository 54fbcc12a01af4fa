"""Parts that stand on several pages of those who watch over the record."""

from __future__ import annotations

from dataclasses import dataclass

from tracking.pages.oversight.words import in_words
from tracking.queries.chain import open_findings

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Broken:
    """What does not hold: the first of it in words, and how much more there is."""

    lines: list[str]
    more: int


def broken_chain() -> Broken | None:
    """``None`` while the record holds as far as it was looked at."""
    found = open_findings()
    return Broken([in_words(key) for key in found[:SHOWN]], len(found[SHOWN:])) if found else None

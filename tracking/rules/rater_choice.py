"""Who rates: the pure rule. No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may rate. ``taken``: ratings that are assigned in the same week already, of the ``per_week``
    that were offered; ``waiting``: everything that is assigned and not yet rated."""

    rater: int
    taken: int
    per_week: int
    waiting: int = 0

    @property
    def is_free(self) -> bool:
        return self.taken < self.per_week


def least_loaded(candidates: Iterable[Candidate]) -> int | None:
    """The rater who has the smallest share of the offered week taken; among equals the one with fewest ratings
    waiting, then the one who has been here longest. ``None`` when nobody is free."""
    free = [one for one in candidates if one.is_free]
    if not free:
        return None
    return min(free, key=lambda one: (Fraction(one.taken, one.per_week), one.waiting, one.rater)).rater

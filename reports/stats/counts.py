"""How counts of people are told to those who may not see the people themselves. Pure.

**Safe rule.** A count of 1 to 7 people is withheld; every other is rounded to the nearest 5; a total is the sum of the
parts that are told, and shares and intervals are computed from these, so that no published number leads back to the
exact one. Nobody (0) is told, but never as the outcome of a group: see ``is_told_of_all``.

**By class.** For whoever treats some of the people, where the site wants it: a count below the smallest class of a
release is withheld, every other is exact.

Source: the rule of OpenSAFELY, redact counts of 7 or fewer and round the others to the nearest 5, as its projects apply
it (github.com/opensafely/medication-reviews, analysis/redact_and_round.py).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountRule:
    """``smallest``: the fewest people that are told of; ``step``: what their counts are rounded to."""

    smallest: int
    step: int = 1

    def is_of_a_few(self, *counts: int) -> bool:
        """Whether one of these counts would point at people; nobody at all is no secret."""
        return any(0 < count < self.smallest for count in counts)

    def rounded(self, count: int) -> int:
        """The nearest step, halves up."""
        return (2 * count + self.step) // (2 * self.step) * self.step

    def told(self, count: int) -> int | None:
        """The count as it may be published, ``None`` where it is withheld."""
        return None if self.is_of_a_few(count) else self.rounded(count)


SAFE = CountRule(smallest=8, step=5)
EXACT = CountRule(smallest=1)
NOTHING = CountRule(smallest=sys.maxsize)


def is_told_of_all(met: int, n: int) -> bool:
    """Whether everybody or nobody of a group has an outcome: then it is a fact about each who is known to be of it."""
    return n > 0 and met in (0, n)

"""Two releases of one study, put side by side, must not single anybody out who joined or left in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.stats.disclosure import DisclosureRefusal

Cohort = frozenset[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """Who is in this release, in the order given, and how many wait for a later one."""

    patients: tuple[str, ...]
    waiting: int


def settle(candidates: Sequence[str], earlier: Sequence[Cohort], k: int) -> Settled:
    """Who of the candidates may be in a release when these cohorts, oldest first, are already out.

    Compared with the latest of them: newcomers wait until there are ``k``; when fewer than ``k`` have left (a
    consent taken back), others are left out with them, the first in the order given, which should therefore
    be secret and stable. After that no earlier release may differ by 1 to k - 1 patients in either direction.
    Raises ``DisclosureRefusal``.
    """
    if not earlier:
        return Settled(tuple(candidates), 0)
    latest = earlier[-1]
    newcomers = {each for each in candidates if each not in latest}
    waiting = newcomers if len(newcomers) < k else set()
    staying = [each for each in candidates if each in latest]
    left = len(latest) - len(staying)
    if 0 < left < k:
        waiting |= set(staying[: k - left])
    patients = tuple(each for each in candidates if each not in waiting)
    if any(tells(frozenset(patients), cohort, k) for cohort in earlier):
        raise DisclosureRefusal(
            f"Put beside an earlier release of this study, this one would single out fewer than {k} patients.",
            "It can be built when more patients have joined the study.",
        )
    return Settled(patients, len(waiting))


def tells(one: Cohort, other: Cohort, k: int) -> bool:
    """Whether two releases, put side by side, would single out fewer than ``k`` patients."""
    return any(0 < len(difference) < k for difference in (one - other, other - one))

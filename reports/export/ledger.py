"""What somebody has of a study, put side by side, must not single anybody out: two releases, or a release and its page.

A release is told row by row, the page of figures over everybody. Of two releases whose people differ by a few these
few are told; of a page that counts a few more people than the rows somebody holds, the figures of these few are what is
left after subtraction. Who has not agreed to research is in the figures and in no release: they would be the few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.stats.counts import SAFE
from reports.stats.disclosure import DisclosureRefusal

Cohort = frozenset[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """Who is in this release, in the order given, and how many wait for a later one."""

    patients: tuple[str, ...]
    waiting: int


def settle(
    candidates: Sequence[str], earlier: Sequence[Cohort], k: int, pages: Sequence[Sequence[Cohort]] = ()
) -> Settled:
    """Who of the candidates may be in a release when these cohorts are already out, and ``pages`` have told figures of
    these groups, everybody first; both oldest first.

    Compared with the latest of either: newcomers wait until there are ``k``. When fewer than ``k`` of the latest
    release have left (a consent taken back), or fewer than the safe rule tells of are in a group of any page and not
    in the release, others are left out with them, the first in the order given, which should therefore be secret and
    stable. After that no earlier release may differ by 1 to k - 1 patients in either direction.
    Raises ``DisclosureRefusal``.
    """
    staying, before = list(candidates), None
    while staying != before:
        before, staying = staying, _beside_pages(_beside_latest(staying, earlier, k), pages, k)
    if any(tells(frozenset(staying), cohort, k) for cohort in earlier):
        raise DisclosureRefusal(
            f"Put beside an earlier release of this study, this one would single out fewer than {k} patients.",
            "It can be built when more patients have joined the study.",
        )
    return Settled(tuple(staying), len(candidates) - len(staying))


def _beside_latest(candidates: list[str], earlier: Sequence[Cohort], k: int) -> list[str]:
    if not earlier:
        return candidates
    latest = earlier[-1]
    return _hidden(_waited(candidates, latest, k), latest, k)


def _beside_pages(candidates: list[str], pages: Sequence[Sequence[Cohort]], k: int) -> list[str]:
    if not pages:
        return candidates
    staying = _waited(candidates, pages[-1][0], k)
    # The smallest first: who is left out of an arm is left out of the whole, too, and not the other way round.
    for group in (group for groups in pages for group in sorted(groups, key=len)):
        staying = _hidden(staying, group, SAFE.smallest) if _is_told(group) else staying
    return staying


def _waited(candidates: list[str], out: Cohort, k: int) -> list[str]:
    """Without the newcomers, unless there are ``k`` of them."""
    known = [each for each in candidates if each in out]
    return known if len(candidates) - len(known) < k else candidates


def _hidden(candidates: list[str], out: Cohort, fewest: int) -> list[str]:
    """Without so many of those who are ``out`` that whoever of them is missing is among ``fewest``."""
    both = [each for each in candidates if each in out]
    missing = len(out) - len(both)
    left_out = set(both[: fewest - missing]) if 0 < missing < fewest else set()
    return [each for each in candidates if each not in left_out]


def tells(one: Cohort, other: Cohort, k: int) -> bool:
    """Whether two releases, put side by side, would single out fewer than ``k`` patients."""
    return any(0 < len(difference) < k for difference in (one - other, other - one))


def tells_beside(patients: Cohort, page: Sequence[Cohort]) -> bool:
    """Whether the figures of a group on a page, less the rows of these patients, are those of a few."""
    return any(_is_told(group) and SAFE.is_of_a_few(len(group - patients)) for group in page)


def _is_told(group: Cohort) -> bool:
    return len(group) >= SAFE.smallest

"""What is odd about somebody's looking at a record: pure. Odd is not wrong; whoever watches over it asks.

Work of the own team is not odd, however often, and neither is a list on which everybody of the team stands: a sign
is given for what was opened.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tracking.rules.likeness import parts_of

MANY = 30  # records that one person opens within an hour
WITHIN = timedelta(hours=1)


class Sign(StrEnum):
    """Why a look is odd. The words are stored: a new one may come, none changes."""

    OUTSIDE = "outside"
    OWN_NAME = "own-name"
    SURNAME = "surname"
    MANY = "many"
    EMERGENCY = "emergency"  # set at once by whoever opens a record so, and not found in the log


# A namesake in the own team stays one: it is asked about once, and not on each day of a treatment.
ASKED_ONCE = frozenset({Sign.SURNAME})


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody opened of a patient on one day, and what is known of the two. ``entitled``: of the team on that
    day, asked to rate, or on pages alone that no team is needed for. ``given`` and ``family`` are empty where no
    identity is held, or it cannot be read."""

    reader: str
    given: str
    family: str
    entitled: bool
    is_own: bool


def signs(seen: Seen) -> Iterator[Sign]:
    """What is odd about it by itself."""
    if not seen.entitled:
        yield Sign.OUTSIDE
    reader = parts_of(seen.reader)
    family = set(parts_of(seen.family))
    if seen.is_own or {*parts_of(seen.given)} & {*reader} and family and family <= {*reader}:
        yield Sign.OWN_NAME
    elif family & {*reader[1:]}:
        yield Sign.SURNAME


def one_too_many(opened: Iterable[tuple[datetime, UUID]]) -> UUID | None:
    """The patient with whom one reader had opened more than ``MANY`` records within an hour; nobody, if never. The
    moments are in order."""
    last: deque[tuple[datetime, UUID]] = deque()
    for at, patient in opened:
        last.append((at, patient))
        while last[0][0] <= at - WITHIN:
            last.popleft()
        if len({one for _, one in last}) > MANY:
            return patient
    return None

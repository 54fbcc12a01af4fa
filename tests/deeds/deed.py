"""What a line of the table says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from tests.deeds.clinics import Clinic
from tracking.vocabulary import AuditAction

Arguments = dict[str, Any]
Arrange = Callable[[Clinic], Arguments]


class Twice(Enum):
    """What becomes of the same deed done again, a moment later or at the same moment."""

    REFUSED = "the second is refused, and nothing of it is stored"
    ONCE = "the second finds it done, and nothing more is stored, unless that somebody was there"
    ADDS = "both are stored, each whole"


@dataclass(frozen=True, slots=True)
class Note:
    """One row of the audit log. ``of`` is the path from the arguments or ``result`` to the row that it is about, or
    what finds it among what is there afterwards; where that is several, each has a row of its own. ``patient`` is a
    path, too, also from ``row``; ``by`` is the path to who did it, nobody where it is empty."""

    action: AuditAction
    of: str | Callable[[Arguments], Any] = "result"
    patient: str = ""
    by: str = "by"


@dataclass(frozen=True, slots=True)
class Deed:
    """``arrange`` sets the scene in a clinic and returns the arguments of ``action``.

    ``writes`` is its whole ledger: ``+Dose`` a row more, ``-Dose`` a row less, ``~Dose:amount,unit`` a row of which
    just these columns changed, ``*3`` behind the name of a model so many rows.
    ``of_site``: the scene is of the whole site, so no second patient of it is brought into the same state.
    ``others``: the scene of the bystanders where the deed goes over everything that is due: there nothing is.
    ``again``: the ledger of the second, where it is stored, too, and is not ``writes`` once more.
    ``in_steps``: why it is several transactions; one that was cut short is made whole by doing it again, so much
    later as ``later`` says, or when all leases are over.
    """

    name: str
    action: Callable[..., Any]
    arrange: Arrange
    writes: str
    notes: tuple[Note, ...]
    twice: Twice
    of_site: bool = False
    others: Arrange | None = None
    again: str = ""
    in_steps: str = ""
    later: timedelta = timedelta()

    def __str__(self) -> str:
        return self.name


DEEDS: list[Deed] = []


def deed(
    action: Callable[..., Any],
    *notes: Note,
    writes: str,
    twice: Twice,
    of_site: bool = False,
    others: Arrange | None = None,
    again: str = "",
    in_steps: str = "",
    later: timedelta = timedelta(),
) -> Callable[[Arrange], Arrange]:
    """Enters the scene that it decorates into the table, named after action and scene."""

    def enter(arrange: Arrange) -> Arrange:
        name = f"{action.__module__.split('.')[-1]}.{action.__name__}-{arrange.__name__}"
        entered = Deed(
            name, action, arrange, writes, notes, twice, of_site, others, again or writes, in_steps, later
        )
        DEEDS.append(entered)
        return arrange

    return enter

"""What has to change in the requests of an episode so that they agree with its protocol and events: pure.

Three rules. An answered request and one that somebody cancelled stay as they are. Days that somebody set stay
as they are, too. Nothing is asked twice at the same time point of the same event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracking.rules.due_dates import WantedRequest

State = Literal["open", "closed", "lost"]


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """One request as it is stored.

    ``closed``: answered, or cancelled by somebody; ``lost``: its event was taken back, so that it is not asked
    until the event is recorded again. ``by_hand``: somebody set its days. ``point``: what the protocol calls
    the time point; "" when it was not the protocol that asked.
    """

    pk: int
    time_point: str
    instrument: str
    session: int | None
    opens_on: date
    due_on: date
    closes_on: date
    state: State
    by_hand: bool = False
    point: str = ""

    @property
    def follows(self) -> bool:
        """Whether it goes where its event goes."""
        return self.state == "lost" or (self.state == "open" and not self.by_hand)


@dataclass(frozen=True, slots=True)
class Changes:
    """``missing``: to be asked for. ``moved``: open or lost requests with what they should be. ``lost``: open
    requests whose event is gone."""

    missing: tuple[WantedRequest, ...]
    moved: tuple[tuple[KnownRequest, WantedRequest], ...]
    lost: tuple[KnownRequest, ...]


def changes(wanted: Sequence[WantedRequest], known: Iterable[KnownRequest], as_of: date) -> Changes:
    """What to do so that ``known`` agrees with ``wanted``, which holds all windows, closed ones too.

    A wanted request is the one at the same time point of the same event; else one at the same time point whose
    event is gone, which then moves to the new event. A window that closed before ``as_of`` is not opened anew.
    """
    rest = {row.pk: row for row in known}
    pairs: dict[WantedRequest, KnownRequest] = {}
    for step in (_same_event, _same_name):
        for row in wanted:
            if row not in pairs and (found := next((old for old in rest.values() if step(old, row)), None)):
                pairs[row] = rest.pop(found.pk)
    return Changes(
        missing=tuple(row for row in wanted if row not in pairs and row.closes_on >= as_of),
        moved=tuple((old, row) for row, old in pairs.items() if _moves(old, row, as_of)),
        lost=tuple(old for old in rest.values() if old.point and old.state == "open" and old.follows),
    )


def _same_event(old: KnownRequest, row: WantedRequest) -> bool:
    """At the same event; an event may since have got another number, and a request asked by hand names none."""
    if old.instrument != row.instrument:
        return False
    if old.session is not None and old.session == row.session and old.point:
        return old.point == row.point
    return old.time_point == row.time_point and (
        old.session == row.session or (old.session is None and not old.point)
    )


def _same_name(old: KnownRequest, row: WantedRequest) -> bool:
    """At the same time point of an event that is gone."""
    return old.follows and (old.time_point, old.instrument) == (row.time_point, row.instrument)


def _moves(old: KnownRequest, row: WantedRequest, as_of: date) -> bool:
    """Whether the stored request must be written: its event is back, or it says something else than it
    should."""
    if old.state == "lost":
        return row.closes_on >= as_of
    return old.follows and (
        (old.time_point, old.session, old.opens_on, old.due_on, old.closes_on)
        != (row.time_point, row.session, row.opens_on, row.due_on, row.closes_on)
    )

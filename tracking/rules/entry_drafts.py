"""Which of two states of a form that is being filled in is the later one: the pure rule. No Django, no clock."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

KEPT_FOR = timedelta(days=30)  # policy of ours: a draft that nobody touches so long is removed

Becomes = Literal["kept", "known", "behind"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A state of a form as an open page sends it. ``number`` grows with each; ``seen`` is the number of the state
    that the page was opened with, 0 where nothing was kept yet."""

    window: uuid.UUID
    number: int
    seen: int = 0


def becomes_of(sent: Sent, window: uuid.UUID | None, number: int) -> Becomes:
    """What becomes of ``sent`` where ``window`` has stored state ``number`` last; ``None`` where nothing is kept.

    Of one page the higher number is the later state, whichever comes first: the other one is *known*. Another page
    may go on only from the latest state. One that has not seen it is *behind*: to keep its state would undo, without
    a word, what was typed since in the other.
    """
    if window is None:
        return "kept"
    if window == sent.window:
        return "kept" if sent.number > number else "known"
    return "kept" if sent.seen == number else "behind"

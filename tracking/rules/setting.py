"""Set and setting of a dosing session: what a room says of every session, and where a session differs. Pure.

Answers are those of the instrument ``set_and_setting``, by item code. What has no answer was not recorded: it is
never a difference.
"""

from __future__ import annotations

from collections.abc import Mapping

from measures.instrument import Instrument, Item
from measures.scoring import Answer

INSTRUMENT = "set_and_setting"
BEFORE_THE_DOSE = "Subjective experiences: before the dose"
AFTERWARDS = "Subjective experiences: afterwards"
OF_THE_DAY = frozenset({"disturbance", "disturbances_what"})

Answers = Mapping[str, Answer]


def items_of_room(instrument: Instrument) -> tuple[Item, ...]:
    """The items that may be the same every time. How a person felt, and what happened that day, never are: a room
    that answered them would put words into somebody's mouth."""
    return tuple(item for item in instrument.items if not _is_of_the_day(item))


def _is_of_the_day(item: Item) -> bool:
    return item.scored or item.code in OF_THE_DAY or item.section in {BEFORE_THE_DOSE, AFTERWARDS}


def said_by_room(instrument: Instrument, room: Answers) -> dict[str, Answer]:
    """What a room's answers say in this version of the instrument; what it does not ask any more is left out."""
    codes = {item.code for item in items_of_room(instrument)}
    return {code: value for code, value in room.items() if code in codes and value is not None}


def with_overrides(instrument: Instrument, room: Answers, overrides: Answers) -> dict[str, Answer]:
    """The answers of a session: the room's, but for what the session says. An override with ``None`` leaves open
    what the room would have said."""
    return {**said_by_room(instrument, room), **overrides}


def differing(instrument: Instrument, room: Answers, said: Answers) -> tuple[Item, ...]:
    """The items that the session answers otherwise than its room does, in the order of the instrument."""
    usual = said_by_room(instrument, room)
    return tuple(
        item
        for item in instrument.items
        if item.code in usual and said.get(item.code) not in (None, usual[item.code])
    )


def asked_and_answered(instrument: Instrument, said: Answers) -> tuple[int, int]:
    """How many of the items that should be answered are, and how many there are."""
    needed = [item for item in instrument.items if item.required]
    return sum(said.get(item.code) is not None for item in needed), len(needed)

"""What a line of the table of pairs says: two different deeds on one scene, at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.deeds.clinics import Clinic
from tests.deeds.deed import Arguments

Act = tuple[Callable[..., Any], Arguments]
Scene = Callable[[Clinic], tuple[Act, Act]]


@dataclass(frozen=True, slots=True)
class Pair:
    """``arrange`` sets the scene and returns the two that are done on it, by two who know nothing of each other.

    ``one_first`` and ``other_first`` are what has come of it where one after the other did it, in that order: the
    ledger of both in the words of ``Deed``, and ``!end_session`` for an action that was refused. Of two at once
    nothing else may come.
    """

    name: str
    arrange: Scene
    one_first: str
    other_first: str

    def __str__(self) -> str:
        return self.name


PAIRS: list[Pair] = []


def pair(*, one_first: str, other_first: str) -> Callable[[Scene], Scene]:
    """Enters the scene that it decorates into the table of pairs, under its name."""

    def enter(arrange: Scene) -> Scene:
        PAIRS.append(Pair(arrange.__name__, arrange, one_first, other_first))
        return arrange

    return enter

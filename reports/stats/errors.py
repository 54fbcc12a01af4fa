"""How the statistics say no."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[], str]


class Refusal(ValueError):
    """A statistic that will not be given, with the reason in words for the reader.

    Raised instead of returning a number that the data cannot carry: too few patients, a constant predictor,
    a baseline that does not exist. ``reason`` is a full sentence, names columns and counts, never values of a
    person; it is said anew, in the language of the moment, each time that it is asked for.
    """

    def __init__(self, say: Say) -> None:
        super().__init__(say)
        self._say = say

    def __str__(self) -> str:
        return self.reason

    @property
    def reason(self) -> str:
        return self._say()

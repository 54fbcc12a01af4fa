"""How the statistics say no."""

from __future__ import annotations


class Refusal(ValueError):
    """A statistic that will not be given, with the reason in words for the reader.

    Raised instead of returning a number that the data cannot carry: too few patients, a constant predictor,
    a baseline that does not exist. ``reason`` is a full sentence, names columns and counts, never values of a
    person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

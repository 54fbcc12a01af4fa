"""What scoring gives back: plain frozen records, nothing rounded, nothing imputed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from measures.instrument import Number

Reply = bool | int | float | None  # an answer that can be compared with a number
Answer = Reply | str
CriticalState = Literal["endorsed", "denied", "unanswered"]


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """The score on one scale.

    ``value`` is strict: ``None`` as soon as one item of the scale is unanswered. ``partial`` is the sum
    of what was answered, never a score. ``prorated`` is the exact estimate, given only when the
    instrument allows it for the number of answers missing. ``band`` is read from ``value``, else from the
    estimate rounded half up. ``sum``, ``mean`` (per item) and ``percent`` (of the highest possible sum)
    are the strict score on its three usual metrics, ``None`` with it, and where a rule that is no sum over
    items has no such metric. An item that needs no answer is neither answered nor missing.
    """

    value: Number | None
    partial: Number
    items_answered: int
    items_missing: int
    prorated: Number | None
    band: str | None
    band_set: str | None
    sum: Number | None
    mean: float | None
    percent: float | None

    @property
    def best(self) -> Number | None:
        """The score, else its estimate, else ``None``."""
        return self.value if self.value is not None else self.prorated


@dataclass(frozen=True, slots=True)
class LevelResult:
    """One category out of ordered ones. ``level`` is ``None`` while a missing answer could still raise it;
    ``at_least`` is how high it is already.
    """

    level: str | None
    at_least: str


@dataclass(frozen=True, slots=True)
class Scored:
    """One completed instrument: what each scale, conclusion and safety item came to.

    ``outcomes`` are three-valued: ``None`` means that the conclusion hangs on missing answers.
    ``critical`` has one entry per safety item that was to be asked; an unanswered one is never "denied".
    ``answers`` holds one cleaned answer for each item of the instrument, ``None`` where it is missing,
    under the instrument's own codes.
    """

    instrument_key: str
    version: str
    scales: dict[str, ScaleResult]
    outcomes: dict[str, bool | None]
    levels: dict[str, LevelResult]
    critical: dict[str, CriticalState]
    answers: dict[str, Answer]

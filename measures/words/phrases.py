"""Small turns of English that sentences about an instrument are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from measures.instrument import Direction, Instrument, Number, Scale, Source

_NUMBERED = re.compile(r"(.*?)(\d+)")
_RUN = 3  # from this many on, neighbours are given as "1 to 9"


@dataclass(frozen=True, slots=True)
class Statement:
    """One rule: what it is called, what it says, and where it comes from (``None``: it follows from others)."""

    title: str
    text: str
    source: Source | None = None


def number(value: Number) -> str:
    """A number as it is written: ``7.0`` is "7", ``0.84`` stays; never with an exponent."""
    return str(int(value)) if value == int(value) else f"{value:.6f}".rstrip("0")


def listed(words: Iterable[str], last: str = "and") -> str:
    """ "a, b and c"."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def amount(value: Number, unit: str) -> str:
    """ "1 point", "2 points", "50 %"."""
    return f"{number(value)} {unit[:-1] if value == 1 and unit.endswith('s') else unit}".rstrip()


def items_named(instrument: Instrument, codes: Iterable[str]) -> str:
    """ "item 9", "items 1 to 9", "items 1, 2, 7 and 8": in the order of the instrument."""
    wanted = set(codes)
    ordered = [item.code for item in instrument.items if item.code in wanted]
    return f"{'item' if len(ordered) == 1 else 'items'} {listed(_with_runs(ordered))}"


def at_or_beyond(value: Number, direction: Direction, *, better: bool) -> str:
    """ "7 or less" for a threshold on the better side of a scale on which higher is worse."""
    return f"{number(value)} or {'less' if better == (direction == 'higher_is_worse') else 'more'}"


def range_in_words(scale: Scale) -> str:
    """ "0 to 27 points; higher is worse"."""
    meaning = {
        "higher_is_worse": "higher is worse",
        "higher_is_better": "higher is better",
        "neutral": "neither end is the better one",
    }[scale.direction]
    return f"{number(scale.minimum)} to {amount(scale.maximum, scale.unit)}; {meaning}"


def sentence(text: str) -> str:
    """With a capital at the beginning and a full stop at the end."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def _with_runs(codes: Sequence[str]) -> list[str]:
    runs: list[list[str]] = []
    for code in codes:
        if runs and _follows(runs[-1][-1], code):
            runs[-1].append(code)
        else:
            runs.append([code])
    parts = ([f"{run[0]} to {run[-1]}"] if len(run) >= _RUN else run for run in runs)
    return [part for some in parts for part in some]


def _follows(before: str, after: str) -> bool:
    one, next_one = _NUMBERED.fullmatch(before), _NUMBERED.fullmatch(after)
    if one is None or next_one is None:
        return False
    return (one[1], int(one[2]) + 1) == (next_one[1], int(next_one[2]))

"""Small turns of phrase that sentences about an instrument are made of, in the language of the moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from measures.instrument import Direction, Instrument, Number, Scale, Source
from measures.language import gettext as _
from measures.language import ngettext, pgettext, written

_NUMBERED = re.compile(r"(.*?)(\d+)")
_RUN = 3  # from this many on, neighbours are given as "1 to 9"
_COUNTED: dict[str, Callable[[int], str]] = {
    "points": lambda n: ngettext("{n} point", "{n} points", n),
    "days": lambda n: ngettext("{n} day", "{n} days", n),
    "missing answers": lambda n: ngettext("{n} missing answer", "{n} missing answers", n),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One rule: what it is called, what it says, and where it comes from (``None``: it follows from others)."""

    title: str
    text: str
    source: Source | None = None


def number(value: Number) -> str:
    """A number as it is written: ``7.0`` is "7", ``0.84`` stays; never with an exponent."""
    return str(int(value)) if value == int(value) else written(f"{value:.6f}".rstrip("0"))


def listed(words: Iterable[str], last: str = "and") -> str:
    """ "a, b and c"; with ``last`` as "or" it is "a, b or c"."""
    *first, end = words
    if not first:
        return end
    whole = _("{words} or {last}") if last == "or" else _("{words} and {last}")
    return whole.format(words=pgettext("between the words of a list", ", ").join(first), last=end)


def parted(parts: Iterable[str]) -> str:
    """ "a; b; c": of parts that may have commas of their own."""
    return pgettext("between the parts of a list", "; ").join(parts)


def amount(value: Number, unit: str) -> str:
    """ "1 point", "2 points", "50 %"."""
    if unit in _COUNTED:
        count = int(value) if value == int(value) else max(2, int(value))
        return _COUNTED[unit](count).format(n=number(value))
    one_of_them = unit[:-1] if value == 1 and unit.endswith("s") else ""
    return f"{number(value)} {one_of_them or (unit and _(unit))}".rstrip()


def items_named(instrument: Instrument, codes: Iterable[str]) -> str:
    """ "item 9", "items 1 to 9", "items 1, 2, 7 and 8": in the order of the instrument."""
    wanted = set(codes)
    rows = rows_of(instrument, wanted)
    named = ngettext("item {codes}", "items {codes}", sum(item.code in wanted for item in instrument.items))
    return named.format(codes=listed(rows))


def rows_of(instrument: Instrument, codes: Iterable[str]) -> list[str]:
    """The codes in the order of the instrument, neighbours put together: "1 to 7", "9"."""
    wanted = set(codes)
    return _with_runs([item.code for item in instrument.items if item.code in wanted])


def at_least(value: Number) -> str:
    """ "7 or more"."""
    return _("{n} or more").format(n=number(value))


def at_most(value: Number) -> str:
    """ "7 or less"."""
    return _("{n} or less").format(n=number(value))


def at_or_beyond(value: Number, direction: Direction, *, better: bool) -> str:
    """ "7 or less" for a threshold on the better side of a scale on which higher is worse."""
    return at_most(value) if better == (direction == "higher_is_worse") else at_least(value)


def range_in_words(scale: Scale) -> str:
    """ "0 to 27 points; higher is worse"."""
    text = {
        "higher_is_worse": _("{lowest} to {highest}; higher is worse"),
        "higher_is_better": _("{lowest} to {highest}; higher is better"),
        "neutral": _("{lowest} to {highest}; neither end is the better one"),
    }[scale.direction]
    return text.format(lowest=number(scale.minimum), highest=amount(scale.maximum, scale.unit))


def range_as_sentence(scale: Scale) -> str:
    """ "From 0 to 27 points; higher is worse."."""
    text = {
        "higher_is_worse": _("From {lowest} to {highest}; higher is worse."),
        "higher_is_better": _("From {lowest} to {highest}; higher is better."),
        "neutral": _("From {lowest} to {highest}; neither end is the better one."),
    }[scale.direction]
    return text.format(lowest=number(scale.minimum), highest=amount(scale.maximum, scale.unit))


def span(lowest: str, highest: str) -> str:
    """ "1 to 9"."""
    return _("{lowest} to {highest}").format(lowest=lowest, highest=highest)


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
    parts = ([span(run[0], run[-1])] if len(run) >= _RUN else run for run in runs)
    return [part for some in parts for part in some]


def _follows(before: str, after: str) -> bool:
    one, next_one = _NUMBERED.fullmatch(before), _NUMBERED.fullmatch(after)
    if one is None or next_one is None:
        return False
    return (one[1], int(one[2]) + 1) == (next_one[1], int(next_one[2]))

"""Words beside marks: how wide they are, where they fit, and which are left out.

The browser's font is not known here, so widths are taken generously: a label that fits by this count fits on screen.
A label that has no room is left out; its words stay in the mark's own name and in the table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NARROW = set("iljtfrI.,:;'|!()[] ")
WIDE = set("mwMW%@—")


def number(value: float) -> str:
    """Write a number as a reader expects it: a true minus, no idle decimals, at most two of them."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in pixels, on the generous side."""
    ems = sum(0.36 if letter in NARROW else 0.92 if letter in WIDE else 0.64 for letter in text)
    return ems * size * (1.08 if bold else 1)


def wrap(text: str, size: float, width: float) -> list[str]:
    """Break a text into lines no wider than `width`; a word wider than that has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Slot:
    """Where a label went: its row (0 first), its left edge, and whether it stands left of its mark."""

    row: int
    left: float
    leftward: bool


def place_in_rows(
    anchors: Sequence[tuple[float, float]], *, left: float, right: float, gap: float, rows: int
) -> list[Slot | None]:
    """Place labels beside their marks, in as few rows as it takes.

    `anchors` are (x of the mark, width of the label); a label stands right of its mark, or left where the edge is
    near. A label that collides moves to the next row, and after the last row is left out (None). No label covers
    another label or, in its own row, another mark.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
    slots: list[Slot | None] = []
    for x, width in anchors:
        slot = next(iter(_free_slots(x, width, taken, (left, right), gap)), None)
        slots.append(slot)
        if slot is not None:
            taken[slot.row].append((min(slot.left, x) - gap, max(slot.left + width, x) + gap))
    return slots


def _free_slots(
    x: float, width: float, taken: list[list[tuple[float, float]]], edges: tuple[float, float], gap: float
) -> Iterable[Slot]:
    for row, spans in enumerate(taken):
        for leftward in (False, True):
            start = x - gap - width if leftward else x + gap
            inside = edges[0] <= start and start + width <= edges[1]
            span = (min(start, x), max(start + width, x))
            if inside and not any(span[0] < end and begin < span[1] for begin, end in spans):
                yield Slot(row, start, leftward)


def spread(wanted: Sequence[float], *, distance: float, low: float, high: float) -> list[float]:
    """Move positions apart until neighbours are `distance` from each other, as near to `wanted` as may be.

    Order is kept; the result stays within (low, high) when it can hold them all.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = list(wanted)
    edge = low
    for index in order:
        placed[index] = edge = max(wanted[index], edge)
        edge += distance
    edge = high
    for index in reversed(order):
        placed[index] = edge = min(placed[index], edge)
        edge -= distance
    return placed


def readable(xs: Sequence[float], widths: Sequence[float], first: Iterable[int], gap: float = 3) -> set[int]:
    """Choose which of the centred labels at `xs` can be read: those in `first` before the others, left to right."""
    keep: list[int] = []
    for index in [*dict.fromkeys(first), *range(len(xs))]:
        clear = all(
            abs(xs[index] - xs[other]) >= (widths[index] + widths[other]) / 2 + gap
            for other in keep
            if other != index
        )
        if index not in keep and clear:
            keep.append(index)
    return set(keep)

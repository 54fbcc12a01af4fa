"""Words beside marks: how wide they are, where they fit, and which are left out.

The browser's font is not known here, so widths are taken generously: a label that fits by this count fits on
screen. A label that has no room is left out; its words stay in the mark's own name and in the table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from measures.language import written

NARROW = set("iljtfrI.,:;'|!()[] ")
WIDE = set("mwMW%@—")


def number(value: float) -> str:
    """Write a number as a reader expects it: a true minus, no idle decimals, at most two of them."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0") else written(text.replace("-", "−"))


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
    """Where a label went: its row (0 is nearest the plot) and its left edge."""

    row: int
    left: float


@dataclass(frozen=True)
class _Placed:
    """A mark with its label. The mark has a stem down through the rows below its own."""

    x: float
    slot: Slot
    width: float

    def covers(self, x: float, gap: float) -> bool:
        return self.slot.left - gap < x < self.slot.left + self.width + gap

    def clears(self, other: "_Placed", gap: float) -> bool:
        if self.slot.row > other.slot.row:
            return not other.covers(self.x, gap / 2)
        if self.slot.row < other.slot.row:
            return not self.covers(other.x, gap / 2)
        mine, theirs = self._reach(), other._reach()
        return mine[1] + gap < theirs[0] or theirs[1] + gap < mine[0]

    def _reach(self) -> tuple[float, float]:
        return min(self.x, self.slot.left), max(self.x, self.slot.left + self.width)


def place_in_rows(
    anchors: Sequence[tuple[float, float]], *, left: float, right: float, gap: float, rows: int
) -> list[Slot | None]:
    """Place labels beside their marks, in as few rows as it takes.

    `anchors` are (x of the mark, width of the label); a label stands right of its mark, or left of it near
    the right edge. No label touches another, or another mark, or the stem of a mark above it; one that finds
    no room in any row is left out (None).
    """
    placed: dict[int, _Placed] = {}
    for index in sorted(range(len(anchors)), key=lambda index: -anchors[index][0]):
        x, width = anchors[index]
        inside = (slot for slot in _slots(x, width, gap, rows) if left <= slot.left <= right - width)
        tries = (_Placed(x, slot, width) for slot in inside)
        fits = (one for one in tries if all(one.clears(other, gap) for other in placed.values()))
        if (found := next(fits, None)) is not None:
            placed[index] = found
    return [placed[index].slot if index in placed else None for index in range(len(anchors))]


def _slots(x: float, width: float, gap: float, rows: int) -> Iterable[Slot]:
    """Yield places, the best first: right of the mark, low; else left, high, over the marks still to come."""
    yield from (Slot(row, x + gap) for row in range(rows))
    yield from (Slot(row, x - gap - width) for row in reversed(range(rows)))


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
    """Choose which centred labels at `xs` can be read: those in `first`, then the others left to right."""
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

"""Item answers that add up to a wanted total. Pure: an instrument, a number and a seeded generator in."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from measures.instrument import Instrument, Item

Answers = dict[str, object]


def answers_with_total(
    instrument: Instrument, total: float, rng: Random, fixed: Mapping[str, int] | None = None
) -> Answers:
    """Answers to every item of the primary scale that sum to ``total``, rounded and kept in range.

    Safety items are denied unless ``fixed`` answers them. Items outside the scale are not answered here.
    """
    items = [instrument.item(code) for code in instrument.primary_scale.items]
    fixed = {item.code: int(item.minimum) for item in items if item.critical} | dict(fixed or {})
    free = [item for item in items if item.code not in fixed]
    values = {item.code: int(item.minimum) for item in free}
    room = sum(int(item.maximum - item.minimum) for item in free)
    wanted = round(total) - sum(fixed.values()) - sum(values.values())
    _spread(values, free, min(max(wanted, 0), room), rng)
    return values | fixed


def _spread(values: dict[str, int], items: list[Item], points: int, rng: Random) -> None:
    """Gives out one point after the other; items that run higher in this person draw more of them."""
    pull = {item.code: rng.uniform(0.4, 1.6) for item in items}
    for _ in range(points):
        open_items = [item for item in items if values[item.code] < item.maximum]
        chosen = rng.choices(
            open_items, [pull[item.code] * (item.maximum - item.minimum) for item in open_items]
        )
        values[chosen[0].code] += 1

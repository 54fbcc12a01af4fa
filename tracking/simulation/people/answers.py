"""Possible answers to any instrument, from its definition alone. Pure: an instrument, numbers and a seeded
generator in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil
from random import Random
from typing import Any

from measures.instrument import Instrument, Item, Number, Scale
from measures.scoring import Answer, skipped

Answers = dict[str, Answer]
Bounds = dict[str, tuple[int, int]]  # of an item: the lowest and the highest answer that fits
# A number that nothing else is known of (months, minutes) lies at most so far above its lowest.
LONGEST_NUMBER = 60
SUICIDE = "suicide"
TEXT = "Simulated."


@dataclass(frozen=True, slots=True)
class State:
    """How somebody is when they answer.

    ``total``: the points on the main scale, before any constant that its rule adds. ``share``: how much of what the
    other items ask about there is, from 0 to 1. ``ideation``: the same for suicide items; 0 denies them.
    ``wanted``: outcomes that the answers must meet, or must not.
    """

    total: float
    share: float
    ideation: float = 0.0
    wanted: Mapping[str, bool] = field(default_factory=dict)


def answer(instrument: Instrument, state: State, rng: Random) -> Answers:
    """An answer to every item that is to be answered, such that the main scale sums up to ``state.total`` as nearly
    as its items allow.

    What an earlier answer makes unnecessary is left out, as are texts and numbers that need not be given.
    """
    fixed, bounds = aims(instrument, state.wanted, rng)
    scale = instrument.primary_scale
    ideation = _ideation(instrument, scale, state)
    numbers = answers_with_total(instrument, state.total, rng, ideation, bounds)
    found: Answers = {code: _snapped(instrument.item(code), value) for code, value in numbers.items()}
    for item in instrument.items:
        if item.code in fixed:
            found[item.code] = fixed[item.code]
        elif item.code not in found or item.kind == "boolean":
            found[item.code] = _other(item, state, ideation, bounds, rng)
    return _without_needless(instrument, found)


def answers_with_total(
    instrument: Instrument,
    total: float,
    rng: Random,
    fixed: Mapping[str, int] | None = None,
    bounds: Bounds | None = None,
) -> dict[str, int]:
    """Answers to every item of the primary scale that sum to ``total``, rounded and kept in range.

    Safety items are denied unless ``fixed`` answers them. Items outside the scale are not answered here. Of a group
    of which only the highest answer counts one item carries the points. A reversed item is answered so that its
    points fit.
    """
    items = [instrument.item(code) for code in instrument.primary_scale.items]
    fixed = {item.code: int(item.minimum) for item in items if item.critical} | dict(fixed or {})
    silent = _silent(instrument.primary_scale, fixed, rng)
    limits = {
        item.code: (bounds or {}).get(item.code, (int(item.minimum), int(item.maximum))) for item in items
    }
    free = {
        code: (low, low if code in silent else high)
        for code, (low, high) in limits.items()
        if code not in fixed
    }
    values = {code: low for code, (low, _) in free.items()}
    room = sum(high - low for low, high in free.values())
    counted = [value for code, value in (values | fixed).items() if code not in silent]
    _spread(values, free, min(max(round(total) - sum(counted), 0), room), rng)
    points = values | fixed
    return {item.code: _turned(item, points[item.code], fixed) for item in items}


def aims(instrument: Instrument, wanted: Mapping[str, bool], rng: Random) -> tuple[dict[str, bool], Bounds]:
    """What the items must answer so that the outcomes are met, or not: fixed yes-or-no answers, and bounds.

    Follows the rules of the instrument's file. Raises ``ValueError`` for a rule that cannot be aimed at.
    """
    fixed: dict[str, bool] = {}
    bounds: Bounds = {}
    for key, met in wanted.items():
        _aim(instrument, key, met, rng, fixed, bounds)
    return fixed, bounds


def leave_out(answers: Answers, chance: float, rng: Random) -> Answers:
    """The same with some answers left out at random, safety items among them."""
    return {code: None if rng.random() < chance else value for code, value in answers.items()}


def _aim(
    instrument: Instrument, key: str, met: bool, rng: Random, fixed: dict[str, bool], bounds: Bounds
) -> None:
    outcome = instrument.outcome(key)
    rule: Mapping[str, Any] = outcome.parameters
    if outcome.algorithm == "all_of":
        parts = list(rule["outcomes"])
        failing = None if met else rng.choice([part for part in parts if _counts_scored(instrument, part)])
        for part in parts:
            if part == failing or met or not _counts(instrument, part):
                _aim(instrument, part, part != failing, rng, fixed, bounds)
    elif outcome.algorithm == "count_at_least":
        _aim_at_count(instrument, rule, met, rng, bounds)
    elif outcome.algorithm == "is_true":
        fixed[str(rule["item"])] = met
    elif outcome.algorithm == "longer_than" and met:
        code = str(rule["item"])
        bounds[code] = (int(rule["than"]) + 1, int(instrument.item(code).maximum))
    else:
        raise ValueError(f"{instrument.key}: answers cannot be aimed at {key}")


def _aim_at_count(
    instrument: Instrument, rule: Mapping[str, Any], met: bool, rng: Random, bounds: Bounds
) -> None:
    """So many items reach the cut; or all but one fewer stay below it."""
    cut, count, codes = int(rule["cut"]), int(rule["count"]), list(rule["items"])
    chosen = rng.sample(codes, count if met else len(codes) - count + 1)
    for code in chosen:
        item = instrument.item(code)
        low, high = int(item.minimum), int(item.maximum)
        bounds[code] = (cut, high) if met else (low, cut - 1)


def _counts(instrument: Instrument, key: str) -> bool:
    return instrument.outcome(key).algorithm == "count_at_least"


def _counts_scored(instrument: Instrument, key: str) -> bool:
    """Whether it counts symptoms of the main scale."""
    rule: Mapping[str, Any] = instrument.outcome(key).parameters
    items: Collection[str] = rule.get("items", ())
    return _counts(instrument, key) and set(items) <= set(instrument.primary_scale.items)


def _silent(scale: Scale, fixed: Mapping[str, int], rng: Random) -> set[str]:
    """Of each group of which the highest answer counts, all but one."""
    groups = [[code for code in group if code not in fixed] for group in scale.groups]
    return {code for group in groups if group for code in set(group) - {rng.choice(group)}}


def _spread(values: dict[str, int], free: Bounds, points: int, rng: Random) -> None:
    """Gives out one point after the other; items that run higher in this person draw more of them."""
    pull = {code: rng.uniform(0.4, 1.6) * (high - low) for code, (low, high) in free.items()}
    open_codes: list[str] = []
    for _ in range(points):
        if not open_codes:
            open_codes = [code for code, value in values.items() if value < free[code][1]]
            reaches = list(accumulate(pull[code] for code in open_codes))
        code = rng.choices(open_codes, cum_weights=reaches)[0]
        values[code] += 1
        if values[code] == free[code][1]:
            open_codes = []


def _turned(item: Item, value: int, fixed: Mapping[str, int]) -> int:
    reverse = item.reverse and item.code not in fixed
    return int(item.minimum) + int(item.maximum) - value if reverse else value


def _ideation(instrument: Instrument, scale: Scale, state: State) -> dict[str, int]:
    """The answers to the suicide items of the main scale; denied where the total has no room for more."""
    critical = [item for item in instrument.items if item.critical and item.code in scale.items]
    found = {item.code: _endorsed(item, instrument, state.ideation) for item in critical}
    lowest = sum(instrument.item(code).minimum for code in scale.items)
    if sum(found.values()) - sum(item.minimum for item in critical) <= state.total - lowest:
        return found
    return {item.code: int(item.minimum) for item in critical}


def _endorsed(item: Item, instrument: Instrument, ideation: float) -> int:
    """How strongly a suicide item is endorsed. Questions in rising order of gravity are answered up to a place."""
    if item.critical is None or item.critical.topic != SUICIDE or ideation <= 0:
        return int(item.minimum)
    if item.kind == "boolean":
        questions = [each.code for each in instrument.items if each.critical and each.kind == "boolean"]
        return int(questions.index(item.code) < ideation * len(questions))
    reached = item.minimum + ceil(ideation * (item.maximum - item.minimum))
    return int(min(max(reached, item.critical.review), item.maximum))


def _snapped(item: Item, value: Number) -> Number:
    """The nearest answer that may be given."""
    values = [option.value for option in item.options]
    return value if not values or value in values else min(values, key=lambda known: abs(known - value))


def _other(item: Item, state: State, ideation: Mapping[str, int], bounds: Bounds, rng: Random) -> Answer:
    """An answer to an item that the main scale has no points for."""
    if item.kind == "boolean":
        if item.code in ideation:
            return bool(ideation[item.code])
        return item.required and not item.critical and rng.random() < state.share
    if not item.required:
        return None
    if item.kind == "text":
        return TEXT[: item.max_length]
    low, high = bounds.get(item.code, (item.minimum, item.maximum))
    if item.critical:
        return _snapped(item, low)
    if item.kind == "number":
        return round(low + rng.random() * min(high - low, LONGEST_NUMBER))
    at = min(max(rng.gauss(state.share, 0.15), 0.0), 1.0)
    return _snapped(item, min(max(item.minimum + at * (item.maximum - item.minimum), low), high))


def _without_needless(instrument: Instrument, answers: Answers) -> Answers:
    """Without what an earlier answer makes unnecessary. What was answered above the lowest stays where only one of
    two needs an answer."""
    for skip in instrument.skips:
        branch = skip.at_most is not None or skip.at_least is not None
        for code in skip.items:
            trial = answers | {code: None}
            lowest = answers[code] == instrument.item(code).minimum
            if (branch or lowest) and code in skipped(instrument, trial):
                answers = trial
    return answers

"""How an instrument is scored, in sentences that somebody reads who writes no code.

Every sentence is built from the definition; a number in it is one of the definition's, a count of its items,
or computed from these by the scoring itself. No sentence says more than the definition does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from measures.instrument import Band, Critical, Instrument, Item, Levels, Number, Rule, Scale, Skip, Source
from measures.words.change import change_in_words
from measures.words.outcomes import outcome_in_words
from measures.words.phrases import Statement, amount, items_named, number, range_in_words, sentence

__all__ = ["BandWords", "ScaleWords", "ScoringWords", "Statement", "scoring_in_words"]


@dataclass(frozen=True, slots=True)
class BandWords:
    """One set of severity bands: ``used`` with each score, or beside it for reading."""

    key: str
    text: str
    used: bool
    source: Source


@dataclass(frozen=True, slots=True)
class ScaleWords:
    """One scale: what the score is made of, what it runs from and to, what missing answers do to it."""

    key: str
    title: str
    score: str
    range: str
    reversed: str  # empty: no item is turned round
    missing: Statement
    bands: tuple[BandWords, ...]


@dataclass(frozen=True, slots=True)
class ScoringWords:
    """Everything that an instrument's definition says about its scoring."""

    scales: tuple[ScaleWords, ...]
    skips: tuple[Statement, ...]
    safety: tuple[Statement, ...]
    outcomes: tuple[Statement, ...]
    levels: tuple[Statement, ...]
    change: tuple[Statement, ...]
    unsaid: str  # about which change no rule is given; empty when all are


_ELSEWHERE: dict[Rule, str] = {"mean": "a mean", "percent_of_max": "a percentage of the highest possible sum"}
_TOO_MANY = 4  # parts of an enumeration of items


def scoring_in_words(instrument: Instrument) -> ScoringWords:
    """The scoring of an instrument in sentences. Of a score-only instrument: ranges, bands and change alone."""
    change, unsaid = change_in_words(instrument)
    return ScoringWords(
        scales=tuple(_scale(instrument, scale) for scale in instrument.scales),
        skips=tuple(_skip(instrument, skip) for skip in instrument.skips),
        safety=_safety(instrument),
        outcomes=tuple(
            Statement(outcome.title, sentence(outcome_in_words(instrument, outcome)), outcome.source)
            for outcome in instrument.outcomes
        ),
        levels=tuple(_levels(instrument, levels) for levels in instrument.levels),
        change=change,
        unsaid=unsaid,
    )


def _scale(instrument: Instrument, scale: Scale) -> ScaleWords:
    return ScaleWords(
        key=scale.key,
        title=scale.title,
        score=sentence(_score(instrument, scale)),
        range=sentence(f"from {range_in_words(scale)}"),
        reversed=_reversed(instrument, scale),
        missing=_missing(instrument, scale),
        bands=tuple(
            BandWords(one.key, _bands(one.bands), place == 0, one.source)
            for place, one in enumerate(scale.band_sets)
        ),
    )


def _score(instrument: Instrument, scale: Scale) -> str:
    if not scale.items:
        return f"{_ELSEWHERE.get(scale.rule, 'a total')}, worked out elsewhere: the items are not shown here"
    named = _named(instrument, scale)
    if scale.rule == "max_of_groups":
        return _domains(instrument, scale)
    if scale.rule == "highest_yes":
        return f"the place of the last yes among {named}, which stand in rising order of gravity; 0 when none is yes"
    if scale.rule == "percent_of_max":
        highest = sum(item.maximum for item in instrument.items_of(scale))
        return f"the sum of {named} in percent of its highest possible value, {number(highest)}"
    if len(scale.items) == 1:
        return f"the answer to {named}"
    if scale.rule == "sum_from_one":
        return (
            f"the sum of {named} as it is when their answers are coded from 1: "
            f"the sum of the answers plus {len(scale.items)}"
        )
    return f"the {'mean' if scale.rule == 'mean' else 'sum'} of {named}"


def _named(instrument: Instrument, scale: Scale) -> str:
    """The items of a scale; of one that has all that are scored, and in no row of numbers, only how many."""
    named = items_named(instrument, scale.items)
    everything = set(scale.items) == {item.code for item in instrument.items if item.scored}
    return f"all {len(scale.items)} scored items" if everything and named.count(",") >= _TOO_MANY else named


def _domains(instrument: Instrument, scale: Scale) -> str:
    several = [items_named(instrument, group) for group in scale.groups if len(group) > 1]
    alone = [group[0] for group in scale.groups if len(group) == 1]
    if len(scale.groups) == 1:
        return f"the highest answer to {items_named(instrument, scale.items)}"
    text = f"the sum of {len(scale.groups)} domains. Of {'; of '.join(several)} the highest answer counts"
    return f"{text}; {items_named(instrument, alone)} count as they are" if alone else text


def _reversed(instrument: Instrument, scale: Scale) -> str:
    """Items with the same two ends are named together: they are subtracted from the same number."""
    by_sum: dict[Number, list[str]] = {}
    for item in instrument.items_of(scale):
        if item.reverse:
            by_sum.setdefault(item.minimum + item.maximum, []).append(item.code)
    parts = [
        f"{items_named(instrument, codes)}, counted as {number(ends)} minus the answer"
        for ends, codes in by_sum.items()
    ]
    return sentence(f"turned round before scoring: {'; '.join(parts)}") if parts else ""


def _missing(instrument: Instrument, scale: Scale) -> Statement:
    policy = scale.missing
    if not scale.items:
        return Statement("Missing answers", "What was missing is not known: only the total is entered.")
    if policy.policy == "strict":
        text = "Strict, by policy of this platform: with a missing answer there is no score."
        return Statement("Missing answers", text + _without_skips(instrument, scale), policy.source)
    safety = [item.code for item in instrument.items_of(scale) if item.critical]
    text = (
        f"Up to {amount(policy.up_to, 'missing answers')}: no score, but an estimate from the mean of the answers "
        "given, marked as an estimate. With more missing there is neither."
    )
    if policy.policy == "prorate_unless_critical" and safety:
        text += f" No estimate is made over {items_named(instrument, safety)}, asked for safety."
    return Statement("Missing answers", text + _without_skips(instrument, scale), policy.source)


def _without_skips(instrument: Instrument, scale: Scale) -> str:
    concerned = {code for skip in instrument.skips for code in skip.items} & set(scale.items)
    return (
        " Here an item that need not be answered is missing all the same."
        if concerned and not scale.skips
        else ""
    )


def _bands(bands: Iterable[Band]) -> str:
    return "; ".join(f"{_span(band.low, band.high)} {band.label}" for band in bands)


def _span(low: Number, high: Number) -> str:
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def _skip(instrument: Instrument, skip: Skip) -> Statement:
    named = items_named(instrument, skip.items)
    counted = [one for one in instrument.scales if set(skip.items) & set(one.items)]
    text = f"{named} need{'s' if len(skip.items) == 1 else ''} no answer when {_condition(instrument, skip)}."
    if skip.strikes:
        text += " An answer given there all the same does not count."
    if skip.counts_as is not None and counted:
        text += f" Left out, {'it counts' if len(skip.items) == 1 else 'each counts'} as {number(skip.counts_as)}."
    return Statement(sentence(named).rstrip("."), sentence(text), skip.source)


def _condition(instrument: Instrument, skip: Skip) -> str:
    named = items_named(instrument, skip.when)
    one = len(skip.when) == 1
    yes_no = all(instrument.item(code).kind == "boolean" for code in skip.when)
    if skip.at_most is None and skip.at_least is None:
        return f"{named} {'is' if one else 'are'} answered"
    if yes_no and one:
        return f"{named} is answered {'yes' if skip.at_least is not None else 'no'}"
    bound = f"{number(skip.at_least)} or more" if skip.at_least is not None else _at_most(skip.at_most or 0)
    return f"{named} is {bound}" if one else f"{named} are answered and add up to {bound}"


def _at_most(value: Number) -> str:
    return "0" if value == 0 else f"{number(value)} or less"


def _safety(instrument: Instrument) -> tuple[Statement, ...]:
    """Items of which the same is said are named together."""
    alike: dict[tuple[str, str, Source], list[str]] = {}
    for item in instrument.items:
        if item.critical:
            key = (item.critical.topic, _alarm(item, item.critical), item.critical.source)
            alike.setdefault(key, []).append(item.code)
    return tuple(
        Statement(
            sentence(f"{items_named(instrument, codes)}, {topic}").rstrip("."),
            f"{text} Left unanswered {'it is' if len(codes) == 1 else 'they are'} never taken for a denial.",
            source,
        )
        for (topic, text, source), codes in alike.items()
    )


def _alarm(item: Item, critical: Critical) -> str:
    if item.kind == "boolean":
        return "A yes is urgent." if critical.urgent is not None else "A yes is looked at by a clinician."
    if critical.urgent == critical.review:
        return f"{number(critical.review)} or more is urgent."
    urgent = "" if critical.urgent is None else f" {number(critical.urgent)} or more is urgent."
    return f"{number(critical.review)} or more is looked at by a clinician.{urgent}"


def _levels(instrument: Instrument, levels: Levels) -> Statement:
    steps = [
        f"{step.label}: when “{instrument.outcome(step.outcome).title}” is met"
        for step in reversed(levels.steps)
    ]
    text = (
        f"{'; '.join(steps)}; otherwise {levels.lowest_label}. The highest that is met counts. As long as a missing "
        "answer could still raise it, it is given as a level of at least this, never as final."
    )
    return Statement(levels.title, sentence(text), levels.source)

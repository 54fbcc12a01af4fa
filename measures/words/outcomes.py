"""The conclusions of an instrument in sentences: one for each algorithm, filled from its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from measures.instrument import Instrument, Number, Outcome
from measures.words.phrases import items_named, listed, number

Sentence = Callable[..., str]
SENTENCES: dict[str, Sentence] = {}


def outcome_in_words(instrument: Instrument, outcome: Outcome) -> str:
    """When the conclusion is met. An open one, where missing answers could change it, is the page's to explain."""
    parameters: Mapping[str, Any] = outcome.parameters
    return SENTENCES[outcome.algorithm](instrument, **parameters)


def _sentence(write: Sentence) -> Sentence:
    SENTENCES[write.__name__] = write
    return write


@_sentence
def is_true(instrument: Instrument, *, item: str) -> str:
    return f"{items_named(instrument, [item])} is answered yes"


@_sentence
def item_at_least(instrument: Instrument, *, item: str, cut: Number) -> str:
    return f"the answer to {items_named(instrument, [item])} is {number(cut)} or more"


@_sentence
def item_at_most(instrument: Instrument, *, item: str, cut: Number) -> str:
    return f"the answer to {items_named(instrument, [item])} is {number(cut)} or less"


@_sentence
def longer_than(instrument: Instrument, *, item: str, than: Number, at_boundary: str) -> str:
    named, decides = items_named(instrument, [item]), items_named(instrument, [at_boundary])
    return (
        f"{named} is more than {number(than)}; at exactly {number(than)} the yes or no of {decides} decides"
    )


@_sentence
def count_at_least(instrument: Instrument, *, items: list[str], cut: Number, count: int) -> str:
    answered = _answered(instrument, items, cut)
    if len(items) == 1:
        return f"{items_named(instrument, items)} is answered {answered}"
    return f"at least {count} of {items_named(instrument, items)} {_is_or_are(count)} answered {answered}"


@_sentence
def syndrome(
    instrument: Instrument,
    *,
    core: list[str],
    others: list[str],
    cut: Number,
    cuts: Mapping[str, Number],
    at_least: int,
    at_most: int,
) -> str:
    both = [*core, *others]
    own = [f"{items_named(instrument, [code])} from {number(own_cut)}" for code, own_cut in cuts.items()]
    present = f"a symptom is present from {number(cut)}" + (f", {listed(own)}" if own else "")
    span = number(at_least) if at_least == at_most else f"{number(at_least)} to {number(at_most)}"
    named, leading = items_named(instrument, both), items_named(instrument, core)
    return f"{present}. Met when {span} of {named} are present, at least one of {leading} among them"


@_sentence
def score_at_least(instrument: Instrument, *, scale: str, cut: Number) -> str:
    return f"{_score(instrument, scale)} is {number(cut)} or more"


@_sentence
def score_at_most(instrument: Instrument, *, scale: str, cut: Number) -> str:
    return f"{_score(instrument, scale)} is {number(cut)} or less"


@_sentence
def score_below(instrument: Instrument, *, scale: str, cut: Number) -> str:
    return f"{_score(instrument, scale)} is below {number(cut)}"


@_sentence
def percent_at_least(instrument: Instrument, *, scale: str, percent: Number) -> str:
    of = instrument.scale(scale)
    highest = sum(item.maximum for item in instrument.items_of(of))
    return (
        f"the answers of “{of.title}” add up to {number(percent)} % or more of the highest possible sum, "
        f"that is {number(percent * highest / 100)} of {number(highest)}"
    )


@_sentence
def any_of(instrument: Instrument, *, outcomes: list[str]) -> str:
    return f"at least one is met of: {_titles(instrument, outcomes)}"


@_sentence
def all_of(instrument: Instrument, *, outcomes: list[str]) -> str:
    return f"all are met of: {_titles(instrument, outcomes)}"


def _answered(instrument: Instrument, items: Iterable[str], cut: Number) -> str:
    if all(instrument.item(code).kind == "boolean" for code in items):
        return "yes"
    return f"{number(cut)} or more"


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def _score(instrument: Instrument, key: str) -> str:
    """A scale that may be estimated lets the estimate, rounded half up, stand in for the score."""
    scale = instrument.scale(key)
    return f"“{scale.title}”" + (", or else its estimate," if scale.missing.policy != "strict" else "")


def _titles(instrument: Instrument, keys: Iterable[str]) -> str:
    return "; ".join(instrument.outcome(key).title for key in keys)

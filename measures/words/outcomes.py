"""The conclusions of an instrument in sentences: one for each algorithm, filled from its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from measures.instrument import Instrument, Number, Outcome
from measures.language import gettext as _
from measures.language import ngettext
from measures.words.phrases import at_least, at_most, items_named, listed, number, parted, sentence, span

Sentence = Callable[..., str]
SENTENCES: dict[str, Sentence] = {}


def outcome_in_words(instrument: Instrument, outcome: Outcome) -> str:
    """When the conclusion is met. An open one, where missing answers could change it, is the page's to explain."""
    parameters: Mapping[str, Any] = outcome.parameters
    return sentence(SENTENCES[outcome.algorithm](instrument, **parameters))


def _sentence(write: Sentence) -> Sentence:
    SENTENCES[write.__name__] = write
    return write


@_sentence
def is_true(instrument: Instrument, *, item: str) -> str:
    return _is_yes(instrument, [item])


@_sentence
def item_at_least(instrument: Instrument, *, item: str, cut: Number) -> str:
    return _answer_is(instrument, item, at_least(cut))


@_sentence
def item_at_most(instrument: Instrument, *, item: str, cut: Number) -> str:
    return _answer_is(instrument, item, at_most(cut))


@_sentence
def longer_than(instrument: Instrument, *, item: str, than: Number, at_boundary: str) -> str:
    return _("{item} is more than {n}; at exactly {n} the yes or no of {decider} decides.").format(
        item=items_named(instrument, [item]),
        n=number(than),
        decider=items_named(instrument, [at_boundary]),
    )


@_sentence
def count_at_least(instrument: Instrument, *, items: list[str], cut: Number, count: int) -> str:
    named = items_named(instrument, items)
    yes_no = all(instrument.item(code).kind == "boolean" for code in items)
    if len(items) == 1:
        if yes_no:
            return _is_yes(instrument, items)
        return _("{items} is answered {bound}.").format(items=named, bound=at_least(cut))
    if yes_no:
        text = ngettext(
            "At least {n} of {items} is answered yes.", "At least {n} of {items} are answered yes.", count
        )
    else:
        text = ngettext(
            "At least {n} of {items} is answered {bound}.",
            "At least {n} of {items} are answered {bound}.",
            count,
        )
    return text.format(n=count, items=named, bound=at_least(cut))


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
    own = [
        _("{items} from {n}").format(items=items_named(instrument, [code]), n=number(own_cut))
        for code, own_cut in cuts.items()
    ]
    if own:
        present = _("A symptom is present from {n}, {others}.").format(n=number(cut), others=listed(own))
    else:
        present = _("A symptom is present from {n}.").format(n=number(cut))
    met = _("Met when {count} of {items} are present, at least one of {core} among them.").format(
        count=number(at_least) if at_least == at_most else span(number(at_least), number(at_most)),
        items=items_named(instrument, [*core, *others]),
        core=items_named(instrument, core),
    )
    return f"{present} {met}"


@_sentence
def score_at_least(instrument: Instrument, *, scale: str, cut: Number) -> str:
    return _score_is(instrument, scale, at_least(cut))


@_sentence
def score_at_most(instrument: Instrument, *, scale: str, cut: Number) -> str:
    return _score_is(instrument, scale, at_most(cut))


@_sentence
def score_below(instrument: Instrument, *, scale: str, cut: Number) -> str:
    return _score_is(instrument, scale, _("below {n}").format(n=number(cut)))


@_sentence
def percent_at_least(instrument: Instrument, *, scale: str, percent: Number) -> str:
    of = instrument.scale(scale)
    highest = sum(item.maximum for item in instrument.items_of(of))
    return _(
        "The answers of “{scale}” add up to {percent} % or more of the highest possible sum, "
        "that is {part} of {highest}."
    ).format(
        scale=_(of.title),
        percent=number(percent),
        part=number(percent * highest / 100),
        highest=number(highest),
    )


@_sentence
def any_of(instrument: Instrument, *, outcomes: list[str]) -> str:
    return _("At least one is met of: {outcomes}.").format(outcomes=_titles(instrument, outcomes))


@_sentence
def all_of(instrument: Instrument, *, outcomes: list[str]) -> str:
    return _("All are met of: {outcomes}.").format(outcomes=_titles(instrument, outcomes))


def _is_yes(instrument: Instrument, items: Iterable[str]) -> str:
    return _("{items} is answered yes.").format(items=items_named(instrument, items))


def _answer_is(instrument: Instrument, item: str, bound: str) -> str:
    return _("The answer to {item} is {bound}.").format(item=items_named(instrument, [item]), bound=bound)


def _score_is(instrument: Instrument, key: str, bound: str) -> str:
    """A scale that may be estimated lets the estimate, rounded half up, stand in for the score."""
    scale = instrument.scale(key)
    estimated = scale.missing.policy != "strict"
    text = _("“{scale}”, or else its estimate, is {bound}.") if estimated else _("“{scale}” is {bound}.")
    return text.format(scale=_(scale.title), bound=bound)


def _titles(instrument: Instrument, keys: Iterable[str]) -> str:
    return parted(_(instrument.outcome(key).title) for key in keys)

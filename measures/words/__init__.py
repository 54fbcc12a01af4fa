"""How an instrument is scored, in sentences that somebody reads who writes no code.

Every sentence is built from the definition; a number in it is one of the definition's, a count of its items,
or computed from these by the scoring itself. No sentence says more than the definition does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from measures.instrument import Band, Critical, Instrument, Item, Levels, Number, Scale, Skip, Source
from measures.language import gettext as _
from measures.language import ngettext
from measures.words.change import change_in_words
from measures.words.outcomes import outcome_in_words
from measures.words.phrases import (
    Statement,
    amount,
    at_least,
    at_most,
    items_named,
    number,
    parted,
    range_as_sentence,
    rows_of,
    sentence,
    span,
)

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


_MOST_ROWS = 5  # of an enumeration of items


def scoring_in_words(instrument: Instrument) -> ScoringWords:
    """The scoring of an instrument in sentences. Of a score-only instrument: ranges, bands and change alone."""
    change, unsaid = change_in_words(instrument)
    return ScoringWords(
        scales=tuple(_scale(instrument, scale) for scale in instrument.scales),
        skips=tuple(_skip(instrument, skip) for skip in instrument.skips),
        safety=_safety(instrument),
        outcomes=tuple(
            Statement(_(outcome.title), outcome_in_words(instrument, outcome), outcome.source)
            for outcome in instrument.outcomes
        ),
        levels=tuple(_levels(instrument, levels) for levels in instrument.levels),
        change=change,
        unsaid=unsaid,
    )


def _scale(instrument: Instrument, scale: Scale) -> ScaleWords:
    return ScaleWords(
        key=scale.key,
        title=_(scale.title),
        score=_score(instrument, scale),
        range=range_as_sentence(scale),
        reversed=_reversed(instrument, scale),
        missing=_missing(instrument, scale),
        bands=tuple(
            BandWords(one.key, _bands(one.bands), place == 0, one.source)
            for place, one in enumerate(scale.band_sets)
        ),
    )


def _score(instrument: Instrument, scale: Scale) -> str:
    if not scale.items:
        return _elsewhere(scale)
    named = _named(instrument, scale)
    if scale.rule == "max_of_groups":
        return _domains(instrument, scale)
    if scale.rule == "highest_yes":
        return _(
            "The place of the last yes among {items}, which stand in rising order of gravity; 0 when none is yes."
        ).format(items=named)
    if scale.rule == "percent_of_max":
        highest = number(sum(item.maximum for item in instrument.items_of(scale)))
        return _("The sum of {items} in percent of its highest possible value, {highest}.").format(
            items=named, highest=highest
        )
    if len(scale.items) == 1:
        return _("The answer to {items}.").format(items=named)
    if scale.rule == "sum_from_one":
        return _(
            "The sum of {items} as it is when their answers are coded from 1: the sum of the answers plus {n}."
        ).format(items=named, n=len(scale.items))
    return (_("The mean of {items}.") if scale.rule == "mean" else _("The sum of {items}.")).format(
        items=named
    )


def _elsewhere(scale: Scale) -> str:
    if scale.rule == "mean":
        return _("A mean, worked out elsewhere: the items are not shown here.")
    if scale.rule == "percent_of_max":
        return _(
            "A percentage of the highest possible sum, worked out elsewhere: the items are not shown here."
        )
    return _("A total, worked out elsewhere: the items are not shown here.")


def _named(instrument: Instrument, scale: Scale) -> str:
    """The items of a scale; of one that has all that are scored, and in no row of numbers, only how many."""
    count = len(scale.items)
    everything = set(scale.items) == {item.code for item in instrument.items if item.scored}
    if everything and len(rows_of(instrument, scale.items)) > _MOST_ROWS:
        return ngettext("all {n} scored item", "all {n} scored items", count).format(n=count)
    return items_named(instrument, scale.items)


def _domains(instrument: Instrument, scale: Scale) -> str:
    several = [items_named(instrument, group) for group in scale.groups if len(group) > 1]
    alone = [group[0] for group in scale.groups if len(group) == 1]
    n = len(scale.groups)
    if n == 1:
        return _("The highest answer to {items}.").format(items=items_named(instrument, scale.items))
    groups = several[0] if several else ""
    for named in several[1:]:
        groups = _("{groups}; of {items}").format(groups=groups, items=named)
    if not alone:
        return ngettext(
            "The sum of {n} domain. Of {groups} the highest answer counts.",
            "The sum of {n} domains. Of {groups} the highest answer counts.",
            n,
        ).format(n=n, groups=groups)
    return ngettext(
        "The sum of {n} domain. Of {groups} the highest answer counts; {items} count as they are.",
        "The sum of {n} domains. Of {groups} the highest answer counts; {items} count as they are.",
        n,
    ).format(n=n, groups=groups, items=items_named(instrument, alone))


def _reversed(instrument: Instrument, scale: Scale) -> str:
    """Items with the same two ends are named together: they are subtracted from the same number."""
    by_sum: dict[Number, list[str]] = {}
    for item in instrument.items_of(scale):
        if item.reverse:
            by_sum.setdefault(item.minimum + item.maximum, []).append(item.code)
    parts = [
        _("{items}, counted as {ends} minus the answer").format(
            items=items_named(instrument, codes), ends=number(ends)
        )
        for ends, codes in by_sum.items()
    ]
    return _("Turned round before scoring: {parts}.").format(parts=parted(parts)) if parts else ""


def _missing(instrument: Instrument, scale: Scale) -> Statement:
    policy, title = scale.missing, _("Missing answers")
    if not scale.items:
        return Statement(title, _("What was missing is not known: only the total is entered."))
    if policy.policy == "strict":
        text = _("Strict, by policy of this platform: with a missing answer there is no score.")
        return Statement(title, _told(text, _without_skips(instrument, scale)), policy.source)
    safety = [item.code for item in instrument.items_of(scale) if item.critical]
    text = _(
        "Up to {amount}: no score, but an estimate from the mean of the answers given, marked as an estimate. "
        "With more missing there is neither."
    ).format(amount=amount(policy.up_to, "missing answers"))
    unless = ""
    if policy.policy == "prorate_unless_critical" and safety:
        unless = _("No estimate is made over {items}, asked for safety.").format(
            items=items_named(instrument, safety)
        )
    return Statement(title, _told(text, unless, _without_skips(instrument, scale)), policy.source)


def _without_skips(instrument: Instrument, scale: Scale) -> str:
    concerned = {code for skip in instrument.skips for code in skip.items} & set(scale.items)
    if scale.skips or not concerned:
        return ""
    return _("Here an item that need not be answered is missing all the same.")


def _told(*sentences: str) -> str:
    """Sentences after each other, those that there are."""
    return " ".join(filter(None, sentences))


def _bands(bands: Iterable[Band]) -> str:
    return parted(f"{_span(band.low, band.high)} {_(band.label)}" for band in bands)


def _span(low: Number, high: Number) -> str:
    return number(low) if low == high else span(number(low), number(high))


def _skip(instrument: Instrument, skip: Skip) -> Statement:
    named, n = items_named(instrument, skip.items), len(skip.items)
    text = ngettext("{items} needs no answer {when}.", "{items} need no answer {when}.", n)
    said = [sentence(text.format(items=named, when=_when(instrument, skip)))]
    if skip.strikes:
        said.append(_("An answer given there all the same does not count."))
    if skip.counts_as is not None and any(set(skip.items) & set(one.items) for one in instrument.scales):
        left_out = ngettext("Left out, it counts as {value}.", "Left out, each counts as {value}.", n)
        said.append(left_out.format(value=number(skip.counts_as)))
    return Statement(sentence(named).rstrip("."), _told(*said), skip.source)


def _when(instrument: Instrument, skip: Skip) -> str:
    named, n = items_named(instrument, skip.when), len(skip.when)
    yes_no = all(instrument.item(code).kind == "boolean" for code in skip.when)
    if skip.at_most is None and skip.at_least is None:
        return ngettext("when {items} is answered", "when {items} are answered", n).format(items=named)
    if yes_no and n == 1:
        text = (
            _("when {items} is answered no") if skip.at_least is None else _("when {items} is answered yes")
        )
        return text.format(items=named)
    bound = at_least(skip.at_least) if skip.at_least is not None else _up_to(skip.at_most or 0)
    text = ngettext("when {items} is {bound}", "when {items} are answered and add up to {bound}", n)
    return text.format(items=named, bound=bound)


def _up_to(value: Number) -> str:
    return "0" if value == 0 else at_most(value)


def _safety(instrument: Instrument) -> tuple[Statement, ...]:
    """Items of which the same is said are named together."""
    alike: dict[tuple[str, str, Source], list[str]] = {}
    for item in instrument.items:
        if item.critical:
            key = (item.critical.topic, _alarm(item, item.critical), item.critical.source)
            alike.setdefault(key, []).append(item.code)
    return tuple(
        Statement(
            sentence(f"{items_named(instrument, codes)}, {_(topic)}").rstrip("."),
            _told(text, _unanswered(len(codes))),
            source,
        )
        for (topic, text, source), codes in alike.items()
    )


def _unanswered(count: int) -> str:
    return ngettext(
        "Left unanswered it is never taken for a denial.",
        "Left unanswered they are never taken for a denial.",
        count,
    )


def _alarm(item: Item, critical: Critical) -> str:
    if item.kind == "boolean":
        urgent = critical.urgent is not None
        return _("A yes is urgent.") if urgent else _("A yes is looked at by a clinician.")
    review = _("{n} or more is looked at by a clinician.").format(n=number(critical.review))
    if critical.urgent is None:
        return review
    urgent_words = _("{n} or more is urgent.").format(n=number(critical.urgent))
    return urgent_words if critical.urgent == critical.review else _told(review, urgent_words)


def _levels(instrument: Instrument, levels: Levels) -> Statement:
    steps = [
        _("{level}: when “{outcome}” is met").format(
            level=_(step.label), outcome=_(instrument.outcome(step.outcome).title)
        )
        for step in reversed(levels.steps)
    ]
    text = _(
        "{steps}; otherwise {lowest}. The highest that is met counts. As long as a missing answer could still "
        "raise it, it is given as a level of at least this, never as final."
    ).format(steps=parted(steps), lowest=_(levels.lowest_label))
    return Statement(_(levels.title), sentence(text), levels.source)

"""One instrument as a text for the terminal: what it asks, how it is scored, and where each rule comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from measures.instrument import Instrument, Item, Source
from measures.words import ScaleWords, ScoringWords, scoring_in_words
from measures.words.phrases import Statement, number

WIDTH = 100
WORDING = {
    "verbatim": "the authors' words",
    "site": "short labels of our own; a site adds the authors' words before patients are asked on screen",
    "labels": "labels of our own, to rate by with the original beside you",
    "score-only": "no items: only totals are recorded",
}


def outline(instrument: Instrument) -> Iterator[str]:
    """The lines of the text, for every part that the instrument has."""
    words = scoring_in_words(instrument)
    yield f"{instrument.title} ({instrument.short_title})"
    yield from _head(instrument)
    yield from _part("Sources", (_bullet(f"{one.text}; {_confidence(one)}") for one in instrument.sources))
    yield from _part("Items", _items(instrument))
    yield from _part("No answer needed", map(_said, words.skips))
    yield from _part("Scales", (line for one in words.scales for line in _scale(one)))
    yield from _part("Safety", map(_said, words.safety))
    yield from _part("Outcomes", map(_said, words.outcomes))
    yield from _part("Levels", map(_said, words.levels))
    yield from _part("Change", _change(words))
    yield from _part("LOINC", (_bullet(f"{name}: {code}") for name, code in instrument.loinc.items()))


def _head(instrument: Instrument) -> Iterator[str]:
    rights = instrument.rights
    facts = {
        "key": f"{instrument.key}, version {instrument.version}",
        "answered by": "the person" if instrument.rater == "self" else "a clinician",
        "recall": instrument.recall,
        "about": "one session or moment" if instrument.state else "",
        "purpose": instrument.purpose,
        "minutes": str(instrument.minutes or ""),
        "instruction": instrument.instruction,
        "wording": WORDING[rights.wording],
        "rights": rights.holder,
        "terms": rights.terms,
    }
    for name, fact in facts.items():
        if fact:
            yield _wrapped(f"{name:<12} {fact}", hang=13)


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading and its lines; nothing at all when there are no lines."""
    for place, line in enumerate(lines):
        if not place:
            yield f"\n{title}"
        yield line


def _items(instrument: Instrument) -> Iterator[str]:
    before = section = ""
    for item in instrument.items:
        if item.section != section:
            section = item.section
            yield f"  {section}"
        yield _wrapped(f"  {item.code:<3} {item.label}{_remarks(item)}", hang=6)
        if item.help:
            yield _wrapped(f"      {item.help}", hang=6)
        answers = _answers(item)
        yield "      answers as above" if answers == before else _wrapped(f"      {answers}", hang=6)
        before = answers


def _remarks(item: Item) -> str:
    remarks = [
        "scored in reverse" if item.reverse else "",
        "" if item.scored else "in no scale",
        "" if item.required else "may be left out",
        f"safety: {item.critical.topic}" if item.critical else "",
        *(f"{code} in the numbering {name}" for name, code in item.aliases.items()),
    ]
    said = ", ".join(filter(None, remarks))
    return f" [{said}]" if said else ""


def _answers(item: Item) -> str:
    if item.kind == "boolean":
        return "yes or no"
    if item.kind == "text":
        return f"free text, up to {item.max_length} characters"
    if item.kind == "number":
        span = f"{number(item.minimum)} to {number(item.maximum)} {item.unit}".rstrip()
        return f"a {'' if item.decimals else 'whole '}number from {span}"
    return "; ".join(f"{number(option.value)} = {option.label}" for option in item.options)


def _scale(words: ScaleWords) -> Iterator[str]:
    what = " ".join(filter(None, (words.score, words.range, words.reversed)))
    yield _bullet(f"{words.title} [{words.key}]: {what}")
    yield _wrapped(f"    missing answers: {words.missing.text}{_source(words.missing)}", hang=6)
    for bands in words.bands:
        use = "bands" if bands.used else "for comparison, bands"
        yield _wrapped(f"    {use} {bands.key}: {bands.text}. {_cited(bands.source)}", hang=6)


def _change(words: ScoringWords) -> Iterator[str]:
    yield from map(_said, words.change)
    if words.unsaid:
        yield _bullet(words.unsaid)


def _said(statement: Statement) -> str:
    return _bullet(f"{statement.title}: {statement.text}{_source(statement)}")


def _source(statement: Statement) -> str:
    return f" {_cited(statement.source)}" if statement.source else ""


def _cited(source: Source) -> str:
    return f"[{source.text}; {_confidence(source)}]"


def _confidence(source: Source) -> str:
    return f"confidence: {source.confidence}"


def _bullet(text: str) -> str:
    return _wrapped(f"  {text}", hang=4)


def _wrapped(text: str, hang: int) -> str:
    """The text over as many lines as it needs, those after the first set in by ``hang``."""
    indent = " " * (len(text) - len(text.lstrip()))
    body = text.lstrip()
    return textwrap.fill(
        body, WIDTH, initial_indent=indent, subsequent_indent=" " * hang, break_long_words=False
    )

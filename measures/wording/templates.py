"""A wording pack to fill in: every code is there, so that nobody types one. With a wording, that one to change."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from measures.instrument import Instrument, Item, Option
from measures.wording import HEADER, NOTE, Wording
from measures.wording.check import EVERY, HELP, LABEL, NEEDED, OPTIONAL, answers_of, shared_answers

MARK = "\ufeff"  # without it a spreadsheet takes the file for something older than UTF-8
_FORMULA = ("=", "+", "-", "@")
_NOTES = {
    "instrument": "leave as it is",
    "version": "leave as it is",
    "language": "such as de or en-GB",
    "name": "a short name for this edition: small letters, digits, hyphens",
    "source": "the edition or translation that the words are taken from",
    "permission": "what entitles the clinic to show them",
    "purpose": "in English it may stay empty: one sentence that tells the patient why this is asked",
    "recall": "in English it may stay empty: the time that is asked about, as in “the last two weeks”",
}

Row = tuple[str, str, str, str]  # item, answer, text, note


def template_csv(instrument: Instrument, wording: Wording | None = None) -> str:
    """The pack as a table for a spreadsheet. The fourth column shows our own label and is not read again."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow([*HEADER, NOTE])
    table.writerows((*row[:3], _harmless(row[3])) for row in _rows(instrument, wording))
    return MARK + text.getvalue()


def template_toml(instrument: Instrument, wording: Wording | None = None) -> str:
    """The pack as TOML, our own labels as comments."""
    rows = list(_rows(instrument, wording))
    facts = [f"{_toml(item[1:], text)}{_comment(note)}" for item, _, text, note in rows if item[0] == "@"]
    parts = ["\n".join(facts)]
    every = [f"{_toml(part, text)}{_comment(note)}" for item, part, text, note in rows if item == EVERY]
    if every:
        parts.append("\n".join(["[options]", *every]))
    parts += [_toml_item(item, wording, instrument) for item in instrument.items]
    return "\n\n".join(parts) + "\n"


def _rows(instrument: Instrument, wording: Wording | None) -> Iterator[Row]:
    given = {"instrument": instrument.key, "version": instrument.version}
    for name in (*NEEDED, *OPTIONAL):
        text = getattr(wording, name) if wording else given.get(name, "")
        yield (f"@{name}", "", text, _NOTES.get(name, getattr(instrument, name, "")))
    for name, option in _for_every(instrument, wording):
        yield (EVERY, name, option.label if wording else "", _own_label(instrument, option))
    for item in instrument.items:
        yield from ((item.code, *row) for row in _item_rows(item, wording, instrument))


def _item_rows(item: Item, wording: Wording | None, instrument: Instrument) -> Iterator[tuple[str, str, str]]:
    words = wording.items[item.code] if wording else None
    yield (LABEL, words.label if words else "", item.label)
    yield (HELP, words.help if words else "", item.help or "may stay empty")
    if (own := answers_of(item)) and not _says_the_same(item, wording, instrument):
        labels = [option.label for option in words.options] if words else [""] * len(own)
        yield from ((name, label, option.label) for (name, option), label in zip(own, labels, strict=True))


def _for_every(instrument: Instrument, wording: Wording | None) -> list[tuple[str, Option]]:
    """The answers that are written once: those of the first item that shares its own with others."""
    found: dict[str, Option] = {}
    for item in instrument.items:
        if item.options == shared_answers(instrument) or item.kind == "boolean":
            words = (
                wording.items[item.code].options if wording else [option for _, option in answers_of(item)]
            )
            for (name, _), option in zip(answers_of(item), words, strict=True):
                found.setdefault(name, option)
    return list(found.items())


def _says_the_same(item: Item, wording: Wording | None, instrument: Instrument) -> bool:
    """Whether the words for every item are those of this one, too."""
    if item.kind != "boolean" and item.options != shared_answers(instrument):
        return False
    every = dict(_for_every(instrument, wording))
    words = wording.items[item.code].options if wording else [option for _, option in answers_of(item)]
    return [every[name].label for name, _ in answers_of(item)] == [option.label for option in words]


def _own_label(instrument: Instrument, option: Option) -> str:
    shared = {one.value: one.label for one in shared_answers(instrument)}
    return shared.get(option.value, option.label)


def _toml_item(item: Item, wording: Wording | None, instrument: Instrument) -> str:
    rows = list(_item_rows(item, wording, instrument))
    lines = ["[[items]]", _toml("code", item.code)]
    lines += [
        f"{_toml('label' if part == LABEL else part, text)}{_comment(note)}" for part, text, note in rows[:2]
    ]
    answers = rows[2:]
    if answers:
        lines.append("[items.options]")
        lines += [f"{_toml(part, text)}{_comment(note)}" for part, text, note in answers]
    return "\n".join(lines)


def _toml(key: str, text: str) -> str:
    """One line. JSON's strings are TOML's; a key with a point in it needs its quotes."""
    return f"{key if key.isascii() and key.isalnum() else json.dumps(key)} = {json.dumps(text, ensure_ascii=False)}"


def _comment(note: str) -> str:
    return f"  # {' '.join(note.split())}" if note else ""


def _harmless(note: str) -> str:
    """A note that no spreadsheet takes for a formula."""
    return f"'{note}" if note.startswith(_FORMULA) else note

"""A wording pack to fill in: every code is there, so that nobody types one. With a wording, that one to change."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from measures.instrument import Instrument, Item, Option
from measures.language import gettext as _
from measures.language import marked
from measures.wording import HEADER, NOTE, Wording
from measures.wording.check import EVERY, HELP, LABEL, NEEDED, OPTIONAL, answers_of, shared_answers

MARK = "\ufeff"  # without it a spreadsheet takes the file for something older than UTF-8
_FORMULA = ("=", "+", "-", "@")
_NOTES = {
    "instrument": marked("leave as it is"),
    "version": marked("leave as it is"),
    "language": marked("such as de or en-GB"),
    "name": marked("a short name for this edition: small letters, digits, hyphens"),
    "source": marked("the edition or translation that the words are taken from"),
    "permission": marked("what entitles the clinic to show them"),
    "purpose": marked("in English it may stay empty: one sentence that tells the patient why this is asked"),
    "recall": marked(
        "in English it may stay empty: the time that is asked about, as in “the last two weeks”"
    ),
}

Row = tuple[str, str, str, str]  # item, answer, text, note


def template_csv(instrument: Instrument, wording: Wording | None = None) -> str:
    """The pack as a table for a spreadsheet. The fourth column shows our own label and is not read again."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow([*HEADER, NOTE])
    table.writerows((*row[:3], _harmless(row[3])) for row in _Pack(instrument, wording).rows())
    return MARK + text.getvalue()


def template_toml(instrument: Instrument, wording: Wording | None = None) -> str:
    """The pack as TOML, our own labels as comments."""
    pack = _Pack(instrument, wording)
    rows = list(pack.rows())
    facts = [f"{_toml(item[1:], text)}{_comment(note)}" for item, __, text, note in rows if item[0] == "@"]
    parts = ["\n".join(facts)]
    every = [f"{_toml(part, text)}{_comment(note)}" for item, part, text, note in rows if item == EVERY]
    if every:
        parts.append("\n".join(["[options]", *every]))
    parts += [_toml_item(item.code, list(pack.item_rows(item))) for item in instrument.items]
    return "\n\n".join(parts) + "\n"


class _Pack:
    """What a file says. ``shared``: the answers of most items; ``every``: the words that are written once, those
    of the first item that shares its answers with others."""

    def __init__(self, instrument: Instrument, wording: Wording | None) -> None:
        self.instrument, self.wording = instrument, wording
        self.shared = shared_answers(instrument)
        self.every: dict[str, Option] = {}
        for item in filter(self.shares, instrument.items):
            for (name, __), option in zip(answers_of(item), self.words_of(item), strict=True):
                self.every.setdefault(name, option)

    def shares(self, item: Item) -> bool:
        return item.kind == "boolean" or item.options == self.shared

    def words_of(self, item: Item) -> list[Option]:
        if self.wording:
            return list(self.wording.items[item.code].options)
        return [option for __, option in answers_of(item)]

    def rows(self) -> Iterator[Row]:
        given = {"instrument": self.instrument.key, "version": self.instrument.version}
        for name in (*NEEDED, *OPTIONAL):
            text = getattr(self.wording, name) if self.wording else given.get(name, "")
            note = _(_NOTES[name]) if name in _NOTES else getattr(self.instrument, name, "")
            yield (f"@{name}", "", text, note)
        own = {option.value: option.label for option in self.shared}
        for name, option in self.every.items():
            note = own.get(option.value, option.label)
            yield (EVERY, name, option.label if self.wording else "", note)
        for item in self.instrument.items:
            yield from ((item.code, *row) for row in self.item_rows(item))

    def item_rows(self, item: Item) -> Iterator[tuple[str, str, str]]:
        words = self.wording.items[item.code] if self.wording else None
        yield (LABEL, words.label if words else "", item.label)
        yield (HELP, words.help if words else "", item.help or _("may stay empty"))
        if not self.says_the_same(item):
            for (name, option), shown in zip(answers_of(item), self.words_of(item), strict=True):
                yield (name, shown.label if words else "", option.label)

    def says_the_same(self, item: Item) -> bool:
        """Whether the words for every item are those of this one, too."""
        shown = zip(answers_of(item), self.words_of(item), strict=True)
        return self.shares(item) and all(self.every[name].label == one.label for (name, _), one in shown)


def _toml_item(code: str, rows: list[tuple[str, str, str]]) -> str:
    lines = ["[[items]]", _toml("code", code)]
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

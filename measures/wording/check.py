"""Is this wording complete and about this instrument? Every text is held against the definition, item by item."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from measures.errors import DefinitionError
from measures.instrument import OWN_LANGUAGE, Instrument, Item, Option
from measures.language import gettext as _
from measures.language import ngettext

LABEL, HELP, EVERY = "", "help", "*"
NEEDED = ("instrument", "version", "language", "name", "source", "permission", "instruction")
OPTIONAL = ("purpose", "recall")
LONGEST = 2000  # characters of one text
MOST_PROBLEMS = 50
YES_NO = {"yes": 1, "no": 0}

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# They turn the writing round and disguise a text.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?")
_LANGUAGE = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?", re.IGNORECASE)

Problem = tuple[str, str]  # where, and what is wrong there


@dataclass(frozen=True, slots=True)
class WordedItem:
    """The words of one item. Of a boolean the options are 1 for yes and 0 for no; a free number has none."""

    label: str
    help: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one instrument version in one language, complete. Where ``purpose`` or ``recall`` is empty
    the instrument's own is shown: in English that may be, and where no patient reads it."""

    instrument: str
    version: str
    language: str  # BCP 47: "de", "en-GB"
    name: str
    source: str
    permission: str
    instruction: str
    items: Mapping[str, WordedItem]
    purpose: str = ""
    recall: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One text of a file. ``item``: a code, ``*`` for every item, or ``@`` with the name of a fact about the
    whole pack. ``part``: empty for the question itself, ``help``, or the answer whose words these are."""

    item: str
    part: str
    text: str
    where: str  # "line 12", "items[3].label"


class WordingError(DefinitionError):
    """A wording that cannot be taken. ``problems`` are all of them, in the order of the file; as an exception
    it names the first."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        super().__init__(file, *problems[0])
        self.problems = tuple(problems[:MOST_PROBLEMS])


def check(given: Sequence[Given], instrument: Instrument, file: str) -> Wording:
    """The wording that these texts make up.

    Each item of the instrument has its question once and the words of each of its answers once, its own or
    those given for every item; nothing else is there. An empty text counts as none. Raises ``WordingError``.
    """
    return _Check(given, instrument, file).wording()


def clean_language(text: str) -> str | None:
    """A language tag in its usual letters, ``en-gb`` as ``en-GB``; ``None`` when it has not the form of one."""
    found = _LANGUAGE.fullmatch(text.strip())
    if found is None:
        return None
    language, script, region = found.groups("")
    return language.lower() + script.title() + region.upper()


def shared_answers(instrument: Instrument) -> tuple[Option, ...]:
    """The answers that most items have in common, which ``*`` speaks of; none when no two items share them.

    An item with other answers needs words of its own: "Not at all" must not slip onto an item whose answers
    merely have the same numbers.
    """
    counts = Counter(item.options for item in instrument.items if item.kind == "choice")
    most = counts.most_common(1)
    return most[0][0] if most and most[0][1] > 1 else ()


def answers_of(item: Item) -> tuple[tuple[str, Option], ...]:
    """The answers of an item that have words, by the name that a file calls them, as the instrument shows
    them."""
    if item.kind == "boolean":
        return tuple((name, Option(value, name.title())) for name, value in YES_NO.items())
    return tuple((str(option.value), option) for option in item.options)


class _Check:
    def __init__(self, given: Sequence[Given], instrument: Instrument, file: str) -> None:
        self.instrument, self.file = instrument, file
        self.items = {item.code: item for item in instrument.items}
        self.shared = shared_answers(instrument)
        self.problems: list[Problem] = []
        self.wordless: set[Problem] = set()  # answers without words, each named once
        self.texts: dict[tuple[str, str], Given] = {}
        for one in given:
            self.take(one)

    def take(self, one: Given) -> None:
        """Keeps one text at its place, or says why it has none."""
        part = _part(one.part)
        reason = self.misplaced(one.item, part)
        if reason is None and (one.item, part) in self.texts:
            reason = _("stands twice, first at {place}").format(place=self.texts[one.item, part].where)
        if reason is None:
            self.texts[one.item, part] = one
            reason = _unsound(one.text)
        if reason is not None:
            self.problems.append((one.where, reason))

    def misplaced(self, item: str, part: str) -> str | None:
        if item.startswith("@"):
            known = item[1:] in (*NEEDED, *OPTIONAL) and part == LABEL
            return None if known else _("is not known: {name}").format(name=_short(item))
        if item == EVERY:
            known_parts = {name for name, __ in self.every_answer()}
            unshared = _("is not an answer that items share: {answer}").format(answer=_short(part))
            return None if part in known_parts else unshared
        if item not in self.items:
            unknown = _("is not an item of {instrument}: {code}")
            return unknown.format(instrument=self.instrument.key, code=_short(item))
        known_parts = {LABEL, HELP, *(name for name, __ in answers_of(self.items[item]))}
        unknown = _("is not an answer of item {code}: {answer}").format(code=item, answer=_short(part))
        return None if part in known_parts else unknown

    def every_answer(self) -> Iterator[tuple[str, Option]]:
        yield from ((str(option.value), option) for option in self.shared)
        yield from next((answers_of(one) for one in self.items.values() if one.kind == "boolean"), ())

    def wording(self) -> Wording:
        facts = {name: self.fact(name) for name in (*NEEDED, *OPTIONAL)}
        self.check_facts(facts)
        items = {item.code: self.worded(item) for item in self.instrument.items}
        if not items:
            reason = _("only totals are known of {instrument}").format(instrument=self.instrument.key)
            self.problems.append(("instrument", reason))
        if self.problems:
            raise WordingError(self.file, self.problems)
        return Wording(**(facts | {"language": clean_language(facts["language"]) or ""}), items=items)

    def fact(self, name: str) -> str:
        text = self.text(f"@{name}", LABEL)
        if not text and name in NEEDED:
            self.problems.append((name, _("is missing")))
        return text

    def text(self, item: str, part: str) -> str:
        found = self.texts.get((item, part))
        return found.text.replace("\r\n", "\n").strip() if found else ""

    def worded(self, item: Item) -> WordedItem:
        label = self.text(item.code, LABEL)
        if not label:
            self.problems.append((_("item {code}").format(code=item.code), _("has no words")))
        options = tuple(Option(option.value, self.answer(item, name)) for name, option in answers_of(item))
        return WordedItem(label, self.text(item.code, HELP), options)

    def answer(self, item: Item, name: str) -> str:
        """The words of one answer: the item's own, else those for every item that has the shared answers."""
        shares = item.kind == "boolean" or item.options == self.shared
        words = self.text(item.code, name) or (self.text(EVERY, name) if shares else "")
        where = _("every item") if shares else _("item {code}").format(code=item.code)
        missing = (where, _("answer {name} has no words").format(name=name))
        if not words and missing not in self.wordless:
            self.wordless.add(missing)
            self.problems.append(missing)
        return words

    def check_facts(self, facts: Mapping[str, str]) -> None:
        for name, own in (("instrument", self.instrument.key), ("version", self.instrument.version)):
            if facts[name] and facts[name] != own:
                self.refuse_fact(name, _("must be {own}: the words are checked against it").format(own=own))
        if facts["language"] and clean_language(facts["language"]) is None:
            self.refuse_fact("language", _("must be a language tag such as de or en-GB"))
        if facts["name"] and not _NAME.fullmatch(facts["name"]):
            self.refuse_fact(
                "name", _("must be at most 20 small letters, digits and hyphens, such as hospital-edition")
            )
        if self.instrument.rater == "self" and not facts["language"].lower().startswith(OWN_LANGUAGE):
            self.problems += [(name, _("is missing")) for name in OPTIONAL if not facts[name]]

    def refuse_fact(self, name: str, reason: str) -> None:
        self.problems.append((self.texts[f"@{name}", LABEL].where, reason))


def _part(text: str) -> str:
    """An answer by one name: "2.0" and " 2" are "2"; a spreadsheet may write one half as "0,5"."""
    part = text.strip().lower()
    try:
        value = float(part.replace(",", "."))
    except ValueError:
        return part
    return str(int(value)) if value.is_integer() else str(value)


def _unsound(text: str) -> str | None:
    if len(text) > LONGEST:
        return ngettext("is longer than {n} character", "is longer than {n} characters", LONGEST).format(
            n=LONGEST
        )
    if text.lstrip(" ").startswith(_FORMULA):
        return _("must not begin with = + - or @: a spreadsheet would take it for a formula")
    if any(unicodedata.category(letter) == "Cc" for letter in text.replace("\r\n", "\n").replace("\n", "")):
        return _("contains a character that cannot be shown")
    return _("contains a mark that turns the direction of writing") if _DIRECTION.search(text) else None


def _short(text: str) -> str:
    return text[:40] or _("nothing")

"""The definition of a site's own instrument, from whatever was uploaded: read and checked, nothing stored.

The checks of ``measures`` are those that the shipped files pass. What stands here besides is about a text that
comes from outside: how large and how deep it may be, and what the columns of the database can hold. Reading a
definition computes nothing but its structure; no part of it is ever executed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from measures import loader, registry
from measures.errors import DefinitionError
from measures.instrument import Instrument
from measures.language import gettext as _
from measures.language import ngettext
from measures.parsing import parsed
from measures.table import Table

LARGEST = 256 * 1024  # bytes; the longest shipped definition has about 13,000
DEEPEST = 8  # tables within tables
MOST_ROWS = {"items": 300, "scales": 100, "outcomes": 100, "skips": 100, "levels": 20, "sources": 100}
HIGHEST_NUMBER = 1_000_000
LONGEST_TEXT = 5_000  # characters
LONGEST_KEY = 40  # of the instrument, its scales and bands
LONGEST_TITLE = 200
LONGEST_OUTCOME = 60
LONGEST_ITEM_CODE = 20

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}")
_ALLOWED_CONTROLS = {"\n", "\t"}
# Marks that turn the direction of writing round: with them a text can read as another than it is.
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@dataclass(frozen=True, slots=True)
class Definition:
    """A sound definition: its text as it is kept, and what was read from it."""

    text: str
    instrument: Instrument

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_definition(content: str | bytes, file: str) -> Definition:
    """The instrument in an uploaded text. Line ends are made uniform, nothing else is changed.

    Raises ``DefinitionError`` naming ``file``, the key and the reason: where the shipped ones would be refused,
    for a key that ships, and for what is too large, too deep, too long or cannot be shown.
    """
    text = _decoded(content, file)
    _check_size(text, file)
    data = parsed(text, file)
    _check_parts(data, file)
    instrument = loader.read(Table(data, file))
    _check_fits(instrument, file)
    return Definition(text, instrument)


def _decoded(content: str | bytes, file: str) -> str:
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        text.encode()  # half a character of two cannot be stored
    except UnicodeError:
        reason = _("is not UTF-8: save it as UTF-8 and upload it again")
        raise DefinitionError(file, "(file)", reason) from None
    return text.replace("\r\n", "\n").strip("\n") + "\n"


def _check_size(text: str, file: str) -> None:
    if len(text.encode()) > LARGEST:
        raise DefinitionError(file, "(file)", _("is larger than {size} kB").format(size=LARGEST // 1024))


def _check_parts(data: dict[str, object], file: str) -> None:
    for name, most in MOST_ROWS.items():
        rows = data.get(name)
        if isinstance(rows, list) and len(rows) > most:
            raise DefinitionError(file, name, _("are more than {most}").format(most=most))
    for key, value in _values(data, ""):
        if isinstance(value, str):
            _check_text(key, value, file)
        elif isinstance(value, int | float) and not -HIGHEST_NUMBER <= value <= HIGHEST_NUMBER:
            raise DefinitionError(file, key, _too_far())
        elif isinstance(value, dict | list):
            reason = ngettext("lies more than {n} table deep", "lies more than {n} tables deep", DEEPEST)
            raise DefinitionError(file, key, reason.format(n=DEEPEST))


def _values(value: object, key: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    """Every text (names of keys are texts, too), number and whatever lies too deep, with the key that it has."""
    if depth <= DEEPEST and isinstance(value, dict):
        for name, inner in value.items():
            place = f"{key}.{name[:LONGEST_KEY]}".lstrip(".")
            yield place, name
            yield from _values(inner, place, depth + 1)
    elif depth <= DEEPEST and isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _values(inner, f"{key}[{number}]", depth + 1)
    else:
        yield key, value


def _check_text(key: str, text: str, file: str) -> None:
    if len(text) > LONGEST_TEXT:
        reason = ngettext("is longer than {n} character", "is longer than {n} characters", LONGEST_TEXT)
        raise DefinitionError(file, key, reason.format(n=LONGEST_TEXT))
    for character in text:
        control = unicodedata.category(character) == "Cc" and character not in _ALLOWED_CONTROLS
        if control or unicodedata.bidirectional(character) in _TURNING:
            raise DefinitionError(file, key, _("holds a character that cannot be shown"))


def _check_fits(instrument: Instrument, file: str) -> None:
    """What columns, addresses and forms can hold."""
    if instrument.key in registry.keys():  # noqa: SIM118 (a function of the registry)
        reason = _("{key} ships with Throughline: choose another one").format(key=instrument.key)
        raise DefinitionError(file, "key", reason)
    if not _VERSION.fullmatch(instrument.version):
        raise DefinitionError(file, "version", _("must be 1 to 20 letters, digits, points, - or _"))
    if len(instrument.title) > LONGEST_TITLE:
        reason = ngettext(
            "must not be longer than {n} character", "must not be longer than {n} characters", LONGEST_TITLE
        )
        raise DefinitionError(file, "title", reason.format(n=LONGEST_TITLE))
    for item in instrument.items:
        if max(abs(item.minimum), abs(item.maximum)) > HIGHEST_NUMBER:
            raise DefinitionError(file, f"items {item.code}", _too_far())
    for key, name, longest in _names(instrument):
        if len(name) > longest:
            reason = ngettext(
                "{name}… is longer than {n} character", "{name}… is longer than {n} characters", longest
            )
            raise DefinitionError(file, key, reason.format(name=name[:longest], n=longest))


def _too_far() -> str:
    return _("must lie within {n} of zero").format(n=HIGHEST_NUMBER)


def _names(instrument: Instrument) -> Iterator[tuple[str, str, int]]:
    yield "key", instrument.key, LONGEST_KEY
    yield from (("items.code", item.code, LONGEST_ITEM_CODE) for item in instrument.items)
    for scale in instrument.scales:
        yield "scales.key", scale.key, LONGEST_KEY
        for band_set in scale.band_sets:
            yield "scales.band_sets.key", band_set.key, LONGEST_KEY
            for band in band_set.bands:
                yield "scales.band_sets.bands.key", band.key, LONGEST_KEY
    for outcome in instrument.outcomes:
        yield "outcomes.key", outcome.key, LONGEST_OUTCOME

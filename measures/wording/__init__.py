"""Wording packs: the words of an instrument in one language, apart from its rules, as a site may show them.

A pack comes as TOML or as a table (CSV) that can be filled in with a spreadsheet; ``templates`` makes an
empty one. It changes labels, never a score: ``worded`` puts its words in the place of the instrument's own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from measures.errors import DefinitionError
from measures.instrument import Instrument, Item, Option
from measures.language import gettext as _
from measures.language import marked, ngettext
from measures.parsing import parsed
from measures.wording.check import (
    EVERY,
    LABEL,
    NEEDED,
    OPTIONAL,
    Given,
    WordedItem,
    Wording,
    WordingError,
    check,
    clean_language,
)

__all__ = [
    "HEADER",
    "LARGEST",
    "WordedItem",
    "Wording",
    "WordingError",
    "clean_language",
    "from_content",
    "read_csv",
    "read_toml",
    "to_content",
    "worded",
]

LARGEST = 256 * 1024  # characters of a whole pack: the longest instrument needs a tenth of it
HEADER = ("item", "answer", "text")
NOTE = "note"  # a fourth column that is not read: a template puts our own label there

T = TypeVar("T")
_KINDS: dict[type, str] = {
    str: marked("must be a text"),
    list: marked("must be a list of tables"),
    dict: marked("must be a table"),
}


def read_toml(text: str, file: str, instrument: Instrument) -> Wording:
    """The wording in a TOML text; ``file`` names it in errors.

    Raises ``DefinitionError`` for what is no TOML or has another structure, ``WordingError`` with the key of
    each text that does not fit the instrument.
    """
    _check_size(text, file)
    data = parsed(_without_mark(text), file)
    return check(list(_toml_texts(data, file)), instrument, file)


def read_csv(text: str, file: str, instrument: Instrument) -> Wording:
    """The wording in a table with the columns ``item``, ``answer``, ``text``, separated by comma or semicolon.

    A row ``@language`` and so on says something of the whole pack, ``*`` of every item. Empty rows and rows
    without text count as not there. Raises ``DefinitionError`` for what is no such table, ``WordingError``
    with the line of each text that does not fit the instrument.
    """
    _check_size(text, file)
    return check(list(_csv_texts(_without_mark(text), file)), instrument, file)


def worded(instrument: Instrument, wording: Wording) -> Instrument:
    """The instrument in these words. Nothing that a score depends on is touched.

    Raises ``ValueError`` when the wording is that of another instrument or version.
    """
    if (wording.instrument, wording.version) != (instrument.key, instrument.version):
        raise ValueError(f"a wording of {wording.instrument} {wording.version} is not of {instrument.key}")
    return replace(
        instrument,
        instruction=wording.instruction,
        purpose=wording.purpose or instrument.purpose,
        recall=wording.recall or instrument.recall,
        items=tuple(_worded(item, wording.items[item.code]) for item in instrument.items),
        language=wording.language,
    )


def to_content(wording: Wording) -> dict[str, Any]:
    """The words as plain values, to be stored."""
    facts = {name: getattr(wording, name) for name in (*NEEDED, *OPTIONAL)}
    items = {
        code: {"label": item.label, "help": item.help, "options": [[o.value, o.label] for o in item.options]}
        for code, item in wording.items.items()
    }
    return facts | {"items": items}


def from_content(content: Mapping[str, Any]) -> Wording:
    """The words that ``to_content`` has written."""
    items = {
        code: WordedItem(item["label"], item["help"], tuple(Option(*option) for option in item["options"]))
        for code, item in content["items"].items()
    }
    return Wording(**{**content, "items": items})


def _worded(item: Item, words: WordedItem) -> Item:
    return replace(item, label=words.label, help=words.help, options=words.options)


def _check_size(text: str, file: str) -> None:
    if len(text) > LARGEST:
        reason = ngettext("is longer than {n} character", "is longer than {n} characters", LARGEST)
        raise DefinitionError(file, "(file)", reason.format(n=LARGEST))


def _without_mark(text: str) -> str:
    """Without the byte order mark that a spreadsheet puts before UTF-8."""
    return text.removeprefix("\ufeff")


def _toml_texts(data: Mapping[str, object], file: str) -> Iterator[Given]:
    for name, value in data.items():
        if name == "options":
            yield from _toml_options(EVERY, value, "options", file)
        elif name == "items":
            yield from _toml_items(value, file)
        else:
            yield Given(f"@{name}", LABEL, _typed(value, str, name, file), name)


def _toml_items(rows: object, file: str) -> Iterator[Given]:
    for number, row in enumerate(_typed(rows, list, "items", file), start=1):
        path = f"items[{number}]"
        keys = dict(_typed(row, dict, path, file))
        code = _typed(keys.pop("code", None), str, f"{path}.code", file)
        yield from _toml_options(code, keys.pop("options", {}), f"{path}.options", file)
        for key, value in keys.items():
            part = LABEL if key == "label" else key
            yield Given(code, part, _typed(value, str, f"{path}.{key}", file), f"{path}.{key}")


def _toml_options(item: str, table: object, path: str, file: str) -> Iterator[Given]:
    for name, value in _typed(table, dict, path, file).items():
        yield Given(item, name, _typed(value, str, f"{path}.{name}", file), f"{path}.{name}")


def _typed(value: object, kind: type[T], key: str, file: str) -> T:
    if not isinstance(value, kind):
        raise DefinitionError(file, key, _(_KINDS[kind]))
    return value


def _csv_texts(text: str, file: str) -> Iterator[Given]:
    rows = _csv_rows(text, file)
    line, header = next(rows, (1, []))
    names = tuple(cell.strip().lower() for cell in header)
    if names[:3] != HEADER or set(names[3:]) - {NOTE, ""}:
        reason = _("must hold the names of the columns: {names}").format(names=", ".join(HEADER))
        raise DefinitionError(file, _line(line), reason)
    for line, row in rows:
        cells = [*row, "", "", ""]
        if any(cell.strip() for cell in row[len(names) :]):
            raise DefinitionError(file, _line(line), _("has more cells than columns"))
        if any(cell.strip() for cell in cells[:3]):
            yield Given(cells[0].strip(), cells[1], cells[2], _line(line))


def _line(number: int) -> str:
    return _("line {number}").format(number=number)


def _csv_rows(text: str, file: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with the line on which it begins: a text in quotes may run over several."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    line = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            reason = _("cannot be read as a table: {error}").format(error=error)
            raise DefinitionError(file, _line(line), reason) from None
        if row is None:
            return
        yield line, row
        line = reader.line_num + 1

"""The bytes of a delimited text file to rows, strictly. Whatever could be read in two ways is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from tracking.imports.reading.problems import Problems
from tracking.imports.reading.spec import FileForm

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 2_000
LONGEST_CELL = 2_000

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_WIDE_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the line it begins on, as an editor counts lines (the header is line 1)."""

    line: int
    cells: dict[str, str]


def read_rows(data: bytes, form: FileForm, wanted: set[str], problems: Problems) -> Iterator[Row]:
    """The rows of a file.

    ``wanted`` are the columns that the spec uses; together with those it ignores they must be exactly the
    columns of the file. Adds a row of the wrong length to ``problems`` and goes on. Raises ``FileRefused`` where
    going on makes no sense: size, encoding, NUL, quoting, header.
    """
    if len(data) > MOST_BYTES:
        raise problems.refuse(0, "", f"the file is larger than {MOST_BYTES // 1024 // 1024} MB")
    lines = _lines(_decode(data, form, problems), form, problems)
    _, header = next(lines, (1, []))
    _check_header(header, form, wanted, problems)
    for count, (line, cells) in enumerate(_without_trailing_blanks(lines, problems), start=1):
        if count > MOST_ROWS:
            raise problems.refuse(line, "", f"the file has more than {MOST_ROWS} rows")
        row = _row(line, header, cells, problems)
        if row is not None:
            yield row


def _decode(data: bytes, form: FileForm, problems: Problems) -> str:
    for mark, name in _WIDE_MARKS.items():
        if data.startswith(mark):
            raise problems.refuse(1, "", f"the file is {name}: save it as UTF-8")
    try:
        text = data.decode(form.encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(form.encoding, errors="replace").splitlines() or [""]
        raise problems.refuse(
            len(before),
            "",
            f"character {len(before[-1]) + 1} is not {form.encoding}: save the file as UTF-8 or "
            "name its encoding in the spec",
        ) from None
    if "\0" in text:
        line = len(text[: text.index("\0")].splitlines() or [""])
        raise problems.refuse(line, "", "holds a NUL character: this is not a text file")
    return text.removeprefix("\ufeff")


def _lines(text: str, form: FileForm, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on. A quoted cell may run over several lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[form.delimiter], strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise problems.refuse(begins, "", f"cannot be read from here on: {error}") from None


def _without_trailing_blanks(
    lines: Iterator[tuple[int, list[str]]], problems: Problems
) -> Iterator[tuple[int, list[str]]]:
    """Blank lines at the end of a file say nothing; one between rows may be a row that was lost."""
    blank: list[int] = []
    for line, cells in lines:
        if not cells:
            blank.append(line)
            continue
        for lost in blank:
            problems.add(lost, "", "is empty")
        blank.clear()
        yield line, cells


def _check_header(header: list[str], form: FileForm, wanted: set[str], problems: Problems) -> None:
    if len(header) > MOST_COLUMNS:
        raise problems.refuse(1, "", f"the file has more than {MOST_COLUMNS} columns")
    if not header:
        raise problems.refuse(1, "", "the file has no header")
    known = wanted | set(form.ignore)
    for name in sorted({name for name in header if header.count(name) > 1}):
        problems.add(1, _shown(name), "stands more than once in the header")
    for name in sorted(known - set(header)):
        problems.add(1, name, "is missing")
    for name in header:
        if name not in known:
            problems.add(1, _shown(name), "is not in the spec: use it or list it under ignore")
    if problems.count and len(header) == 1:
        problems.add(
            1, "", f"only one column was found: is it the {form.delimiter} that separates the columns?"
        )
    problems.raise_any()


def _row(line: int, header: list[str], cells: list[str], problems: Problems) -> Row | None:
    if len(cells) != len(header):
        problems.add(line, "", f"has {len(cells)} cells where the header has {len(header)}")
        return None
    for name, cell in zip(header, cells, strict=True):
        if len(cell) > LONGEST_CELL:
            problems.add(line, name, f"is longer than {LONGEST_CELL} characters")
            return None
    return Row(line, dict(zip(header, cells, strict=True)))


def _shown(name: str) -> str:
    return name[:40] if name.strip() else "(without a name)"

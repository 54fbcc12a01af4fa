"""What a backup looks like inside: lines of JSON, packed. Knows neither a database nor a key.

It says what it is, then table after table, then what all comes to: so one that was cut short or changed is told from
a whole one.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Protocol

FORMAT = 1
GZIP = 31  # what zlib calls a gzip stream

Cell = str | int | float | dict[str, str] | None  # bytes are said in hexadecimal
Row = list[Cell]
Sums = dict[str, dict[str, object]]  # by table: how many rows, and the hash of their lines


class Damaged(Exception):
    """This is no backup of ours, or not the whole of one."""


@dataclass(frozen=True, slots=True)
class Header:
    """``migrations``: those that the database had, by app and name. ``engine``: which alone can take it in."""

    made_at: str
    version: str
    engine: str
    migrations: list[list[str]]
    format: int = FORMAT


@dataclass(frozen=True)
class Table:
    name: str
    columns: list[str]
    rows: Iterator[Row]


class Receiver(Protocol):
    """Who takes a backup in, in the order in which it was written."""

    def begin(self, header: Header) -> None: ...
    def table(self, name: str, columns: list[str]) -> None: ...
    def row(self, row: Row) -> None: ...


def line_of(what: object) -> bytes:
    return json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def written(header: Header, tables: Iterable[Table], sums: Sums) -> Iterator[bytes]:
    """The packed bytes of a backup. ``sums`` is filled on the way."""
    pack = zlib.compressobj(wbits=GZIP)
    for line in _lines(header, tables, sums):
        if packed := pack.compress(line):
            yield packed
    yield pack.flush()


def _lines(header: Header, tables: Iterable[Table], sums: Sums) -> Iterator[bytes]:
    yield line_of({"backup": asdict(header)})
    for table in tables:
        yield line_of({"table": table.name, "columns": table.columns})
        total, count = hashlib.sha256(), 0
        for row in table.rows:
            line = line_of(row)
            total.update(line)
            count += 1
            yield line
        sums[table.name] = {"rows": count, "sha256": total.hexdigest()}
    yield line_of({"end": sums})


class Chunks(io.RawIOBase):
    """What is made piece by piece, as a file that can be read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._left = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer
        while not self._left:
            try:
                self._left = next(self._chunks)
            except StopIteration:
                return 0
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


@dataclass
class Unpacked(io.RawIOBase):
    """A file into which the packed bytes are written; hands on what it holds, and refuses what is not whole."""

    receiver: Receiver
    sums: Sums = field(default_factory=dict)
    is_whole: bool = False

    def __post_init__(self) -> None:
        self._pack, self._left, self._table = zlib.decompressobj(wbits=GZIP), b"", ""
        self._total, self._count, self._began = hashlib.sha256(), 0, False

    def writable(self) -> bool:
        return True

    def write(self, packed: bytes) -> int:  # type: ignore[override]  # any buffer
        try:
            text = self._left + self._pack.decompress(bytes(packed))
        except zlib.error:
            raise Damaged("it is no backup of Throughline, or it is damaged") from None
        *lines, self._left = text.split(b"\n")
        for line in lines:
            self._take(line)
        return len(packed)

    def finish(self) -> None:
        """Raises ``Damaged`` unless the last line was there, and every sum was right."""
        if not self.is_whole:
            raise Damaged("it is cut short: its end is missing")

    def _take(self, line: bytes) -> None:
        if line.startswith(b"["):
            self._total.update(line + b"\n")
            self._count += 1
            self.receiver.row(json.loads(line))
            return
        mark = json.loads(line)
        self._close_table()
        if "backup" in mark:
            self._begin(mark["backup"])
        elif "table" in mark:
            self._table = mark["table"]
            self.receiver.table(self._table, mark["columns"])
        elif mark.get("end") == self.sums and self._began:
            self.is_whole = True
        else:
            raise Damaged("what it holds is not what its end says")

    def _begin(self, said: dict[str, object]) -> None:
        if said.get("format") != FORMAT:
            raise Damaged(f"its format {said.get('format')} is not known to this version")
        self._began = True
        self.receiver.begin(Header(**said))  # type: ignore[arg-type]  # our own line, read back

    def _close_table(self) -> None:
        if self._table:
            self.sums[self._table] = {"rows": self._count, "sha256": self._total.hexdigest()}
        self._table, self._total, self._count = "", hashlib.sha256(), 0

"""The chain over the record of who did what: prints of rows, segments of days, and what does not hold.

A row's *print* is the SHA-256 of its canonical text. A *segment* holds the prints of all rows of one day; its digest
covers them and the digest of the segment before, so that nothing in the past can change without changing every digest
after it. What was changed is found by its own print, and named.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

START = "0" * 64  # what the first segment is bound to
VERSION = "throughline audit segment 1"
# A day is sealed so long after its end: a transaction of that day may still be open.
GRACE = timedelta(hours=1)
_PRINT = struct.Struct(">BQ32s")  # kind, id, print


class Kind(StrEnum):
    """Which table a row is in. Their places here are stored: a new one comes last."""

    AUDIT = "audit"
    READ = "read"


KINDS = tuple(Kind)
# What a print covers. It is what was sealed: a column that comes later is not among them, and none may go.
COLUMNS = {
    Kind.AUDIT: ("id", "at", "actor", "action", "object_type", "object_id", "patient", "details"),
    Kind.READ: ("id", "at", "actor", "patient", "page"),
}
Key = tuple[Kind, int]


class Fault(StrEnum):
    ALTERED = "altered"
    DELETED = "deleted"
    INSERTED = "inserted"
    SEGMENT_ALTERED = "segment-altered"
    SEGMENT_MISSING = "segment-missing"
    OTHER_ANCHOR = "anchor-differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold: on which day, and which row where it is one."""

    fault: Fault
    day: date | None
    kind: Kind | None = None
    row: int | None = None

    @property
    def key(self) -> str:
        """The finding in a word, by which it is stored and settled: ``altered 2026-03-04 read 17``."""
        day = self.day.isoformat() if self.day else "-"
        row = "-" if self.row is None else self.row
        return f"{self.fault} {day} {self.kind or '-'} {row}"

    @classmethod
    def read(cls, key: str) -> Finding:
        fault, day, kind, row = key.split()
        return cls(
            Fault(fault),
            date.fromisoformat(day) if day != "-" else None,
            Kind(kind) if kind != "-" else None,
            int(row) if row != "-" else None,
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """What is stored of a sealed day."""

    number: int
    day: date
    previous: str
    digest: str
    prints: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is kept outside: a segment's digest. ``412 2026-03-04 7f3a…``"""

    number: int
    day: date
    digest: str

    def __str__(self) -> str:
        return f"{self.number} {self.day} {self.digest}"

    @classmethod
    def read(cls, line: str) -> Anchor:
        """Raises ``ValueError`` for anything but a line that ``str`` has made."""
        number, day, digest = line.split()
        if len(digest) != len(START) or set(digest) - set("0123456789abcdef"):
            raise ValueError("the digest of an anchor has 64 hexadecimal digits")
        return cls(int(number), date.fromisoformat(day), digest)


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def row_print(kind: Kind, values: Mapping[str, object]) -> bytes:
    """The print of one row, of the columns of its kind."""
    cells = {name: _cell(values[name]) for name in COLUMNS[kind]}
    text = json.dumps([kind, cells], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).digest()


def _cell(cell: object) -> object:
    if isinstance(cell, datetime):
        return moment(cell)
    return cell if cell is None or isinstance(cell, dict | list) else str(cell)


def packed(prints: Iterable[tuple[Key, bytes]]) -> bytes:
    """The prints of a day as they are stored."""
    return b"".join(_PRINT.pack(KINDS.index(kind), row, found) for (kind, row), found in prints)


def unpacked(prints: bytes) -> Iterator[tuple[Key, bytes]]:
    for place, row, found in _PRINT.iter_unpack(prints):
        yield (KINDS[place], row), found


def seal(*, number: int, day: date, previous: str, prints: bytes) -> Segment:
    """The segment of a day, bound to the one before."""
    return Segment(number, day, previous, _digest(number, day, previous, prints), prints)


def _digest(number: int, day: date, previous: str, prints: bytes) -> str:
    head = f"{VERSION}\n{number}\n{day.isoformat()}\n{previous}\n".encode()
    return hashlib.sha256(head + prints).hexdigest()


def is_over(day: date, now: datetime) -> bool:
    """Whether a day (UTC) is so long over that it may be sealed."""
    return ends(day) + GRACE <= now


def starts(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def ends(day: date) -> datetime:
    return starts(day) + timedelta(days=1)


def check_link(segment: Segment, before: Segment | None) -> list[Finding]:
    """Whether a segment is what was sealed, and follows from the one before."""
    if before is None:
        follows = segment.number == 1 and segment.previous == START
        gap = segment.day if segment.number != 1 else None
    else:
        follows = segment.previous == before.digest
        gap = before.day + timedelta(days=1) if segment.day != before.day + timedelta(days=1) else None
    if gap:
        return [Finding(Fault.SEGMENT_MISSING, gap)]
    same = _digest(segment.number, segment.day, segment.previous, segment.prints) == segment.digest
    counted = before is None or segment.number == before.number + 1
    if same and follows and counted and len(segment.prints) % _PRINT.size == 0:
        return []
    return [Finding(Fault.SEGMENT_ALTERED, segment.day)]


def check_rows(segment: Segment, found: Mapping[Key, bytes]) -> list[Finding]:
    """The rows of a day against what was sealed of them, each that differs by its name."""
    whole = len(segment.prints) - len(segment.prints) % _PRINT.size
    sealed = dict(unpacked(segment.prints[:whole]))
    faults = dict.fromkeys(sealed.keys() - found.keys(), Fault.DELETED)
    faults |= dict.fromkeys(found.keys() - sealed.keys(), Fault.INSERTED)
    faults |= {key: Fault.ALTERED for key in sealed.keys() & found.keys() if sealed[key] != found[key]}
    return [Finding(faults[key], segment.day, *key) for key in sorted(faults)]

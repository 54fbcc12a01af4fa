"""The chain over the record of who did what, as it stands in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Min, Model

from tracking import clock
from tracking.models import AuditEvent, AuditSegment, ChainCheck, ChainSettlement, ReadEvent
from tracking.rules.chain import (
    COLUMNS,
    Anchor,
    Fault,
    Finding,
    Key,
    Kind,
    Segment,
    check_link,
    check_rows,
    ends,
    is_over,
    row_print,
    starts,
)

TABLES: dict[Kind, type[Model]] = {Kind.AUDIT: AuditEvent, Kind.READ: ReadEvent}
CHUNK = 2000  # rows, or days, that are read at a time
BEGUN_BEFORE = """
SELECT EXISTS (SELECT 1 FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < %s)
"""


@dataclass(slots=True)
class Verified:
    """What a look at the whole chain has come to. ``settled``: what somebody has looked into and explained."""

    segments: int = 0
    rows: int = 0
    last: Anchor | None = None
    findings: list[Finding] = field(default_factory=list)
    settled: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings


def prints_between(start: datetime, end: datetime) -> Iterator[tuple[Key, bytes]]:
    """The print of each row of that time, in order."""
    for kind, model in TABLES.items():
        rows = model._base_manager.filter(at__gte=start, at__lt=end).order_by("pk")
        for row in rows.values(*COLUMNS[kind]).iterator(CHUNK):
            yield (kind, row["id"]), row_print(kind, row)


def next_day(now: datetime) -> date | None:
    """The day that is to be sealed next: the one after the last, or the first that has a row. ``None`` while that is
    not over, or somebody may still be writing it."""
    last = AuditSegment.objects.order_by("number").values_list("day", flat=True).last()
    day = last + timedelta(days=1) if last else _first_day()
    return day if day and is_over(day, now) and not _is_written(day) else None


def _first_day() -> date | None:
    moments = [model._base_manager.aggregate(first=Min("at"))["first"] for model in TABLES.values()]
    return min((clock.day_of(one, "UTC") for one in moments if one), default=None)


def _is_written(day: date) -> bool:
    """Whether a transaction of that day is still open. On SQLite there is no writer beside the one that seals."""
    if connection.vendor == "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute(BEGUN_BEFORE, [ends(day)])
        return bool(cursor.fetchone()[0])


def head() -> Anchor | None:
    """The last segment, as it is kept outside."""
    found = AuditSegment.objects.order_by("number").values_list("number", "day", "digest").last()
    return Anchor(*found) if found else None


def last_check() -> ChainCheck | None:
    return ChainCheck.objects.last()


def is_broken() -> bool:
    """Whether any look at the chain has found what nobody has explained since. A later one that finds nothing any
    more explains nothing."""
    return bool(open_findings())


def open_findings() -> list[str]:
    """What was found and not explained, by day."""
    lists = ChainCheck.objects.filter(found__gt=0).values_list("findings", flat=True)
    found = {key for keys in lists for key in keys} - settled_keys()
    return sorted(found, key=lambda key: key.split()[1:])


def settled_keys() -> set[str]:
    lists = ChainSettlement.objects.values_list("findings", flat=True)
    return {key for keys in lists for key in keys}


def verify(
    *, anchors: Iterable[Anchor] = (), tell: Callable[[int], object] = lambda number: None
) -> Verified:
    """Every segment, every row of a sealed day, what earlier checks have seen, and the anchors kept outside.

    ``tell`` is called with the number of each segment. The rows of the days that are not yet sealed are not looked at.
    """
    found = Verified()
    findings: list[Finding] = []
    known = {anchor.number: anchor for anchor in anchors}
    checks = ChainCheck.objects.exclude(segments=0).order_by("-pk")  # of two the earlier is believed
    seen = dict(checks.values_list("segments", "digest"))
    before: Segment | None = None
    for segment in _segments():
        findings += check_link(segment, before)
        if before is None:
            findings += [Finding(Fault.INSERTED, _day_of(key), *key) for key in _keys_before(segment.day)]
        rows = dict(prints_between(starts(segment.day), ends(segment.day)))
        findings += check_rows(segment, rows)
        differs = known.pop(segment.number, None)
        if differs is not None and (differs.day, differs.digest) != (segment.day, segment.digest):
            findings.append(Finding(Fault.OTHER_ANCHOR, differs.day))
        if seen.pop(segment.number, segment.digest) != segment.digest:
            findings.append(Finding(Fault.SEGMENT_ALTERED, segment.day))
        found.segments, found.rows = found.segments + 1, found.rows + len(rows)
        found.last = Anchor(segment.number, segment.day, segment.digest)
        before = segment
        tell(segment.number)
    findings += [Finding(Fault.OTHER_ANCHOR, anchor.day) for anchor in known.values()]
    if seen:
        findings.append(Finding(Fault.SEGMENT_MISSING, before.day + timedelta(days=1) if before else None))
    settled = settled_keys()
    for finding in dict.fromkeys(findings):
        (found.settled if finding.key in settled else found.findings).append(finding)
    return found


def _segments() -> Iterator[Segment]:
    """One at a time: a day may hold many rows, and the chain many days."""
    for key in list(AuditSegment.objects.order_by("number").values_list("pk", flat=True)):
        row = AuditSegment.objects.filter(pk=key).first()
        if row:
            yield Segment(row.number, row.day, row.previous, row.digest, bytes(row.prints))


def _keys_before(day: date) -> list[Key]:
    return [
        (kind, row)
        for kind, model in TABLES.items()
        for row in model._base_manager.filter(at__lt=starts(day)).order_by("pk").values_list("pk", flat=True)
    ]


def _day_of(key: Key) -> date:
    kind, row = key
    moment: datetime = TABLES[kind]._base_manager.values_list("at", flat=True).get(pk=row)
    return clock.day_of(moment, "UTC")

"""``manage.py import_scores FILE --study KEY --spec SPEC [--by EMAIL] [--dry-run]``: see docs/import.md."""

from __future__ import annotations

import hashlib
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import DatabaseError

from measures.errors import DefinitionError
from tracking.errors import TrackingError
from tracking.imports.planning import report
from tracking.imports.planning.plan import Plan
from tracking.imports.planning.planner import make_plan
from tracking.imports.reading.problems import FileRefused, Problems
from tracking.imports.reading.read import MOST_BYTES, Row, read_rows
from tracking.imports.reading.spec import Spec
from tracking.imports.reading.spec_loader import find, load
from tracking.imports.writing.store import Imported, Source, import_scores
from tracking.models import User

QUIET_FOR = 1.5  # seconds: a short import needs no progress line
EVERY = 0.5
ROWS_AT_ONCE = 200


class Command(BaseCommand):
    help = "Imports scores from a CSV file: all of it, or nothing with a report by line and column."
    requires_system_checks: list[
        str
    ] = []  # they load every page and chart, which takes longer than an import

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--study", required=True, metavar="KEY", help="the study that it belongs to")
        parser.add_argument("--spec", required=True, help="a spec file, or the name of a shipped spec")
        parser.add_argument("--by", metavar="EMAIL", help="who imports; without it the command line itself")
        parser.add_argument("--dry-run", action="store_true", help="do everything and take it back")

    def handle(
        self, *, file: Path, study: str, spec: str, by: str | None, dry_run: bool, **_: object
    ) -> None:
        meter = Meter(self.stderr)
        try:
            self.run(file, study, load(find(spec)), _user(by), dry_run, meter)
        except FileRefused as refused:
            raise CommandError("\n".join(report.refusal(file.name, refused))) from None
        except (DefinitionError, TrackingError) as error:
            raise CommandError(f"{file.name} was not imported: {error}. Nothing was stored.") from None
        except (DatabaseError, KeyboardInterrupt) as error:  # a race for a new study, a full disk, Ctrl-C
            kind = type(error).__name__
            raise CommandError(f"{file.name} was not imported: {kind}. Nothing was stored.") from None
        finally:
            meter.end()

    def run(self, file: Path, study: str, spec: Spec, by: User | None, dry_run: bool, meter: Meter) -> None:
        data = _read(file)
        plan = _plan(data, spec, meter)
        imported = import_scores(
            by=by,
            study=study,
            spec=spec,
            plan=plan,
            source=Source(file.name, hashlib.sha256(data).hexdigest()),
            dry_run=dry_run,
            progress=meter.show,
        )
        meter.end()
        for line in _summary(file.name, study, imported, plan, dry_run, spec):
            self.stdout.write(line)


def _read(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise CommandError(f"{file} is not a file")
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None


def _plan(data: bytes, spec: Spec, meter: Meter) -> Plan:
    problems = Problems()
    rows = read_rows(data, spec.file, spec.columns, problems)
    return make_plan(spec, _counted(rows, data.count(b"\n"), meter), problems)


def _counted(rows: Iterable[Row], total: int, meter: Meter) -> Iterator[Row]:
    for count, row in enumerate(rows, start=1):
        if count % ROWS_AT_ONCE == 0:
            meter.show("checked", count, total)
        yield row


def _user(email: str | None) -> User | None:
    if email is None:
        return None
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError("--by names nobody with an open account")
    return user


def _summary(
    name: str, study: str, imported: Imported, plan: Plan, dry_run: bool, spec: Spec
) -> Iterator[str]:
    if imported.again:
        yield f"{name} was imported into {study} before: 0 new."
        return
    yield f"{name}: would be imported into {study}" if dry_run else f"{name}: imported into {study}"
    yield f"  rows        {plan.rows}"
    yield f"  patients    {imported.patients_new} new, {imported.patients_known} known"
    yield f"  assessments {imported.assessments_new} new, {imported.assessments_known} known"
    if spec.consent:
        without = (
            "" if imported.consents or not imported.patients_new else " (no --by: releases leave them out)"
        )
        yield f"  consents    {imported.consents} recorded{without}"
    yield from report.findings(plan)


class Meter:
    """One line on stderr that says how far a long import has come, how fast, and how long it will take."""

    def __init__(self, stream: OutputWrapper) -> None:
        self.stream = stream
        self.began = self.shown = time.monotonic()
        self.stage, self.stage_began, self.open = "", self.began, False

    def show(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self.stage:
            self.stage, self.stage_began = stage, now
        if now - self.began < QUIET_FOR or now - self.shown < EVERY:
            return
        self.shown, self.open = now, True
        rate = done / max(now - self.stage_began, 0.001)
        left = max(total - done, 0) / max(rate, 0.001)
        self.stream.write(
            f"\r{stage} {done:,} of {total:,}, {rate:,.0f} a second, {left:.0f} s left ", ending=""
        )
        self.stream.flush()

    def end(self) -> None:
        if self.open:
            self.stream.write("")
            self.open = False

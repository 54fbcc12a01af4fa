"""``manage.py verify_audit``: whether the record of who did what is as it was sealed, and the print to keep outside."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking import clock
from tracking.actions.chain import check_chain, seal_days, settle_chain
from tracking.errors import TrackingError
from tracking.queries.chain import Verified, next_day, open_findings
from tracking.rules.chain import Anchor, Fault, Finding

SHOWN = 50
TABLES = {"audit": "tracking_auditevent", "read": "tracking_readevent"}
SAID = {
    Fault.ALTERED: "was altered after it was sealed",
    Fault.DELETED: "was deleted after it was sealed",
    Fault.INSERTED: "was inserted after the day was sealed",
    Fault.SEGMENT_ALTERED: "the segment of this day is not what was sealed",
    Fault.SEGMENT_MISSING: "the segment of this day is missing",
    Fault.OTHER_ANCHOR: "the print that was kept outside is another one",
}


class Command(BaseCommand):
    help = (
        "Checks every sealed day of the audit log and of the read log, and prints what is to be kept outside."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seal", action="store_true", help="seal first what is over and not yet sealed")
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="FILE",
            help="lines of earlier prints, kept outside, that must still be true; - reads them from the input",
        )
        parser.add_argument(
            "--settle", default="", metavar="REASON", help="say why what is found stands no longer in the way"
        )

    def handle(self, *, seal: bool, anchor: list[str], settle: str, **options: object) -> None:
        if seal:
            self._seal()
        found = check_chain(anchors=_read(anchor))
        if settle:
            found = self._settle(found, settle)
        self._tell(found)
        if not found.holds:
            raise CommandError(f"the record does not hold: {len(found.findings)} found", returncode=1)

    def _seal(self) -> None:
        def tell(day: date) -> None:
            self.stdout.write(f"sealed {day}")

        while seal_days(now=clock.real_now(), tell=tell):
            pass

    def _settle(self, found: Verified, reason: str) -> Verified:
        try:
            keys = dict.fromkeys([*open_findings(), *(each.key for each in found.findings)])
            settle_chain(by=None, findings=list(keys), reason=reason)
        except TrackingError as error:
            raise CommandError(str(error)) from error
        return check_chain()

    def _tell(self, found: Verified) -> None:
        for finding in found.findings[:SHOWN]:
            self.stdout.write(in_words(finding))
        if len(found.findings) > SHOWN:
            self.stdout.write(f"and {len(found.findings) - SHOWN} more")
        if found.settled:
            self.stdout.write(f"settled earlier: {len(found.settled)}")
        waits = next_day(clock.real_now())
        if waits:
            self.stdout.write(f"not yet sealed: {waits} and later")
        self.stdout.write(f"days {found.segments}, rows {found.rows}")
        self.stdout.write(f"print: {found.last or 'none yet'}")


def in_words(finding: Finding) -> str:
    """``2026-03-04: tracking_readevent 17 was altered after it was sealed``"""
    row = f"{TABLES[finding.kind]} {finding.row} " if finding.kind else ""
    return f"{finding.day or 'before the first day'}: {row}{SAID[finding.fault]}"


def _read(files: Sequence[str]) -> list[Anchor]:
    """The prints in these files, each a line as this command has printed it."""
    found = []
    for name in files:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text()
            found += [Anchor.read(line.removeprefix("print: ")) for line in text.splitlines() if line.strip()]
        except (OSError, ValueError) as error:
            raise CommandError(f"{name}: cannot be read as prints") from error
    return found

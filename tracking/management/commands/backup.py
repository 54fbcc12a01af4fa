"""``manage.py backup``: a backup of this moment, which this server cannot read."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracking import clock
from tracking.actions.backups import back_up
from tracking.errors import TrackingError


class Command(BaseCommand):
    help = "Writes a consistent backup, encrypted to public keys of age, without sessions and tokens, and verifies it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, help="where to; by default backups in THROUGHLINE_VAR"
        )
        parser.add_argument(
            "--to",
            action="append",
            metavar="AGE1…",
            help="public key of whoever may read it; repeat it for each. By default BACKUP_RECIPIENTS",
        )

    def handle(self, *, folder: Path | None, to: list[str] | None, **options: object) -> None:
        try:
            made = back_up(
                folder=folder or settings.BACKUPS,
                recipients=to or settings.BACKUP_RECIPIENTS,
                now=clock.now(),
            )
        except TrackingError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"no backup was made: {error.strerror or 'the disk refused'}") from error
        self.stdout.write(f"{made.file}: {made.rows} rows, {made.size} bytes, verified")
        self.stdout.write(f"sha256 {made.sha256}")

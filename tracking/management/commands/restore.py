"""``manage.py restore``: puts a backup back, all of it or nothing."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from tracking.actions.contacts_on_disk import keep_contacts_on_disk
from tracking.actions.restores import identities_in, look_into, restore
from tracking.errors import TrackingError
from tracking.queries.field_keys import fault_of_keys


class Command(BaseCommand):
    help = "Puts the database of a backup in the place of this one. Stop every process before."
    requires_system_checks: list[Any] = []  # what is there now may stand under other keys

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--identity",
            required=True,
            metavar="FILE",
            help="with the secret key of age; - reads it from input",
        )
        parser.add_argument("--replace", action="store_true", help="lose what is in this database now")
        parser.add_argument("--check", action="store_true", help="only read all of it, and say what it holds")

    def handle(self, *, file: Path, identity: str, replace: bool, check: bool, **options: object) -> None:
        try:
            identities = identities_in(sys.stdin.read() if identity == "-" else Path(identity).read_text())
            if check:
                header, sums = look_into(file=file, identities=identities)
            else:
                header, sums = restore(file=file, identities=identities, replace=replace)
        except TrackingError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{identity}: {error.strerror}. Nothing was restored.") from error
        except DatabaseError as error:
            why = f"the database refused ({type(error).__name__})"
            raise CommandError(
                f"{why}: nothing was restored. Restore as the role that owns the tables."
            ) from error
        rows = sum(int(str(one["rows"])) for one in sums.values())
        done = "is whole" if check else "is restored"
        self.stdout.write(f"{file.name} {done}: {rows} rows in {len(sums)} tables, as of {header.made_at}")
        if not check:
            keep_contacts_on_disk()  # those of the backup, from now on also while the database does not answer
            self.stdout.write("Now: manage.py migrate, erase --again, sweep --all, then start every process.")
            if fault := fault_of_keys():
                self.stderr.write(fault)

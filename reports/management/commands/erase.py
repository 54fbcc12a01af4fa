"""``manage.py erase``: erases what was approved. Run by the owner of the tables; see docs/operations.md."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError

from reports.actions.release_closing import close_withdrawn
from tracking.actions.erased import erase_again, remember_erased
from tracking.actions.erasures import erase
from tracking.errors import TrackingError
from tracking.models import Erasure, Site
from tracking.models.retention import APPROVED, UNDECIDED
from tracking.queries.retention import over


class Command(BaseCommand):
    help = (
        "Erases what a person has asked for and two of the staff have approved, and says whose time is over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="after a restore: whoever was erased and has come back"
        )

    def handle(self, *, again: bool, **options: object) -> None:
        try:
            if again:
                self.stdout.write(f"erased again: {erase_again()}")
            refused = self._approved()
        except ProgrammingError as error:
            why = f"the database refused ({type(error).__name__})"
            raise CommandError(
                f"{why}: erase as the role that owns the tables. Nothing was erased."
            ) from error
        remember_erased()
        close_withdrawn()
        self._tell()
        if refused:
            raise CommandError(f"{refused} could not be erased", returncode=1)

    def _approved(self) -> int:
        refused = 0
        for row in Erasure.objects.filter(APPROVED).select_related("patient").order_by("pk"):
            code = row.patient.study_code
            try:
                erase(row=row)
                self.stdout.write(f"{code}: erased")
            except TrackingError as error:
                refused += 1
                self.stderr.write(f"{code}: {error}")
        return refused

    def _tell(self) -> None:
        self.stdout.write(f"waiting for a second person: {Erasure.objects.filter(UNDECIDED).count()}")
        for site in Site.objects.order_by("key"):
            for patient, parts in over(site):
                since = ", ".join(f"{part.holding} since {part.until}" for part in parts)
                self.stdout.write(f"{site.key} {patient.study_code}: time is over for {since}")

"""``manage.py doctor``: what is late, for whoever is on call, and a status that says so to whatever runs it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracking.queries.readiness import findings


class Command(BaseCommand):
    help = "Says what runs and what is late. Ends with status 1 when anything is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", metavar="NAME", help="one line of it, such as 'queue mail' or beat")

    def handle(self, *args: Any, only: str | None, **options: Any) -> None:
        found = [each for each in findings(timezone.now()) if only in (None, each.key)]
        for each in found:
            self.stdout.write(f"{'LATE' if each.late else 'ok':4}  {each.key}: {each.said}")
        if not found or any(each.late for each in found):
            raise SystemExit(1)

"""``manage.py rotate_keys``: a new field key takes the place of an old one, while people work."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracking.actions.key_rotation import SETTLED_AFTER, give_up_key, reencrypt, retire_old_keys
from tracking.errors import TrackingError
from tracking.fields import WrongFieldKey, check_value
from tracking.models import FieldKey
from tracking.queries.field_keys import values_by_key


class Command(BaseCommand):
    help = "Encrypts all that is encrypted under the newest of FIELD_KEYS. Can be stopped, and goes on where it was."
    requires_system_checks: list[Any] = []  # a key that is lost must be given up where nothing else starts

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--status", action="store_true", help="which keys are in use, and for how much")
        what.add_argument(
            "--retire", action="store_true", help="afterwards, FIELD_KEYS may do without the older keys"
        )
        what.add_argument("--lost", metavar="KEY", help="give up a key that nobody has any more, by its name")
        parser.add_argument(
            "--wait",
            type=int,
            default=int(SETTLED_AFTER.total_seconds()),
            metavar="SECONDS",
            help="with --retire: until what others had begun to write is stored",
        )

    def handle(self, *, status: bool, retire: bool, lost: str | None, wait: int, **options: object) -> None:
        try:
            if lost:
                self.stdout.write(f"{give_up_key(name=lost)} is given up.")
            elif retire:
                self.retire(wait)
            elif not status:
                self.reencrypt()
        except (TrackingError, WrongFieldKey) as error:
            raise CommandError(str(error)) from error
        self.tell()

    def reencrypt(self) -> None:
        for step in reencrypt():
            line = f"{step.column}: {step.seen} of {step.of}, {step.renewed} encrypted anew"
            self.stdout.write(line + (f", {step.unread} cannot be read" if step.unread else ""))

    def retire(self, wait: int) -> None:
        self.stdout.write(f"Nothing more is written under the older keys; waiting {wait} seconds.")
        for key in retire_old_keys(wait=timedelta(seconds=wait)):
            self.stdout.write(f"{key} is retired: take it out of FIELD_KEYS, and start every process anew.")

    def tell(self) -> None:
        """Each key with what it is needed for; the newest of ``FIELD_KEYS`` is marked."""
        counts, newest = values_by_key(), check_value(settings.FIELD_KEYS[0])
        for key in FieldKey.objects.all():
            state = "retired" if key.retired_at else "closed" if key.closed_at else "in use"
            mark = ", the newest" if key.check_value == newest else ""
            self.stdout.write(
                f"{key}: {state} since {key.retired_at or key.closed_at or key.first_used_at:%Y-%m-%d}{mark}; "
                f"{counts.pop(key.check_value, 0)} values"
            )
        self.stdout.write(f"values that no key of FIELD_KEYS opens: {counts.pop('', 0)}")

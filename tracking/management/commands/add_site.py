"""``manage.py add_site``: the first site of an empty installation, and the person who administers it."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tracking.actions.care import create_site
from tracking.actions.people import grant_role, invite_user
from tracking.errors import TrackingError
from tracking.vocabulary import Role


class Command(BaseCommand):
    help = "Adds a site and its administrator, who gets a mail with which to choose a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="short name in small letters, such as north")
        parser.add_argument("name", help="the name that staff read")
        parser.add_argument("--timezone", required=True, help="such as Europe/Berlin")
        parser.add_argument(
            "--language",
            default="en",
            help="in which patients are asked, such as de or en-GB; en if not said",
        )
        parser.add_argument(
            "--crisis",
            required=True,
            action="append",
            metavar="'NAME, NUMBER'",
            help="whom a patient can call at any hour; repeat it for each",
        )
        parser.add_argument("--administrator", required=True, metavar="EMAIL")
        parser.add_argument("--administrator-name", required=True, metavar="NAME")

    @transaction.atomic
    def handle(
        self,
        *,
        key: str,
        name: str,
        timezone: str,
        language: str,
        crisis: list[str],
        administrator: str,
        administrator_name: str,
        **options: object,
    ) -> None:
        contacts = "\n".join(crisis)
        try:
            create_site(
                by=None,
                key=key,
                name=name,
                timezone=timezone,
                language=language,
                crisis_contacts=contacts,
            )
            user = invite_user(by=None, email=administrator, name=administrator_name)
            grant_role(by=None, user=user, role=Role.ADMINISTRATOR)
        except TrackingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{name} is there. {user.email} gets a mail with which to choose a password.")

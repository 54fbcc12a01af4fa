"""``manage.py retention``: for how many years a site keeps what it holds about a person, and by which law."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking.actions.retention import set_retention
from tracking.errors import TrackingError
from tracking.models import Site, User
from tracking.queries.retention import rules_of
from tracking.vocabulary import Holding


class Command(BaseCommand):
    help = "Shows the rules of all sites, or sets one: what is not set is never erased."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("site", nargs="?", default="", help="key of the site whose rule is set")
        parser.add_argument("--holding", choices=Holding.values, default=Holding.RECORD)
        parser.add_argument("--years", type=int, default=0, help="after the end of the last treatment")
        parser.add_argument("--law", default="", help="which law or duty asks for it, in your words")
        parser.add_argument("--by", default="", metavar="EMAIL", help="an administrator of the site")

    def handle(self, *, site: str, holding: str, years: int, law: str, by: str, **options: object) -> None:
        if site:
            self._set(site, holding, years, law, by)
        for each in Site.objects.order_by("key"):
            rules = rules_of(each)
            for kind in Holding.values:
                rule = rules.get(kind)
                said = f"{rule.years} years, {rule.set_at:%Y-%m-%d}: {rule.law}" if rule else "no rule"
                self.stdout.write(f"{each.key} {kind}: {said}")

    def _set(self, key: str, holding: str, years: int, law: str, by: str) -> None:
        site, user = Site.objects.filter(key=key).first(), User.objects.filter(email__iexact=by).first()
        if site is None or user is None:
            raise CommandError("name a site by its key, and by --by an administrator of it")
        try:
            set_retention(by=user, site=site, holding=holding, years=years, law=law)
        except TrackingError as error:
            raise CommandError(str(error)) from error

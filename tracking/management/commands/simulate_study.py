"""``manage.py simulate_study``: a study of simulated people who go through one protocol."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from measures.errors import MeasuresError
from tracking import clock
from tracking.errors import TrackingError
from tracking.models import User
from tracking.rules import protocol as protocols
from tracking.simulation.study import FEWEST, MOST, simulate_study


class Command(BaseCommand):
    help = (
        "Makes a new study of simulated people: a site, a team and staff of its own, item-level answers, sessions, "
        "doses, drop-out. Nothing that is there is touched; everything is labelled simulated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--protocol", required=True, metavar="KEY", help=", ".join(protocols.keys()))
        parser.add_argument("--n", required=True, type=int, help=f"how many people, {FEWEST} to {MOST}")
        parser.add_argument("--seed", required=True, type=int, help="the same seed gives the same answers")
        parser.add_argument("--study", default="", metavar="KEY", help="default: from protocol, n and seed")
        parser.add_argument(
            "--member", action="append", default=[], metavar="EMAIL", help="an account that sees its figures"
        )

    def handle(self, *, protocol: str, n: int, seed: int, study: str, member: list[str], **_: Any) -> None:
        try:
            known = protocols.find(protocol)
            if known is None:
                raise CommandError(f"no protocol {protocol}; known: {', '.join(protocols.keys())}")
            made = simulate_study(
                by=None,
                protocol=known,
                n=n,
                seed=seed,
                today=clock.today(),
                key=study,
                members=[_account(email) for email in member],
            )
        except (TrackingError, MeasuresError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{made.study.title}: {made.patients} simulated people, {made.assessments} assessments.\n"
            f"The worker computes its courses and figures; then look at /studies/{made.study.key}/"
        )
        if not member:
            self.stdout.write(
                "Nobody may see it yet: name an account with --member, or add one to the study."
            )


def _account(email: str) -> User:
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        raise CommandError(f"no account {email}")
    return user

"""The pages and the command that look back at who did what and who looked, over 100,000 rows of each.

python -m tests.benchmarks.oversight [rows]

First on SQLite, then on PostgreSQL, each in a folder of its own: a year of two sites with 500 patients, whose rows are
drawn at random. Of each page the median of its time, and its queries.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from tests.benchmarks.timing import median_seconds, say
from tests.deployment import CLINIC
from tests.servers import own_postgres, redis, short_folder

ROWS, SITES, PATIENTS, STAFF, DAYS = 100_000, 2, 500, 40, 365
BATCH = 5_000
ENGINES = ("sqlite", "postgresql")


def main(rows: int) -> None:
    for engine in ENGINES:
        with short_folder("tlover") as folder, ExitStack() as stack:
            environment = os.environ | {
                "THROUGHLINE_VAR": str(folder),
                "DJANGO_SETTINGS_MODULE": "config.settings",
            }
            if engine == "postgresql":
                servers = {"DATABASE_URL": stack.enter_context(own_postgres()).url}
                environment |= CLINIC | servers | {"REDIS_URL": stack.enter_context(redis())}
            command = [sys.executable, "-m", "tests.benchmarks.oversight", str(rows), engine]
            subprocess.run(command, env=environment, check=True)


def measure(rows: int, engine: str) -> None:
    """Imported here, since Django must be set up in a folder of its own first."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, reset_queries
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, override_settings

    from tracking import clock
    from tracking.actions.chain import check_chain, seal_days
    from tracking.models import AuditEvent, ReadEvent

    for words in (["migrate"], ["createcachetable"], ["collectstatic", "--noinput"]):
        call_command(*words, verbosity=0)
    drawn = random.Random(1)  # noqa: S311 (what is drawn, the same in each run)
    people = _people()
    for model, made in ((ReadEvent, _reads(people, rows, drawn)), (AuditEvent, _writes(people, rows, drawn))):
        model.objects.bulk_create(made, batch_size=BATCH)
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")  # as autovacuum does within minutes
    say(f"{engine}: {ReadEvent.objects.count()} looks, {AuditEvent.objects.count()} deeds")
    for what, task in (
        ("every day sealed", lambda: [*iter(lambda: seal_days(now=clock.now()), 0)]),
        ("every seal looked through", check_chain),
    ):
        began = time.perf_counter()
        task()
        say(f"  {what}: {time.perf_counter() - began:.1f} s")
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        for who, address in _pages(people):
            client = Client(headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"})
            client.force_login(who)
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            reset_queries()  # with DEBUG the log of all that was seeded is full
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            queries = len(captured)  # before the next request forgets them
            seconds = median_seconds(lambda client=client, address=address: client.get(address))
            say(f"  {address}: {1000 * seconds:.0f} ms, {queries} queries")


def _people() -> dict[str, list[Any]]:
    from tests.cast import days_ago, person
    from tracking.actions import care
    from tracking.actions import people as made
    from tracking.models import User
    from tracking.vocabulary import Role

    found: dict[str, list[Any]] = {"staff": [], "patients": [], "officers": [], "administrators": []}
    for number in range(SITES):
        site = care.create_site(by=None, key=f"site-{number}", name=f"Site {number}", crisis_contacts="112")
        team = care.create_team(by=None, site=site, name="A")
        for name, role in (("officers", Role.OFFICER), ("administrators", Role.ADMINISTRATOR)):
            found[name].append(person(f"{role.label} {number}", role, site=site))
        for one in range(STAFF // SITES):
            user = person(f"Clinician {number} {one}", Role.CLINICIAN)
            care.add_member(by=None, team=team, user=user, is_lead=one == 0, starts_on=days_ago(DAYS + 1))
            found["staff"].append(user)
        for _ in range(PATIENTS // SITES):
            patient = made.enrol_patient(
                by=None, team=team, identity=None, sex="female", enrolled_on=days_ago(DAYS)
            )
            found["patients"].append(patient)
    account = person("Patient", Role.PATIENT)
    made.link_account(
        by=User.objects.get(pk=found["staff"][0].pk), patient=found["patients"][0], user=account
    )
    return found | {"account": [account]}


def _moments(rows: int, drawn: random.Random) -> list[Any]:
    from tracking import clock

    now = clock.now()
    return sorted(now - timedelta(seconds=drawn.random() * DAYS * 86_400) for _ in range(rows))


def _reads(people: dict[str, list[Any]], rows: int, drawn: random.Random) -> Iterator[Any]:
    """One look of ten is at the patient who has an account."""
    from tracking.models import ReadEvent
    from tracking.vocabulary import ReadPage

    pages = list(ReadPage)
    for at in _moments(rows, drawn):
        patient = people["patients"][0 if drawn.random() < 0.1 else drawn.randrange(PATIENTS)]
        actor = drawn.choice(people["staff"]).public_id
        yield ReadEvent(at=at, actor=actor, patient=patient.public_id, page=drawn.choice(pages))


def _writes(people: dict[str, list[Any]], rows: int, drawn: random.Random) -> Iterator[Any]:
    from tracking.models import AuditEvent
    from tracking.vocabulary import AuditAction

    actions = list(AuditAction)
    for at in _moments(rows, drawn):
        patient = drawn.choice(people["patients"])
        yield AuditEvent(
            at=at,
            actor=drawn.choice(people["staff"]).public_id,
            action=drawn.choice(actions),
            object_type="assessment",
            object_id=uuid.UUID(int=drawn.getrandbits(128), version=4),
            patient=patient.public_id,
        )


def _pages(people: dict[str, list[Any]]) -> list[tuple[Any, str]]:
    from tracking import clock

    officer, administrator, account = people["officers"][0], people["administrators"][0], people["account"][0]
    one, code = people["staff"][1].public_id, people["patients"][3].study_code
    day = clock.today() - timedelta(days=100)
    audit = "/administration/audit/"
    return [
        (officer, "/oversight/"),
        (officer, "/oversight/?show=all"),
        (officer, f"/oversight/?show=all&day={day}"),
        (officer, f"/oversight/?show=all&code={code}"),
        (administrator, audit),
        (administrator, f"{audit}?kind=access"),
        (administrator, f"{audit}?person={one}"),
        (administrator, f"{audit}?code={code}"),
        (administrator, f"{audit}?last={day}"),
        (account, "/own/looks/"),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(int(sys.argv[1]), sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) == 2 else ROWS)

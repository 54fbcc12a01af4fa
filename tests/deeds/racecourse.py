"""A database with real commits, and two who come at the same moment."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection

from tests.deeds.ledger import is_write

PATIENCE = 2  # seconds for the other to come to the line, if nothing is seen to hold them up
GLANCE = 0.01  # seconds between two looks at who is held up
HELD_UP = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@contextmanager
def racecourse(folder: Path) -> Iterator[None]:
    """A copy of the test database, in which threads meet as requests do. Afterwards it is gone."""
    copy = _copied_file if connection.vendor == "sqlite" else _copied_database
    with copy(folder) as settings:
        tests_own, connection.connection = connection.connection, None
        tests_settings = {name: connection.settings_dict[name] for name in settings}
        connection.settings_dict |= settings
        try:
            yield
        finally:
            connection.close()
            connection.connection = tests_own
            connection.settings_dict |= tests_settings


@contextmanager
def _copied_file(folder: Path) -> Iterator[dict[str, Any]]:
    """The tests' own database is in memory and lives as long as its connection: that one stays open. Nothing waits
    for the disk."""
    file = folder / "race.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as target:
        connection.connection.backup(target)
    given = connection.settings_dict["OPTIONS"]
    yield {
        "NAME": str(file),
        "OPTIONS": given | {"init_command": f"{given['init_command']} PRAGMA synchronous=OFF;"},
    }


@contextmanager
def _copied_database(folder: Path) -> Iterator[dict[str, Any]]:
    """PostgreSQL copies a database that nobody is connected to."""
    name = connection.settings_dict["NAME"]
    connection.close()
    _outside(f"CREATE DATABASE {name}_race TEMPLATE {name}")
    yield {"NAME": f"{name}_race"}
    _outside(f"DROP DATABASE {name}_race WITH (FORCE)")


def _outside(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def race(*runners: Callable[[], Any]) -> list[Any]:
    """Lets all run at once, each in a thread with a connection of its own, and returns what each came to: its
    result, or the error that it raised.

    Each stops at a line until the others have come to it, too, so that what is read before it was read by all of them
    then. On PostgreSQL it is each write; as soon as a lock keeps somebody away, nobody waits any more. On SQLite it is
    the beginning of a transaction, as nobody else gets further while one lasts, or a write outside any.
    """
    line = threading.Barrier(len(runners))
    found: list[Any] = [None] * len(runners)
    threads = [
        threading.Thread(target=_run, args=(runner, line, found, place))
        for place, runner in enumerate(runners)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 60
    while running := [thread for thread in threads if thread.is_alive()]:
        assert time.monotonic() < end, "they wait for each other for ever"
        running[0].join(GLANCE)
        if not line.broken and somebody_is_held_up():
            line.abort()
    return found


def somebody_is_held_up() -> bool:
    if connection.vendor == "sqlite":
        return False  # there, the line is before the one lock
    with connection.cursor() as cursor:
        cursor.execute(HELD_UP)
        return cursor.fetchone() is not None


def _run(runner: Callable[[], Any], line: threading.Barrier, found: list[Any], place: int) -> None:
    try:
        with connection.execute_wrapper(_Held(line)):
            found[place] = runner()
    except Exception as error:  # it is what this one came to
        found[place] = error
    finally:
        line.abort()
        connection.close()


class _Held:
    """Keeps each at the line until the others have come to it, too."""

    def __init__(self, line: threading.Barrier) -> None:
        self.line = line

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if at_the_line(sql):
            with suppress(threading.BrokenBarrierError):  # the other is held up, or has already ended
                self.line.wait(PATIENCE)
        return execute(sql, params, many, context)


def at_the_line(sql: str) -> bool:
    if connection.vendor == "sqlite":
        return sql.startswith("BEGIN") or is_write(sql) and not connection.in_atomic_block
    return is_write(sql)

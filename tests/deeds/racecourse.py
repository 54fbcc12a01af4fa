"""A database with real commits, and two who come at the same moment."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection

from tests.deeds.ledger import is_write

PATIENCE = 0.3  # how long somebody waits for the other to come to a write: held up by a lock, nobody comes


@contextmanager
def racecourse(folder: Path) -> Iterator[None]:
    """A copy of the test database, in which threads meet as requests do. Afterwards it is gone."""
    copy = _copied_file if connection.vendor == "sqlite" else _copied_database
    with copy(folder) as name:
        tests_own, connection.connection = connection.connection, None
        tests_name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
        try:
            yield
        finally:
            connection.close()
            connection.connection, connection.settings_dict["NAME"] = tests_own, tests_name


@contextmanager
def _copied_file(folder: Path) -> Iterator[str]:
    """The tests' own database is in memory and lives as long as its connection: that one stays open."""
    file = folder / "race.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as target:
        connection.connection.backup(target)
    yield str(file)


@contextmanager
def _copied_database(folder: Path) -> Iterator[str]:
    """PostgreSQL copies a database that nobody is connected to."""
    name = connection.settings_dict["NAME"]
    connection.close()
    _outside(f"CREATE DATABASE {name}_race TEMPLATE {name}")
    yield f"{name}_race"
    _outside(f"DROP DATABASE {name}_race WITH (FORCE)")


def _outside(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def race(*runners: Callable[[], Any]) -> list[Any]:
    """Lets all run at once, each in a thread with a connection of its own, and returns what each came to: its
    result, or the error that it raised.

    Each stops before a write until the others have come to theirs: what was read before writing was read by all of
    them then. Where a lock keeps somebody away, the others wait a moment, and then for nobody any more.
    """
    line = threading.Barrier(len(runners))
    found: list[Any] = [None] * len(runners)
    threads = [
        threading.Thread(target=_run, args=(runner, line, found, place))
        for place, runner in enumerate(runners)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "they wait for each other for ever"
    return found


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
    """Keeps each write until the others are about to write, too."""

    def __init__(self, line: threading.Barrier) -> None:
        self.line = line

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if is_write(sql):
            with suppress(threading.BrokenBarrierError):  # the other is held up, or has already ended
                self.line.wait(PATIENCE)
        return execute(sql, params, many, context)

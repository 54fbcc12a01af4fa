"""A database built anew in the place of the one that is there, at one stroke.

SQLite in a file beside it, which takes its place at the end; PostgreSQL in one transaction, the tables included.
"""

from __future__ import annotations

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DataError, IntegrityError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from tracking.errors import CommandRefused
from tracking.queries.snapshots import AT_ONCE, Postgres, Source, Sqlite, quoted
from tracking.rules.backups import Cell, Header, Row, Sums, Table, written

# Triggers say what may happen next, and what has happened is put back in another order: they rest meanwhile.
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


class Taking(ABC):
    """Makes the tables that a backup had, and puts its rows into them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.columns: dict[str, list[str]] = {}
        self._waiting: list[Row] = []
        self._name = ""

    def begin(self, header: Header) -> None:
        self.header = header
        executor = MigrationExecutor(connections["default"])
        executor.migrate(_last(executor, header))
        call_command("createcachetable", verbosity=0)

    def table(self, name: str, columns: list[str]) -> None:
        self._flush()
        self._name, self.columns[name] = name, columns

    def row(self, row: Row) -> None:
        self._waiting.append(row)
        if len(self._waiting) == AT_ONCE:
            self._flush()

    def sums(self) -> Sums:
        """What stands in the tables now comes to."""
        self._flush()
        found = Sums()
        rows = self.source.rows
        tables = (Table(name, columns, rows(name, columns)) for name, columns in self.columns.items())
        for _ in written(self.header, tables, found):
            pass
        return found

    @abstractmethod
    def insert(self, table: str, columns: Sequence[str], rows: list[Row]) -> None:
        """Rows into a table that is there."""

    def _flush(self) -> None:
        try:
            if self._waiting:
                self.insert(self._name, self.columns[self._name], self._waiting)
        except (sqlite3.Error, IntegrityError, DataError) as error:
            why = f"a row of {self._name} does not fit into its table ({type(error).__name__})"
            raise CommandRefused(f"{why}: nothing was restored") from error
        self._waiting = []


class TakingSqlite(Taking):
    def __init__(self, raw: sqlite3.Connection) -> None:
        super().__init__(Sqlite(raw))
        self.raw = raw

    def begin(self, header: Header) -> None:
        super().begin(header)
        self.raw.execute("BEGIN IMMEDIATE")
        self.triggers = self.raw.execute(TRIGGERS).fetchall()
        for name, _ in self.triggers:
            self.raw.execute(f"DROP TRIGGER {quoted(name)}")

    def end(self) -> None:
        if lost := self.raw.execute("PRAGMA foreign_key_check").fetchone():
            raise CommandRefused(f"a row of {lost[0]} belongs to none: nothing was restored")
        for _, statement in self.triggers:
            self.raw.execute(statement)
        self.raw.execute("COMMIT")

    def insert(self, table: str, columns: Sequence[str], rows: list[Row]) -> None:
        listed, places = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
        values = [[_as_stored(cell) for cell in row] for row in rows]
        self.raw.executemany(f"INSERT INTO {quoted(table)} ({listed}) VALUES ({places})", values)  # noqa: S608


def _as_stored(cell: Cell) -> str | int | float | bytes | None:
    return bytes.fromhex(cell["hex"]) if isinstance(cell, dict) else cell


class TakingPostgres(Taking):
    def begin(self, header: Header) -> None:
        super().begin(header)
        self._triggers("DISABLE")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # migrations leave some of them immediate

    def end(self) -> None:
        """What is put off to the end of the transaction comes first: a table with such a row cannot be altered."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table, columns in self.columns.items():
                if "id" in columns:
                    _go_on_counting(cursor, table)
        self._triggers("ENABLE")

    def _triggers(self, what: str) -> None:
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"ALTER TABLE {quoted(table)} {what} TRIGGER USER")

    def insert(self, table: str, columns: Sequence[str], rows: list[Row]) -> None:
        listed = ", ".join(map(quoted, columns))
        one = f"({', '.join(['%s'] * len(columns))})"
        values = [_as_stored(cell) for row in rows for cell in row]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quoted(table)} ({listed}) VALUES {', '.join([one] * len(rows))}",  # noqa: S608
                values,
            )


def rebuilt() -> AbstractContextManager[Taking]:
    """Inside, a backup is taken in; afterwards it stands in the place of what was there. An error leaves that as it
    was."""
    return _file_beside() if connection.vendor == "sqlite" else _one_transaction()


@contextmanager
def _file_beside() -> Iterator[Taking]:
    usual = connections["default"]
    path = Path(usual.settings_dict["NAME"])
    beside = path.with_suffix(".restoring")
    other = connections.create_connection("default")
    other.settings_dict = usual.settings_dict | {"NAME": str(beside)}
    _forget(beside)
    connections["default"] = other
    try:
        with closing(sqlite3.connect(beside, isolation_level=None)) as raw:
            taking = TakingSqlite(raw)
            yield taking
            taking.end()
            other.close()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        usual.close()
        _forget_log(path)
        os.replace(beside, path)
    finally:
        other.close()
        connections["default"] = usual
        _forget(beside)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    _forget_log(path)


def _forget_log(path: Path) -> None:
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


@contextmanager
def _one_transaction() -> Iterator[Taking]:
    with transaction.atomic():
        _drop_everything()
        taking = TakingPostgres(Postgres())
        yield taking
        taking.end()


def _drop_everything() -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {quoted(table)} CASCADE")
        cursor.execute(FUNCTIONS)
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")


def _go_on_counting(cursor: object, table: str) -> None:
    """New rows get numbers that nobody has."""
    name = quoted(table)
    cursor.execute(  # type: ignore[attr-defined]  # the cursor of either driver
        f"SELECT setval(s, (SELECT coalesce(max(id), 0) + 1 FROM {name}), false) "  # noqa: S608
        "FROM pg_get_serial_sequence(%s, 'id') s WHERE s IS NOT NULL",
        [name],
    )


def _last(executor: MigrationExecutor, header: Header) -> list[tuple[str, str]]:
    """Of the migrations that the database had, those after which no other of their app came."""
    nodes = executor.loader.graph.node_map
    had = {(app, name) for app, name in header.migrations} & set(nodes)

    def is_last(key: tuple[str, str]) -> bool:
        return not any(child.key in had and child.key[0] == key[0] for child in nodes[key].children)

    return sorted(filter(is_last, had))

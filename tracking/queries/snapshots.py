"""Every row of the database at one moment, on both engines, without what would let somebody in.

PostgreSQL is asked in one transaction that sees one moment (``REPEATABLE READ``), SQLite likewise; people go on.
``pg_dump`` is not used: it cannot leave out a column, it must be as new as the server, and SQLite has none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

from django.db import connection, transaction

from tracking.fields import cipher
from tracking.rules.backups import Row, Table

LEFT_OUT = {
    "account_emailconfirmation": "keys that confirm an address",
    "append_only_key": "opens the guard, and is empty",
    "django_migrations": "said in the header",
    "django_session": "whoever holds a session key is signed in",
    "knox_authtoken": "tokens of the API",
    "throughline_cache": "of the moment",
    "tracking_failedtries": "of the moment",
}
OUTBOX = "tracking_outboxmail"
AT_ONCE = 500  # rows


class Source(Protocol):
    """A database that stands still while it is read."""

    def names(self) -> list[str]: ...
    def columns(self, table: str) -> list[str]: ...
    def rows(self, table: str, columns: list[str]) -> Iterator[Row]: ...


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


class Sqlite:
    """By a connection of its own: Django's turns values into what Python has for them."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def names(self) -> list[str]:
        found = self.raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [name for (name,) in found if not name.startswith("sqlite_")]

    def columns(self, table: str) -> list[str]:
        return [column[1] for column in self.raw.execute(f"PRAGMA table_info({quoted(table)})")]

    def rows(self, table: str, columns: list[str]) -> Iterator[Row]:
        listed = ", ".join(map(quoted, columns))
        for row in self.raw.execute(f"SELECT {listed} FROM {quoted(table)} ORDER BY 1"):  # noqa: S608 (our own names)
            yield [{"hex": cell.hex()} if isinstance(cell, bytes) else cell for cell in row]


class Postgres:
    """All values as text, which is exact and which the server reads back as what it was."""

    def names(self) -> list[str]:
        return sorted(connection.introspection.table_names())

    def columns(self, table: str) -> list[str]:
        with connection.cursor() as cursor:
            described = connection.introspection.get_table_description(cursor, table)
        return [column.name for column in described]

    def rows(self, table: str, columns: list[str]) -> Iterator[Row]:
        listed = ", ".join(f"{quoted(name)}::text" for name in columns)
        order = quoted(columns[0])
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {listed} FROM {quoted(table)} ORDER BY {quoted(table)}.{order}")  # noqa: S608
            while rows := cursor.fetchmany(AT_ONCE):
                yield from map(list, rows)


@contextmanager
def standing_still() -> Iterator[Source]:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as raw:
            raw.execute("BEGIN")
            yield Sqlite(raw)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield Postgres()


def tables_of(source: Source) -> Iterator[Table]:
    """What a backup holds: all tables but those left out, by name."""
    for name in source.names():
        if name not in LEFT_OUT:
            columns = source.columns(name)
            rows = source.rows(name, columns)
            yield Table(name, columns, _unsent(rows, columns) if name == OUTBOX else rows)


def _unsent(rows: Iterator[Row], columns: list[str]) -> Iterator[Row]:
    """Mail that waits may hold a link that opens a sitting, and has been sent by the time a backup is put back: it is
    kept as withdrawn, without its body."""
    at: dict[str, Any] = {name: columns.index(name) for name in columns}
    empty = cipher().encrypt(b"").decode()
    for row in rows:
        if row[at["sent_at"]] is None and row[at["withdrawn_at"]] is None:
            row[at["withdrawn_at"]], row[at["body"]] = row[at["created_at"]], empty
        yield row

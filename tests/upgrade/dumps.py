"""A database as text, out of an engine and into it again. No client program is needed to read one."""

from __future__ import annotations

import lzma
import os
import sqlite3
from pathlib import Path

import psycopg
from django.db import connection

Rows = list[dict[str, object]]


def every_row() -> dict[str, Rows]:
    """What stands in each table of the database that is connected, in the order of the first column."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 (names of our own tables)
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def pack(file: Path, text: str) -> None:
    file.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def unpack(file: Path) -> str:
    return lzma.decompress(file.read_bytes()).decode()


def into_sqlite(file: Path, path: Path) -> str:
    """Makes a database file. Returns its name as Django takes it."""
    made = sqlite3.connect(path)
    try:
        made.executescript(unpack(file))
    finally:
        made.close()
    return str(path)


def into_postgresql(file: Path, name: str) -> str:
    """Makes a database on the server of ``DATABASE_URL``. Returns its name."""
    drop(name)
    on_server(f'CREATE DATABASE "{name}"')
    with psycopg.connect(os.environ["DATABASE_URL"], dbname=name, autocommit=True) as made:
        made.execute(unpack(file).encode())
    return name


def drop(name: str) -> None:
    on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def on_server(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(statement.encode())

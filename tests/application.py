"""The application's own role in the database of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from django.core.management import call_command
from django.db import connection


def make_role() -> str:
    """Roles are of the whole server, and each worker of the tests has a database: each has a role of its own."""
    name = f"{connection.settings_dict['NAME']}_app"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(f'CREATE ROLE "{name}" LOGIN')
    call_command("grant_application", name, stdout=StringIO())
    return name


@contextmanager
def as_application(role: str) -> Iterator[None]:
    """Inside, every statement is asked by that role. On SQLite there is none, and nothing changes."""
    if connection.vendor == "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{role}"')
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")

"""PostgreSQL keeps a log of its own: with what the compose file says to it, no row is in there."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.flows.image import COMPOSE
from tests.servers import postgres

pytestmark = pytest.mark.slow
MARKER = "Zebulon"
STATEMENTS = ("INSERT INTO note VALUES ('Zebulon')", "SELECT 'Zebulon'::integer")


def settings() -> dict[str, str]:
    words = COMPOSE["services"]["postgres"]["command"]
    assert words[:2] == ["postgres", "-c"]
    return dict(word.split("=") for word in words[1:] if word != "-c")


def fail(uri: str) -> str:
    """A row that breaks a constraint and a value that is none; returns what the server has written of both."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE note (text text CHECK (text = ''))")
        for statement in STATEMENTS:
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
        (folder,) = connection.execute("SHOW data_directory").fetchone()
    return Path(folder, "log").read_text()


def test_the_database_writes_no_row() -> None:
    with postgres() as uri:
        before = fail(uri)
        assert f"Failing row contains ({MARKER})" in before
        with psycopg.connect(uri, autocommit=True) as connection:
            for name, value in settings().items():
                connection.execute(f"ALTER SYSTEM SET {name} = {value}")
            connection.execute("SELECT pg_reload_conf()")
        after = fail(uri).removeprefix(before)
        assert MARKER not in after

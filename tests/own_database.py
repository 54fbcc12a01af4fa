"""A database of a test's own, on the engine of the run, for processes that the test starts and for what it destroys."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from cryptography.fernet import Fernet

from tests.deployment import OF_MAIL
from tests.upgrade import dumps

ROOT = Path(__file__).parents[1]
OURS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "BASE_URL", "SECURE_TLS"}
Environment = dict[str, str]


@contextmanager
def own_database(folder: Path) -> Iterator[Environment]:
    """Yields the environment under which a process finds an empty database, with keys of its own."""
    server = os.environ.get("DATABASE_URL", "")
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= OF_MAIL | {
        "THROUGHLINE_VAR": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "BASE_URL": "http://localhost",
        "SECURE_TLS": "false",
    }
    if not server:
        yield environment
        return
    name = f"own_{os.getpid()}_{secrets.token_hex(4)}"
    dumps.on_server(f'CREATE DATABASE "{name}"')
    try:
        yield environment | {"DATABASE_URL": urlunsplit(urlsplit(server)._replace(path=f"/{name}"))}
    finally:
        dumps.drop(name)


def run(environment: Environment, *arguments: str, ends: bool = True) -> subprocess.CompletedProcess[str]:
    """What a command of Python says. ``ends``: that it must do so with status 0."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert not ends or done.returncode == 0, done.stderr
    return done


def manage(environment: Environment, *arguments: str, ends: bool = True) -> subprocess.CompletedProcess[str]:
    return run(environment, "manage.py", *arguments, ends=ends)

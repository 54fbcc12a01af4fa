"""The whole suite on both engines: ``python -m tests.suite [pytest arguments]``.

Each engine has an awkward instant of its own, unless the arguments say ``--at NAME``: see ``tests/clock.py``.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from contextlib import ExitStack

from cryptography.fernet import Fernet

from tests.deployment import OF_MAIL
from tests.servers import postgres, redis, short_folder

PRODUCTION_LIKE = OF_MAIL | {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "BASE_URL": "http://localhost",
    "SECURE_TLS": "false",
}


def run(title: str, arguments: list[str], environment: dict[str, str]) -> int:
    print(f"\n=== {title}", flush=True)
    with short_folder("tlvar") as folder:
        # With a database given, nothing of a developer's own environment may choose another one.
        clean = {
            k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", *PRODUCTION_LIKE}
        }
        # A worker takes neighbours, so that what a module shares is built once; who is done takes over from another.
        # One more than there are cores, as there is always one that waits for a server or a browser.
        workers = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]
        command = [sys.executable, "-m", "pytest", *workers, *arguments]
        return subprocess.run(command, env=clean | {"THROUGHLINE_VAR": str(folder)} | environment).returncode


def both_engines(arguments: list[str]) -> dict[str, int]:
    """The exit code of the suite on each engine. Of two ``--at`` pytest takes the last."""
    measured = [] if arguments else ["-p", "tests.reached"]  # the floors are those of the whole suite
    here = ["--at", "leap-night", *measured, *arguments]
    codes = {"SQLite": run("embedded SQLite, file broker, browser", here, {})}
    with ExitStack() as stack:
        servers = {"DATABASE_URL": stack.enter_context(postgres()), "REDIS_URL": stack.enter_context(redis())}
        chosen = ["--at", "autumn-night", "--only-database", "-m", "not browser and not embedded", *arguments]
        codes["PostgreSQL"] = run("PostgreSQL, Redis", chosen, servers | PRODUCTION_LIKE)
    return codes


def main(arguments: list[str]) -> int:
    return int(any(both_engines(arguments).values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

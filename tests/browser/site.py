"""A site of the tests' own: its folder, its people, its web server and its worker, each a real process."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import free_port, short_folder, wait_for_port

WEB = ["-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
WORKER = ["-m", "celery", "--quiet", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "WARNING"]
FACTS = "facts.json"  # written last: what the seed tells of its people
NOT_OURS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "SECURE_TLS"}


@dataclass(frozen=True)
class Site:
    """Where it runs, and what the seed has said about its people."""

    url: str
    var: Path
    facts: dict[str, Any]

    def story(self, name: str) -> dict[str, Any]:
        return self.facts["stories"][name]

    def ask(self, sql: str, *values: object) -> tuple[Any, ...]:
        """One row out of the database, read beside the running site."""
        database = f"file:{self.var}/data/throughline.sqlite3?mode=ro"
        with closing(sqlite3.connect(database, uri=True, timeout=20)) as connection:
            return connection.execute(sql, values).fetchone()

    def forget_used_codes(self) -> None:
        """The code of an app is taken once in its half minute; nobody waits here for the next one."""
        with closing(sqlite3.connect(self.var / "data" / "throughline.sqlite3", timeout=20)) as connection:
            connection.execute("DELETE FROM throughline_cache WHERE cache_key LIKE '%totp.used%'")
            connection.commit()


def seeded(shared: Path) -> Path:
    """The folder of a site with its people, made by the first of the tests' workers that asks for it."""
    folder = shared / "seeded"
    folder.mkdir(exist_ok=True)
    with (shared / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        facts = folder / FACTS
        if not facts.exists():
            command = [sys.executable, "-m", "tests.browser.seed", str(facts)]
            subprocess.run(command, env=environment_of(folder, free_port()), check=True)
    return folder


@contextmanager
def running_site(people: Path) -> Iterator[Site]:
    """Starts a copy of the seeded site and, at the end, stops it."""
    port = free_port()
    with short_folder("tlbr") as var, ExitStack() as processes:
        shutil.copytree(people, var, dirs_exist_ok=True)
        for arguments in (WEB, WORKER):
            processes.enter_context(process(arguments, environment_of(var, port), var / "log"))
        wait_for_port(port, 30)
        yield Site(f"http://localhost:{port}", var, json.loads((var / FACTS).read_text()))


def environment_of(var: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "THROUGHLINE_VAR": str(var),
        "BASE_URL": f"http://localhost:{port}",
        "BIND": f"127.0.0.1:{port}",
        "PYTHONWARNINGS": "ignore",
    }


@contextmanager
def process(arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    """A process and its children, in a group of their own, which is killed at the end."""
    with log.open("ab") as out:
        started = subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdout=out, stderr=out, start_new_session=True
        )
        try:
            yield
        finally:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def wait_until(true: Callable[[], bool], seconds: float) -> float:
    """The seconds that it took. Raises ``TimeoutError``."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.02)
    return time.monotonic() - began

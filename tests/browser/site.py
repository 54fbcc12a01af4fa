"""A site of the tests' own: its folder, its people, its web server and its worker, each a real process."""

from __future__ import annotations

import json
import os
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
BEHIND = "SELECT (SELECT count(*) FROM tracking_episodemark WHERE done_rev < wanted_rev)"
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


@contextmanager
def running_site() -> Iterator[Site]:
    """Seeds, starts and, at the end, stops a site."""
    port = free_port()
    with short_folder("tlbr") as var, ExitStack() as processes:
        environment = environment_of(var, port)
        facts = seed(var, environment)
        for arguments in (WEB, WORKER):
            processes.enter_context(process(arguments, environment, var / "log"))
        wait_for_port(port, 30)
        site = Site(f"http://localhost:{port}", var, facts)
        subprocess.run(
            [sys.executable, "-c", "from config.celery import app; app.send_task('reports.sweep')"],
            env=environment,
            check=True,
        )
        wait_until(lambda: site.ask(BEHIND) == (0,), 60)
        yield site


def environment_of(var: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "THROUGHLINE_VAR": str(var),
        "BASE_URL": f"http://localhost:{port}",
        "BIND": f"127.0.0.1:{port}",
        "PYTHONWARNINGS": "ignore",
    }


def seed(var: Path, environment: dict[str, str]) -> dict[str, Any]:
    target = var / "facts.json"
    subprocess.run([sys.executable, "-m", "tests.browser.seed", str(target)], env=environment, check=True)
    return json.loads(target.read_text())


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

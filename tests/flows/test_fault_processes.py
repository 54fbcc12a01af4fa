"""The real processes: what gunicorn, a worker and a command write when the database fails with somebody's row in hand.

A trigger of SQLite says what PostgreSQL says of a row that breaks a constraint.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from sqlite3 import connect

import pytest

from tests.browser.site import WEB, WORKER, environment_of, process, wait_until
from tests.flows.faults import ADDRESS, BODY, HEADERS, MARKER
from tests.servers import free_port, short_folder, wait_for_port

pytestmark = [pytest.mark.slow, pytest.mark.embedded]
PREPARE = [["migrate"], ["createcachetable"], ["collectstatic", "--noinput"]]
FAIL = """
CREATE TRIGGER failing_{table} BEFORE {what} ON {table}
BEGIN SELECT RAISE(ABORT, 'DETAIL: Failing row contains ({marker})'); END
"""
FAILING = {"tracking_failedtries": "INSERT", "django_session": "DELETE", "tracking_site": "INSERT"}
AN_OLD_SESSION = "INSERT INTO django_session VALUES (?, ?, '2020-01-01')"
SEND = """
import django; django.setup()
from celery import current_app as app
app.send_task("reports.housekeeping")
app.send_task("tracking.send_outbox", args=["{marker}"], kwargs={{"name": "{marker}"}})
app.send_task("reports.recompute_episode", args=["{marker}"])
app.send_task("{marker}.task", args=["{marker}"])
"""


@pytest.fixture(scope="module")
def clinic() -> Iterator[Path]:
    with short_folder("tlfault") as folder:
        for command in PREPARE:
            manage(folder, *command, "--verbosity", "0").check_returncode()
        with closing(connect(folder / "data" / "throughline.sqlite3")) as database:
            for table, what in FAILING.items():
                database.execute(FAIL.format(table=table, what=what, marker=MARKER))
            database.execute(AN_OLD_SESSION, (MARKER, MARKER))
            database.commit()
        yield folder


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment_of(folder, 1),
        capture_output=True,
        text=True,
    )


def test_gunicorn(clinic: Path) -> None:
    """With its access log asked for, too. A guess at a patient's link is counted in the table that fails."""
    port, log = free_port(), clinic / "web.log"
    asked = [*WEB, "--access-logfile", "-", "--log-level", "debug"]
    with process(asked, environment_of(clinic, port), log):
        wait_for_port(port, 60)
        for path in (f"/s/{MARKER}/", f"/account/login/{ADDRESS}", f"/api/v1/patients/{ADDRESS}"):
            body = urllib.parse.urlencode(BODY).encode()
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, HEADERS)
            with suppress(urllib.error.HTTPError):
                urllib.request.urlopen(request, timeout=30)  # noqa: S310 (a server of ours)
        told = tell(port, f"GET /{MARKER} HTTP/9.9\r\nHost: {MARKER}\r\n\r\n")
        assert told.startswith("HTTP/1.1 400")
        wait_until(lambda: "status=500" in log.read_text(), 10)
    said = log.read_text()
    assert MARKER not in said
    assert "SQLITE_CONSTRAINT_TRIGGER" in said and " fault=" in said
    assert "gunicorn.access status=500 microseconds=" in said


def tell(port: int, text: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(text.encode())
        return line.recv(1000).decode()


def test_a_worker(clinic: Path) -> None:
    log = clinic / "worker.log"
    environment = environment_of(clinic, 1)
    subprocess.run([sys.executable, "-c", SEND.format(marker=MARKER)], env=environment, check=True)
    with process(WORKER, environment, log):
        wait_until(lambda: log.read_text().count(" celery.app.trace ") >= 3, 60)
        wait_until(lambda: "celery.worker.consumer" in log.read_text(), 60)
    said = log.read_text()
    assert MARKER not in said
    assert "task=reports.housekeeping" in said and "SQLITE_CONSTRAINT_TRIGGER" in said
    assert "task=reports.recompute_episode" in said and "fault: ValueError" in said


def test_a_command(clinic: Path) -> None:
    site = ["add_site", "east", MARKER, "--timezone", "Europe/Berlin", "--crisis", f"{MARKER}, 112"]
    ended = manage(clinic, *site, "--administrator", f"{MARKER}@example.org", "--administrator-name", MARKER)
    assert ended.returncode == 1
    assert MARKER not in ended.stderr + ended.stdout
    assert "SQLITE_CONSTRAINT_TRIGGER" in ended.stderr
    assert "tracking/management/commands/add_site.py:" in ended.stderr

"""``make demo`` as a newcomer meets it: it says where to look, what it says works, Ctrl-C ends everything."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import free_port, short_folder

pytestmark = [pytest.mark.slow, pytest.mark.embedded]

READY = "Stop with Ctrl-C."
FIRST_START = 240  # seconds, with other tests on both cores
LOGIN = re.compile(r"^  (\S+@\S+) +\S", re.MULTILINE)


@dataclass
class Demo:
    """A demonstration that runs, and what it has said."""

    process: subprocess.Popen[bytes]
    url: str
    said: str
    seconds: float
    left: list[str] | None = None  # processes that were alive when it had ended

    @property
    def password(self) -> str:
        return re.search(r"with the password +(\S+)", self.said).group(1)

    @property
    def link(self) -> str:
        return re.search(rf"{re.escape(self.url)}/s/\S+", self.said).group()


class Visitor:
    """Somebody with a browser's cookies."""

    def __init__(self) -> None:
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def get(self, url: str, data: dict[str, str] | None = None) -> tuple[str, str]:
        """The address where it ended, and the page."""
        body = urllib.parse.urlencode(data).encode() if data else None
        with self.opener.open(url, body, timeout=60) as response:
            return response.url, response.read().decode()

    def sign_in(self, demo: Demo, email: str) -> tuple[str, str]:
        door = f"{demo.url}/account/login/"
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(door)[1]).group(1)
        form = {"csrfmiddlewaretoken": token, "login": email, "password": demo.password}
        return self.get(door, form)


@contextmanager
def demonstration(var: Path, port: int) -> Iterator[Demo]:
    """Starts it with the command of ``make demo`` and waits until it says that it is ready."""
    environment = os.environ | {"THROUGHLINE_VAR": str(var), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    log = var / "said"
    began = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.demo"],
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        while (
            READY not in log.read_text() and process.poll() is None and time.monotonic() - began < FIRST_START
        ):
            time.sleep(0.1)
        said = log.read_text()
        assert READY in said, said
        demo = Demo(process, f"http://localhost:{port}", said, time.monotonic() - began)
        yield demo
        process.send_signal(signal.SIGINT)
        process.wait(30)
        demo.left = running(var)
    finally:
        end(var)
        process.wait(10)


def running(var: Path) -> list[str]:
    """The processes of this folder that are alive, by what the system says of their environment."""
    mine = f"THROUGHLINE_VAR={var}\0".encode()
    return [
        process.name
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and mine in environment_of(process)
    ]


def started(var: Path, word: str) -> set[int]:
    """The processes that the supervisor has started and whose command holds the word."""
    mine = {int(number) for number in running(var)}
    return {
        number
        for number in mine
        if word.encode() in Path(f"/proc/{number}/cmdline").read_bytes()
        and os.getsid(number) == number  # their children have a session of somebody else's
    }


def others_have_come(var: Path, killed: set[int]) -> None:
    """Waits for as many workers as were killed."""
    end = time.monotonic() + 60
    while len(came := started(var, "worker") - killed) < len(killed):
        assert time.monotonic() < end, came
        time.sleep(0.2)


def end(var: Path) -> None:
    """A test that fails leaves nothing running either."""
    for number in running(var):
        os.kill(int(number), signal.SIGKILL)


def environment_of(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:  # it has ended meanwhile, or is somebody else's
        return b""


def test_the_demo_from_first_start_to_ctrl_c(record_property: Callable[..., None]) -> None:
    port = free_port()
    with short_folder("tldm") as var:
        with demonstration(var, port) as first:
            record_property("first_start_seconds", round(first.seconds, 1))
            emails = LOGIN.findall(first.said)
            assert len(emails) == 8
            assert len(running(var)) > 5  # this one, web, three workers, beat
            address, page = Visitor().sign_in(first, "clinician@demo.example")
            assert address.endswith("/today/")
            assert "Simulated people" in page
            landing = Visitor().get(first.link)[1]
            assert "Some questions are waiting for you" in landing
        assert (first.process.returncode, first.left) == (0, [])

        with demonstration(var, port) as second:
            record_property("second_start_seconds", round(second.seconds, 1))
            print(f"first start {first.seconds:.1f} s, second {second.seconds:.1f} s")
            assert second.password == first.password  # the people are those of the first start
            assert second.link != first.link  # a link is shown once
            landing = Visitor().get(first.link)[1]
            assert "Some questions are waiting for you" in landing  # and goes on working
            web, workers = started(var, "gunicorn"), started(var, "worker")
            for number in workers:
                os.kill(number, signal.SIGKILL)
            for email in emails:
                assert "Sign out" in Visitor().sign_in(second, email)[1], email
            others_have_come(var, workers)
            assert started(var, "gunicorn") == web
        assert (second.process.returncode, second.left) == (0, [])


def test_a_taken_port_is_said() -> None:
    with short_folder("tldm") as var, taken_port() as port:
        environment = os.environ | {"THROUGHLINE_VAR": str(var), "PORT": str(port)}
        ended = subprocess.run(
            [sys.executable, "-m", "config.demo"], env=environment, capture_output=True, text=True, timeout=60
        )
    assert ended.returncode == 1
    assert f"Port {port} is taken" in ended.stderr


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]

"""Real processes are killed: each comes back after a pause that grows, and the others do not notice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from config import supervisor
from config.supervisor import LONGEST_PAUSE, STEADY, Supervisor, pause_after

FOR_EVER = "import time; time.sleep(600)"
AT_ONCE = "raise SystemExit(3)"
WITH_A_CHILD = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).wait()"
)
RUN = """
import os, sys
from config.supervisor import Supervisor
Supervisor({"web": [sys.executable, "-c", "import time; time.sleep(600)"]}, os.environ).run()
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def until(true: Callable[[], object], look: Callable[[], None] = lambda: None, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        look()
        time.sleep(0.02)


def lives(number: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{number}/status").read_text()
    return False


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Supervisor]]:
    """Makes a supervisor with short pauses; all that it keeps has ended afterwards."""
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.1)
    made: list[Supervisor] = []

    def keep(**commands: list[str]) -> Supervisor:
        made.append(Supervisor(commands, os.environ))
        made[-1].tend()
        return made[-1]

    yield keep
    for each in made:
        each.stop()


def test_the_pause_doubles_up_to_a_minute_and_begins_anew_after_a_steady_minute() -> None:
    pauses, pause = [], 0.0
    for _ in range(9):
        pause = pause_after(pause, lived=2)
        pauses.append(pause)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert pause_after(LONGEST_PAUSE, lived=STEADY) == 1


def test_the_web_lives_on_while_the_worker_dies_again_and_again(
    keeping: Callable[..., Supervisor], capfd: pytest.CaptureFixture[str]
) -> None:
    kept = keeping(web=python(FOR_EVER), worker=python(AT_ONCE))
    web, worker = kept.kept
    first = web.process
    until(lambda: worker.pause >= 0.4, kept.tend)
    assert web.process is first and first.poll() is None
    assert "The worker process has ended (3); it starts again in 0.2 s." in capfd.readouterr().err


@pytest.mark.parametrize("killed", ["web", "worker"])
def test_what_is_killed_comes_back_and_the_other_stays(
    keeping: Callable[..., Supervisor], killed: str
) -> None:
    kept = keeping(web=python(FOR_EVER), worker=python(FOR_EVER))
    (one,) = (each for each in kept.kept if each.name == killed)
    (other,) = (each for each in kept.kept if each.name != killed)
    before, stays = one.process, other.process
    os.kill(before.pid, signal.SIGKILL)
    until(lambda: one.process not in (before, None), kept.tend)
    assert one.process.poll() is None and other.process is stays and stays.poll() is None


def test_children_of_what_was_killed_end_with_it(keeping: Callable[..., Supervisor]) -> None:
    kept = keeping(web=python(WITH_A_CHILD))
    process = kept.kept[0].process
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until(lambda: children.read_text().split())
    (child,) = map(int, children.read_text().split())
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not lives(child), kept.tend)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_it_is_told_and_leaves_nothing(number: int) -> None:
    with subprocess.Popen(python(RUN), stderr=subprocess.PIPE, text=True) as running:
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        until(lambda: children.read_text().split())
        (child,) = map(int, children.read_text().split())
        running.send_signal(number)
        assert running.wait(20) == 0
        assert "Stopping" in running.stderr.read()
    assert not lives(child)


def test_told_to_end_while_a_process_begins_it_ends_that_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = subprocess.Popen

    def told_meanwhile(*arguments: Any, **named: Any) -> subprocess.Popen[bytes]:
        process = begin(*arguments, **named)
        signal.raise_signal(signal.SIGTERM)
        return process

    monkeypatch.setattr(supervisor.subprocess, "Popen", told_meanwhile)
    keeping = Supervisor({"web": python(FOR_EVER)}, os.environ)
    keeping.run()
    process = keeping.kept[0].process
    assert process is not None
    assert not lives(process.pid)

"""Several processes side by side: whichever ends is started again, after a pause that grows, and none ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds; between them each pause is twice the one before
STEADY = 60.0  # seconds after which a process that ends is taken for one that ran
PATIENCE = 8.0  # seconds to stop by itself; what is killed loses nothing, as the marks say what is left to do
LOOK = 0.2
ENDING = (signal.SIGINT, signal.SIGTERM)


def pause_after(before: float, lived: float) -> float:
    """How long to wait before the next start of what lived so long and was waited for as long as ``before``."""
    return FIRST_PAUSE if lived >= STEADY else min(max(FIRST_PAUSE, 2 * before), LONGEST_PAUSE)


@dataclass
class Kept:
    """A process that is to run, and the one that does."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = 0.0
    due: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches the supervisor alone."""
        self.began = time.monotonic()
        with unbroken():  # told to end in between, it would leave a process that nobody knows
            self.process = subprocess.Popen(self.command, env=self.environment, start_new_session=True)

    def tend(self, say: Callable[[str], None]) -> None:
        """Starts what is due; of what has ended, says so and when it is due."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.process.poll()
        if status is not None:
            self.end_rest()
            self.pause = pause_after(self.pause, now - self.began)
            self.due, self.process = now + self.pause, None
            say(f"The {self.name} process has ended ({status}); it starts again in {self.pause:g} s.")

    def end_rest(self) -> None:
        """What it had started itself: children of a web process that was killed would keep its port."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self, until: float) -> None:
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, until - time.monotonic()))
        self.end_rest()
        self.process.wait()


class Supervisor:
    """Keeps processes, in the order of their names here: a process starts before the next."""

    def __init__(self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> None:
        self.kept = [Kept(name, command, environment) for name, command in commands.items()]

    def tend(self) -> None:
        for each in self.kept:
            each.tend(say)

    def run(self, also: Callable[[], None] = lambda: None) -> None:
        """Until SIGINT or SIGTERM; ``also`` is done at each look. All have ended when it returns."""
        with interruptible():
            try:
                while True:
                    self.tend()
                    also()
                    time.sleep(LOOK)
            finally:
                self.stop()

    def stop(self) -> None:
        for each in self.kept:
            if each.process is not None:
                each.process.terminate()
        until = time.monotonic() + PATIENCE
        for each in self.kept:
            each.stop(until)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGINT and SIGTERM end what is inside, and say so. A shell's background jobs ignore SIGINT unless told."""
    before = {number: signal.signal(number, _interrupt) for number in ENDING}
    try:
        yield
    except KeyboardInterrupt:
        say("\nStopping …")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def unbroken() -> Iterator[None]:
    """SIGINT and SIGTERM wait until what is inside is done."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda n, _frame: came.append(n)) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for stopping in ENDING:
        signal.signal(stopping, signal.SIG_IGN)  # a second one must not leave half of them running
    raise KeyboardInterrupt

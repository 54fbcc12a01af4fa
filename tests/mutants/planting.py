"""Plants one fault after the other in copies of the tree and runs tests on them, on either engine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.util import cache_from_source
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import IO

import psycopg

from tests.mutants.reach import Choice, Reach
from tests.mutants.sample import ROOT
from tests.mutants.source import Mutant
from tests.servers import postgres, redis, short_folder
from tests.suite import PRODUCTION_LIKE

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis")
OF_A_DEVELOPER = {"DATABASE_URL", "REDIS_URL", "THROUGHLINE_VAR", "PYTHONDONTWRITEBYTECODE", *PRODUCTION_LIKE}
ENGINES = {"sqlite": [], "postgres": ["--only-database", "-m", "not browser and not embedded"]}
AT_ONCE = 2
PATIENCE = 300.0  # seconds without the end of a test, on top of five times what the longest of them took
NO_END = "no end of a test in time"
NOTHING_RAN = 5  # what pytest says when it found no test

Environment = dict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one fault. ``by``: the test that noticed it first, or how else it showed; ``again``:
    whether it showed a second time, for a test that fails now and then would notice anything."""

    mutant: Mutant
    by: str | None
    again: bool
    seconds: float


@contextmanager
def engine(name: str) -> Iterator[Environment]:
    """The environment of the tests on an engine, with a migrated database to copy from."""
    clean = {key: value for key, value in os.environ.items() if key not in OF_A_DEVELOPER}
    with ExitStack() as stack:
        folder = stack.enter_context(short_folder("tlmig"))
        if name == "postgres":
            url = stack.enter_context(postgres())
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE migrated")
            servers = {"DATABASE_URL": url, "REDIS_URL": stack.enter_context(redis())}
            clean |= PRODUCTION_LIKE | servers | {"THROUGHLINE_TEMPLATE": "migrated"}
            _migrate(clean | {"DATABASE_URL": url.replace("/postgres?", "/migrated?")}, folder)
        else:
            template = folder / "data" / "throughline.sqlite3"
            clean |= {"THROUGHLINE_TEMPLATE": str(template)}
            _migrate(clean, folder)
            with closing(sqlite3.connect(template)) as database:
                database.execute("PRAGMA journal_mode = DELETE")  # a copy in memory knows no write-ahead log
        yield clean


def _migrate(environment: Environment, folder: Path) -> None:
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, cwd=ROOT, env=environment | {"THROUGHLINE_VAR": str(folder)}, check=True)


class Copy:
    """A tree that nobody else works in. It holds one fault at a time, or none."""

    def __init__(self, folder: Path, environment: Environment, arguments: list[str]) -> None:
        self.folder = folder
        self.tree = folder / "tree"
        self.environment = environment | {"THROUGHLINE_PLANTED": str(folder)}
        self.arguments = arguments
        self.given_up = Event()
        shutil.copytree(ROOT, self.tree, ignore=NOT_COPIED)

    @contextmanager
    def holding(self, mutant: Mutant) -> Iterator[None]:
        path = self.tree / mutant.path
        sound = path.read_bytes()
        try:
            self._write(path, mutant.planted_in(sound))
            yield
        finally:
            self._write(path, sound)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        """A compiled file is told apart by size and second alone, which two faults may share."""
        Path(cache_from_source(str(path))).unlink(missing_ok=True)
        path.write_bytes(content)

    def failures(self, choice: Choice, *more: str) -> list[str]:
        """The tests of a choice that fail, or what else went wrong."""
        (self.folder / "choice.json").write_text(json.dumps(asdict(choice)))
        failed = self.folder / "failed"
        failed.unlink(missing_ok=True)
        quiet = ["-q", "-n0", "-p", "no:cacheprovider", "-p", "tests.mutants.chosen"]
        command = [sys.executable, "-m", "pytest", *quiet, *self.arguments, *more, *choice.files]
        code = self._run(command, PATIENCE + 5 * choice.longest)
        if code is None:
            return [NO_END]
        named = failed.read_text().splitlines() if failed.exists() else []
        return named or ([f"pytest ends with {code}"] if code not in (0, NOTHING_RAN) else [])

    def _run(self, command: list[str], patience: float) -> int | None:
        """The exit code, or nothing when no test has ended for so long; what was started is stopped then.

        The time since the last test tells a loop without end from a machine with much else to do."""
        alive = self.folder / "alive"
        alive.touch()
        ended, since = alive.stat().st_mtime, time.monotonic()
        with (self.folder / "output").open("wb") as output, self._started(command, output) as process:
            while not self.given_up.is_set() and time.monotonic() - since < patience:
                with suppress(subprocess.TimeoutExpired):
                    return process.wait(min(patience, 1))
                if alive.stat().st_mtime != ended:
                    ended, since = alive.stat().st_mtime, time.monotonic()
        return None

    @contextmanager
    def _started(self, command: list[str], output: IO[bytes]) -> Iterator[subprocess.Popen]:
        process = subprocess.Popen(
            command,
            cwd=self.tree,
            env=self.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def outcome(self, mutant: Mutant, choices: list[Choice]) -> Outcome:
        """Whether any of the tests notices the fault."""
        start = time.monotonic()
        with self.holding(mutant):
            by = next((found[0] for choice in choices if (found := self.failures(choice, "-x"))), None)
            again = by is not None and (not is_test(by) or bool(self.failures(only(by, choices))))
        return Outcome(mutant, by, again, time.monotonic() - start)


def is_test(by: str) -> bool:
    """Whether a test has noticed, or a test file that could not be read, and not the run as a whole."""
    return ".py" in by


def only(test: str, choices: list[Choice]) -> Choice:
    return Choice([test], max(choice.longest for choice in choices))


def plant(
    mutants: list[Mutant], reach: Reach, engine_name: str, told: Callable[[Outcome], None]
) -> tuple[list[Outcome], set[str]]:
    """The outcome of each fault, and those of the noticing tests that fail without any fault as well."""
    with engine(engine_name) as environment, short_folder("tlmut") as folder:
        free: SimpleQueue[Copy] = SimpleQueue()
        copies = [Copy(folder / str(number), environment, ENGINES[engine_name]) for number in range(AT_ONCE)]
        for copy in copies:
            free.put(copy)

        def one(mutant: Mutant) -> Outcome:
            copy = free.get()
            try:
                outcome = copy.outcome(mutant, choices[mutant.id])
            finally:
                free.put(copy)
            if not copy.given_up.is_set():
                told(outcome)
            return outcome

        choices = {mutant.id: reach.choices(mutant) for mutant in mutants}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                outcomes = list(pool.map(one, mutants))
            except BaseException:  # an interrupt too: what was started would go on for minutes
                for copy in copies:
                    copy.given_up.set()
                raise
        noticing = sorted({outcome.by for outcome in outcomes if outcome.by and is_test(outcome.by)})
        longest = max(choice.longest for found in choices.values() for choice in found)
        doubtful = free.get().failures(Choice(noticing, longest)) if noticing else []
    return outcomes, set(doubtful)

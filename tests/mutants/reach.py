"""Which tests reach a line. The map is made once by ``python -m tests.mutants map`` and kept in ``var``."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from coverage import CoverageData

from tests.mutants.sample import PRODUCT, ROOT
from tests.mutants.source import Mutant

FOLDER = ROOT / "var" / "reach"
RULES = "tests/architecture/"
CONTEXT = re.compile(r"(?P<test>.+?)(?:\|| \()(?P<phase>setup|run|call|teardown)\)?")
SECONDS_OF_A_NEW_TEST = 1.0


def digests() -> dict[str, str]:
    """What every file of the product and the tests contains, in short."""
    found = [path for folder in (*PRODUCT, "tests") for path in (ROOT / folder).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): sha256(path.read_bytes()).hexdigest() for path in found}


def file_of(test: str) -> str:
    return test.split("::")[0]


def mirrored(path: str) -> set[str]:
    """The test files in the folder that mirrors the folder of a file, or the nearest one above it."""
    folder = Path("tests", path).parent
    while not (ROOT / folder).is_dir():
        folder = folder.parent
    return {(folder / found.name).as_posix() for found in (ROOT / folder).glob("test_*.py")}


@dataclass(frozen=True)
class Choice:
    """Tests and whole test files, the likeliest and quickest first, and how long the longest of them took."""

    run: list[str]
    longest: float
    done: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(file_of(test) for test in self.run))


class Reach:
    """The map, as it was made. Test files that have changed since are run whole."""

    def __init__(self, folder: Path = FOLDER) -> None:
        if not (folder / "tests.json").exists():
            raise SystemExit("there is no map yet: python -m tests.mutants map")
        self._lines = CoverageData(str(folder / "lines"))
        self._lines.read()
        known = json.loads((folder / "tests.json").read_text())
        self._seconds: dict[str, float] = known["seconds"]
        now = digests()
        self._changed = {path for path in now if now[path] != known["digests"].get(path)}

    def choices(self, mutant: Mutant) -> list[Choice]:
        """The tests that reach the fault; then, before it is said that nobody notices, all that may."""
        changed = {path for path in self._changed if Path(path).name.startswith("test_")}
        module = self._tests(mutant.path, range(1 + max(self._lines.lines(mutant.path) or [0])))
        likely = self._tests(mutant.path, mutant.reached_by) if mutant.path not in self._changed else set()
        if likely:
            likely |= changed & {*map(file_of, module), *mirrored(mutant.path)}
        first = self._choice(likely, changed, mutant)
        # What one test has computed may be kept for others, which then reach none of its lines.
        last = self._choice(
            module | mirrored(mutant.path) | changed | self._readers, changed, mutant, first.run
        )
        return [choice for choice in (first, last) if choice.run]

    def _tests(self, path: str, lines: range) -> set[str]:
        reached = self._lines.contexts_by_lineno(path)
        found: set[str] = set()
        for context in {context for line in lines for context in reached.get(line, ())}:
            if known := CONTEXT.fullmatch(context):
                found |= self._served(known["test"]) if known["phase"] == "setup" else {known["test"]}
        return found

    def _served(self, test: str) -> set[str]:
        """What a fixture has run for the first of its tests may serve the others: all of the file, or of the
        folder where that has fixtures of its own."""
        file = Path(file_of(test))
        if (ROOT / file.parent / "conftest.py").exists() and file.parent != Path("tests"):
            return {path.relative_to(ROOT).as_posix() for path in (ROOT / file.parent).glob("test_*.py")}
        return {file.as_posix()}

    @cached_property
    def _readers(self) -> set[str]:
        """The rules of the house that read the source and reach no line of it."""
        reaching = {
            file_of(known["test"])
            for known in map(CONTEXT.fullmatch, self._lines.measured_contexts())
            if known
        }
        return {file for file in self._by_file if file.startswith(RULES)} - reaching

    def _choice(self, tests: set[str], changed: set[str], mutant: Mutant, done: Iterable[str] = ()) -> Choice:
        """Those tests that are still there, the files that are quickest done first. Where the file of a test has
        changed or is run whole, that is enough."""
        whole = {test for test in tests if "::" not in test} | {file_of(test) for test in tests} & changed
        tests = whole | {test for test in tests if file_of(test) not in whole}
        tests = {test for test in tests if (ROOT / file_of(test)).exists()}
        tests -= set(done)
        near, own = mirrored(mutant.path), f"test_{Path(mutant.path).stem}.py"
        costs = Counter[str]()
        for test in tests:
            costs[file_of(test)] += sum(self._costs(test))

        def rank(test: str) -> tuple[bool, bool, float, str]:
            file = file_of(test)
            return Path(file).name != own, file not in near, costs[file], test

        longest = max((cost for test in tests for cost in self._costs(test)), default=0)
        return Choice(sorted(tests, key=rank), longest, sorted(done))

    def _costs(self, test: str) -> list[float]:
        """Seconds of a test, or of each in a file; those of a new one are not known."""
        return self._by_file.get(test) or [self._seconds.get(test, SECONDS_OF_A_NEW_TEST)]

    @cached_property
    def _by_file(self) -> dict[str, list[float]]:
        found = defaultdict(list)
        for test, seconds in self._seconds.items():
            found[file_of(test)].append(seconds)
        return found

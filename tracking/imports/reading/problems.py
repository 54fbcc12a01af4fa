"""What is wrong with a file, by line and column. Messages never repeat what a cell holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``line`` is the line of the file as an editor counts it; 0 speaks of the whole file."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}, " if self.line else ""
        column = f"column {self.column}: " if self.column else ""
        return f"{place}{column}{self.reason}"


class FileRefused(Exception):
    """Nothing of the file was stored. ``problems`` holds the first ones in order, ``count`` says how many there are."""

    def __init__(self, problems: Iterable[Problem], count: int) -> None:
        self.problems, self.count = tuple(problems), count
        super().__init__("; ".join(str(problem) for problem in self.problems))


class Problems:
    """Collects faults, so that one run names them all. Keeps the first ``MOST_LISTED``, counts the others.

    One cell may be read for several forms of its row: the same fault of the same line counts once.
    """

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.count = 0
        self._line: set[Problem] = set()

    def add(self, line: int, column: str, reason: str) -> None:
        problem = Problem(line, column, reason)
        if problem in self._line:
            return
        self._line = {problem, *(other for other in self._line if other.line == line)}
        self.count += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(problem)

    def refuse(self, line: int, column: str, reason: str) -> FileRefused:
        """The error of a fault after which reading on makes no sense."""
        self.add(line, column, reason)
        return self.error()

    def error(self) -> FileRefused:
        return FileRefused(sorted(self.listed, key=lambda problem: problem.line), self.count)

    def raise_any(self) -> None:
        """Raise ``FileRefused`` when there is at least one."""
        if self.count:
            raise self.error()

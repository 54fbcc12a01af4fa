"""Where the product refuses something: what is raised, and what is noted of a form or a file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOTES = {"refuse", "add_error"}  # by name; besides what is added to a list of problems
CANNOT_HAPPEN = "AssertionError"


@dataclass(frozen=True, order=True, slots=True)
class Refusal:
    """A statement by its lines. ``file`` is a path below the root."""

    file: str
    first: int
    last: int
    text: str

    @property
    def lines(self) -> set[int]:
        return {*range(self.first, self.last + 1)}

    def __str__(self) -> str:
        return f"{self.file}:{self.first} {self.text}"


def refusals(root: Path, packages: tuple[str, ...]) -> Iterator[Refusal]:
    """All of the packages, migrations aside. What says that something cannot happen is none."""
    for path in sorted(found for package in packages for found in (root / package).rglob("*.py")):
        if "migrations" not in path.parts:
            yield from sorted(_in_file(path, path.relative_to(root).as_posix()))


def _in_file(path: Path, name: str) -> Iterator[Refusal]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.stmt) and is_refusal(node):
            text = " ".join(ast.unparse(node).split())
            yield Refusal(name, node.lineno, node.end_lineno or node.lineno, text)


def is_refusal(statement: ast.stmt) -> bool:
    match statement:
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name))):
            return name != CANNOT_HAPPEN
        case ast.Raise():
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="add" | "append") as method)):
            return "problems" in ast.unparse(method.value)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))):
            return name in NOTES
    return False

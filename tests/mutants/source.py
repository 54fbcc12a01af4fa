"""A Python file, the places in it that mean something when it runs, and one fault planted at a place."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

WORDING = {"verbose_name", "verbose_name_plural", "help_text", "label", "description", "summary"}
SHAPE_OF_A_COLUMN = {"max_length", "max_digits", "decimal_places"}  # the migrations say the same again
SHAPE_OF_A_CLASS = {"__all__", "__slots__", "__match_args__"}
TEXTS = {"__str__", "__repr__"}
LOGS = {"log", "logger", "logging", "warnings"}
CONVENIENCES = {  # without them nothing works at all, or only more slowly
    *("dataclass", "property", "cached_property", "classmethod", "staticmethod", "contextmanager"),
    *("cache", "lru_cache", "wraps", "extend_schema", "extend_schema_field", "overload"),
}
CANNOT_HAPPEN = "AssertionError"  # and ``strict`` of ``zip``: they watch over what no input can bring about
NOT_FOR_THE_RUN = {"annotation", "returns"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: the bytes from ``start`` to ``end`` of a file are replaced by ``new``, all others kept."""

    path: str
    line: int
    column: int
    kind: str
    start: int
    end: int
    old: str
    new: str
    reached_by: range  # whoever runs one of these lines meets the fault; empty: whoever imports the file

    @property
    def id(self) -> str:
        return f"{self.path}:{self.line}:{self.column}:{self.kind}"

    def planted_in(self, content: bytes) -> bytes:
        return content[: self.start] + self.new.encode() + content[self.end :]


@dataclass(frozen=True, slots=True)
class Place:
    """A node, the lines that reach it, the function that it is in, and whether it decorates one."""

    node: ast.AST
    reached_by: range
    function: Function | None = None
    decorates: bool = False
    refusing: bool = False  # in a ``raise``: what is said there is wording


class Source:
    """One file as bytes and as a tree. The positions of the tree count in bytes of UTF-8, as these do."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path = path
        self.content = content
        self.tree = ast.parse(content)

    @classmethod
    def read(cls, root: Path, path: str) -> Source:
        return cls(path, (root / path).read_bytes())

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *accumulate(len(line) for line in self.content.split(b"\n") for line in [line + b"\n"])]

    def start(self, node: ast.AST) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        return self._lines[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.AST) -> str:
        return self.content[self.start(node) : self.end(node)].decode()

    def mutant(self, place: Place, kind: str, start: int, end: int, new: str) -> Mutant:
        line = bisect_right(self._lines, start)
        column = start - self._lines[line - 1]
        old = self.content[start:end].decode()
        return Mutant(self.path, line, column, kind, start, end, old, new, place.reached_by)

    def replaced(self, place: Place, kind: str, new: str, node: ast.AST | None = None) -> Mutant:
        """The whole of a node gives way."""
        node = node or place.node
        return self.mutant(place, kind, self.start(node), self.end(node), new)

    def undecorated(self, place: Place, kind: str) -> Mutant:
        """The decorator leaves an empty line behind."""
        start = self.content.rindex(b"@", 0, self.start(place.node))
        return self.mutant(place, kind, start, self.end(place.node), "")

    def places(self) -> Iterator[Place]:
        yield from _below(Place(self.tree, range(0)))


def _below(place: Place) -> Iterator[Place]:
    for field, value in ast.iter_fields(place.node):
        if field in NOT_FOR_THE_RUN:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_out(child, place.node):
                here = _place(child, place, field)
                yield here
                yield from _below(here)


def _place(node: ast.AST, parent: Place, field: str) -> Place:
    if field == "decorator_list":
        return Place(node, body_lines(parent.node), decorates=True)
    function = parent.function
    if isinstance(
        parent.node, Function
    ):  # its defaults are computed at the import, its body when it is called
        function = parent.node if field == "body" else None
    reached_by = parent.reached_by if function else range(0)
    if function and isinstance(node, ast.stmt):
        reached_by = header_lines(node)
    return Place(node, reached_by, function, refusing=parent.refusing or isinstance(node, ast.Raise))


def header_lines(statement: ast.stmt) -> range:
    """The lines of a statement without those of the block below it."""
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    if not body:
        return range(statement.lineno, statement.end_lineno + 1)
    first = getattr(body[0], "lineno", None) or body[0].pattern.lineno
    return range(statement.lineno, max(first, statement.lineno + 1))


def body_lines(definition: ast.AST) -> range:
    """The lines of a function that run when it is called; none of a class."""
    if not isinstance(definition, Function):
        return range(0)
    return range(definition.body[0].lineno, definition.end_lineno + 1)


def _is_left_out(node: ast.AST, parent: ast.AST) -> bool:
    """Docstrings, log text, wording, types, what says that something cannot happen, and f-strings, whose parts have no
    true position before 3.12."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or root_name(node.value) in LOGS
    if isinstance(node, ast.keyword):
        return node.arg in WORDING | SHAPE_OF_A_COLUMN or (
            node.arg == "strict" and last_name(parent) == "zip"
        )
    if isinstance(node, ast.Raise):
        return node.exc is not None and root_name(node.exc) == CANNOT_HAPPEN
    if isinstance(node, ast.If):
        return root_name(node.test) == "TYPE_CHECKING" or _is_main(node.test)
    if isinstance(node, ast.Assign):
        return root_name(node.targets[0]) in SHAPE_OF_A_CLASS
    if isinstance(node, Function):
        return node.name in TEXTS
    return isinstance(node, ast.JoinedStr) or is_convenience(node)


def is_convenience(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Call | ast.Attribute) and last_name(node) in CONVENIENCES


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and root_name(test.left) == "__name__"


def chain(node: ast.AST) -> Iterator[ast.AST]:
    """``a.b(…).c`` from the right to the left: itself, ``a.b(…)``, ``a.b``, ``a``."""
    while True:
        yield node
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            node = node.value
        else:
            return


def root_name(node: ast.AST) -> str:
    """The name at the left end of a chain, or an empty text."""
    *_, root = chain(node)
    return root.id if isinstance(root, ast.Name) else ""


def last_name(node: ast.AST) -> str:
    """What a call calls: ``filter`` in ``rows.filter(…)``."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""

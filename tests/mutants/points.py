"""Point faults: one comparison, constant, call or condition is wrong, as a slip of the hand would make it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from tests.mutants.named import is_atomic, is_audit
from tests.mutants.source import Mutant, Place, Source, last_name

COMPARISONS = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
BOUNDARIES = {ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">")}
ARITHMETIC = {
    ast.Add: (r"\+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: (r"\*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: (r"\*\*", "*"),
}
NARROWING = {"filter", "exclude", "Q"}
COMMENT = re.compile(rb"#[^\n]*")


def point_faults(source: Source) -> Iterator[Mutant]:
    for place in source.places():
        if place.decorates and not is_atomic(place.node):
            yield source.undecorated(place, "decorator")
        if fault := FAULTS.get(type(place.node)):
            yield from fault(source, place)


def _sign(
    source: Source, place: Place, kind: str, between: tuple[ast.AST, ast.AST], swap: tuple[str, str]
) -> Mutant:
    """The sign that stands between two operands gives way; brackets and comments there stay."""
    start, end = source.end(between[0]), source.start(between[1])
    gap = COMMENT.sub(lambda comment: b" " * len(comment[0]), source.content[start:end])
    found = re.search(swap[0].encode(), gap)
    if found is None:
        raise ValueError(f"{source.path}:{place.node.lineno} has no {swap[0]} where the tree says so")
    return source.mutant(place, kind, start + found.start(), start + found.end(), swap[1])


def _comparisons(source: Source, place: Place) -> Iterator[Mutant]:
    operands = [place.node.left, *place.node.comparators]
    for operator, *between in zip(place.node.ops, operands, operands[1:], strict=False):
        yield _sign(source, place, "comparison", tuple(between), COMPARISONS[type(operator)])
        if type(operator) in BOUNDARIES:
            yield _sign(source, place, "boundary", tuple(between), BOUNDARIES[type(operator)])


def _and_or(source: Source, place: Place) -> Iterator[Mutant]:
    swap = ("and", "or") if isinstance(place.node.op, ast.And) else ("or", "and")
    for between in zip(place.node.values, place.node.values[1:], strict=False):
        yield _sign(source, place, "and-or", between, swap)


def _not_dropped(source: Source, place: Place) -> Iterator[Mutant]:
    if isinstance(place.node.op, ast.Not):
        start = source.start(place.node)
        gap = re.match(rb"not\s*", source.content[start:])
        yield source.mutant(place, "not", start, start + gap.end(), "")


def _constant(source: Source, place: Place) -> Iterator[Mutant]:
    value = place.node.value
    if isinstance(value, bool):
        yield source.replaced(place, "constant", repr(not value))
    elif isinstance(value, int | float):
        yield source.replaced(place, "constant", repr(value + 1))
    elif isinstance(value, str) and value and not place.refusing and not re.search(r"\s", value):
        yield source.replaced(place, "constant", '""')


def _arithmetic(source: Source, place: Place) -> Iterator[Mutant]:
    node = place.node
    ends = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
    if type(node.op) in ARITHMETIC and not any(_is_text(end) for end in ends):
        yield _sign(source, place, "arithmetic", ends, ARITHMETIC[type(node.op)])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _returned(source: Source, place: Place) -> Iterator[Mutant]:
    value, function = place.node.value, place.function
    if value is None or function is None or (isinstance(value, ast.Constant) and value.value is None):
        return
    if isinstance(function.returns, ast.Name) and function.returns.id == "bool":
        yield source.replaced(place, "returned", f"not ({source.text(value)})", value)
    else:
        yield source.replaced(place, "returned", "None", value)


def _call_deleted(source: Source, place: Place) -> Iterator[Mutant]:
    if isinstance(place.node.value, ast.Call) and not is_audit(place.node.value):
        yield source.replaced(place, "call", "pass")


def _keyword_dropped(source: Source, place: Place) -> Iterator[Mutant]:
    if last_name(place.node) not in NARROWING:
        return
    arguments = sorted([*place.node.args, *place.node.keywords], key=source.start)
    for index, argument in enumerate(arguments):
        if not isinstance(argument, ast.keyword):
            continue
        start, end = source.start(argument), source.end(argument)
        if index + 1 < len(arguments):
            end = source.start(arguments[index + 1])
        elif index:
            start = source.end(arguments[index - 1])
        yield source.mutant(place, "keyword", start, end, "")


def _forced(source: Source, place: Place) -> Iterator[Mutant]:
    for answer in ("True", "False"):
        yield source.replaced(place, f"if-{answer.lower()}", answer, place.node.test)


def _part_forced(source: Source, place: Place) -> Iterator[Mutant]:
    for test in place.node.ifs:
        for answer in ("True", "False"):
            yield source.replaced(place, f"if-{answer.lower()}", answer, test)


def _raise_dropped(source: Source, place: Place) -> Iterator[Mutant]:
    yield source.replaced(place, "raise", "pass")


FAULTS: dict[type[ast.AST], Callable[[Source, Place], Iterator[Mutant]]] = {
    ast.Compare: _comparisons,
    ast.BoolOp: _and_or,
    ast.UnaryOp: _not_dropped,
    ast.Constant: _constant,
    ast.BinOp: _arithmetic,
    ast.AugAssign: _arithmetic,
    ast.Return: _returned,
    ast.Expr: _call_deleted,
    ast.Call: _keyword_dropped,
    ast.If: _forced,
    ast.IfExp: _forced,
    ast.comprehension: _part_forced,
    ast.Raise: _raise_dropped,
}

"""Faults with a name: an audit row not written, a transaction or lock gone, a change or a scope too wide."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.mutants.source import Mutant, Place, Source, chain, last_name, root_name

AUDIT = {"record", "record_read", "record_reads", "_record"}
LEDGERS = {"AuditEvent", "ReadEvent"}
MOVES = "tracking.actions.moves"  # the helper that changes one row, and only where that stands as expected
NARROWING = {"filter", "exclude"}
READS = re.compile(r"/(queries|models|policies)(/|\.py)")
NO_TRANSACTION = '__import__("contextlib").nullcontext()'
NO_CONDITION = '__import__("django.db.models", fromlist=["Q"]).Q()'
NAMED = {
    "audit": "one call of ``audit.record`` or ``record_read(s)`` is silent",
    "atomic": "one transaction is gone",
    "lock": "one ``select_for_update`` is gone",
    "transition": "one change of one row meets all rows",
    "condition": "one change of one row no longer asks in which state the row is",
    "scope": "one ``visible_to``, or one filter of a query or a model, lets everything through",
}


def named_faults(source: Source) -> Iterator[Mutant]:
    widened, moves = _rows_that_are_updated(source.tree), _imported(source.tree, MOVES)
    for place in source.places():
        node = place.node
        if place.decorates and is_atomic(node):
            yield source.undecorated(place, "atomic")
        elif isinstance(node, ast.withitem) and is_atomic(node.context_expr):
            yield source.replaced(place, "atomic", NO_TRANSACTION, node.context_expr)
        elif isinstance(node, ast.Expr) and is_audit(node.value):
            yield source.replaced(place, "audit", "pass")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _links(source, place, widened)
        elif isinstance(node, ast.Call) and last_name(node) in moves:
            yield from _moves(source, place)


def is_atomic(node: ast.AST) -> bool:
    return last_name(node) == "atomic"


def is_audit(node: ast.AST) -> bool:
    """A statement that writes the audit or the read log, or adds an event to what is written there later."""
    return isinstance(node, ast.Call) and (
        last_name(node) in AUDIT
        or root_name(node) in LEDGERS
        or any(isinstance(given, ast.Call) and root_name(given) == "audit" for given in node.args)
    )


def _links(source: Source, place: Place, widened: set[ast.AST]) -> Iterator[Mutant]:
    """Faults of one ``.name(…)`` in a chain: the rows before it are what is left."""
    name = last_name(place.node)
    if name == "select_for_update":
        yield _link(source, place, "lock", ".all()")
    if name == "filter" and place.node in widened:
        yield _link(source, place, "transition", ".filter()")
    if name == "visible_to" or (name in NARROWING and READS.search(source.path)):
        yield _link(source, place, "scope", ".all()")


def _link(source: Source, place: Place, kind: str, new: str) -> Mutant:
    call = place.node
    dot = source.content.index(b".", source.end(call.func.value))
    return source.mutant(place, kind, dot, source.end(call), new)


def _imported(tree: ast.Module, module: str) -> set[str]:
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == module]
    return {name.name for node in found for name in node.names}


def _moves(source: Source, place: Place) -> Iterator[Mutant]:
    row, held = place.node.args
    columns = [source.text(given) for given in place.node.keywords if given.arg != "otherwise"]
    every = f"type({source.text(row)})._base_manager.update({', '.join(columns)})"
    yield source.replaced(place, "transition", f"bool({every})")
    if source.text(held) != "ANY_STATE":
        yield source.replaced(place, "condition", NO_CONDITION, held)


def _rows_that_are_updated(tree: ast.Module) -> set[ast.AST]:
    """Every ``filter`` of rows that ``update`` is called on, in one chain, by a name, or by a function here."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    returned = {function.name: _returned(function) for function in functions}
    found: set[ast.AST] = set()
    for function in functions:
        assigned = _assigned(function)
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "update"
            ):
                origins = [
                    node.func.value,
                    *assigned.get(root_name(node), ()),
                    *returned.get(root_name(node), ()),
                ]
                origins += [row for origin in origins for row in returned.get(root_name(origin), ())]
                found |= {link for origin in origins for link in chain(origin) if last_name(link) == "filter"}
    return found


def _assigned(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
    return values


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]

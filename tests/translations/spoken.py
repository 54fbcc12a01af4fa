"""Words in Python that somebody will read: handed to what shows or refuses something, without being marked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.translations.bare import KNOWN, WORD
from tests.translations.collect import KEYWORDS

# By what is called: the places of what is shown, and the names under which it is handed over.
SHOWN: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "InvalidInput": ((1,), ("reason",)),
    "Conflict": ((0,), ()),
    "NotPermitted": ((0,), ()),
    "ValidationError": ((0,), ("message",)),
    "add_error": ((1,), ("error",)),
    "success": ((1,), ("message",)),
    "info": ((1,), ("message",)),
    "warning": ((1,), ("message",)),
    "error": ((1,), ("message",)),
    "Page": ((0, 1, 2), ("title", "submit", "lead")),
    "queue_mail": ((), ("subject", "body")),
    "move": ((), ("otherwise",)),
}
FIELDS = ("label", "help_text", "empty_label", "error_messages", "choices")
LOGGERS = {"log", "logger", "LOG"}
ELSEWHERE = ("migrations", "management", "imports", "simulation")  # a console, a file, or invented people


def unmarked(path: Path) -> list[str]:
    """``line: words`` for each place of a file in which words are shown that nobody can translate."""
    tree = ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = {(words.lineno, text) for call in calls for shown in _shown(call) for words, text in _bare(shown)}
    nameless = {
        (call.lineno, "a field without a label: it is named after its key")
        for call in calls
        if _is_nameless(call)
    }
    return [f"{line}: {text}" for line, text in sorted(found | nameless)]


def _is_nameless(call: ast.Call) -> bool:
    """A form's field that is shown and takes its label, in English, from its key."""
    called = call.func
    if not (isinstance(called, ast.Attribute) and called.attr.endswith("Field")):
        return False
    is_hidden = any(isinstance(node, ast.Attribute) and node.attr == "HiddenInput" for node in ast.walk(call))
    given = {one.arg for one in call.keywords}
    return getattr(called.value, "id", "") == "forms" and "label" not in given and not is_hidden


def _shown(call: ast.Call) -> Iterator[ast.expr]:
    called = call.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if isinstance(called, ast.Attribute) and getattr(called.value, "id", "") in LOGGERS:
        return
    places, names = SHOWN.get(name, ((), ()))
    if name.endswith(("Field", "_field")) and not _is_described(called, name):
        names = FIELDS
    yield from (call.args[place] for place in places if place < len(call.args))
    yield from (one.value for one in call.keywords if one.arg in names)


def _is_described(called: ast.expr, name: str) -> bool:
    """A column, or what the API says of itself: for whoever writes a program."""
    return name.startswith("Encrypted") or getattr(getattr(called, "value", None), "id", "") in (
        "models",
        "serializers",
    )


def _bare(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Strings with a word in them; not those that a marking function is given, nor keys."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in KEYWORDS:
        return
    if isinstance(node, ast.JoinedStr):
        text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    else:
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    if isinstance(node, ast.expr) and " " in text.strip() and set(WORD.findall(text)) - KNOWN:
        yield node, text
    for child in ast.iter_child_nodes(node) if not isinstance(node, ast.JoinedStr) else ():
        yield from _bare(child)

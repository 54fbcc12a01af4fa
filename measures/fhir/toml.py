"""Writing TOML: only as much as a definition needs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

Value = str | bool | int | float

_NOT_ALLOWED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def text(value: str) -> str:
    """A basic string. JSON's is one, but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def value(given: Value) -> str:
    """A string, a boolean or a number."""
    return text(given) if isinstance(given, str) else json.dumps(given)


def array(values: Iterable[Value]) -> str:
    """An array on one line."""
    return f"[{', '.join(value(each) for each in values)}]"


def inline_table(table: Mapping[str, str]) -> str:
    """A table of texts on one line, its keys in quotes."""
    return f"{{ {', '.join(f'{text(key)} = {text(each)}' for key, each in table.items())} }}"


def comment(said: str) -> str:
    """A comment of one line, whatever was in the text: a line break must not begin a line of its own."""
    return f"# {_NOT_ALLOWED.sub(' ', said).strip()}"

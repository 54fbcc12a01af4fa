"""Faults that are forced: a statement of the database that fails, and says as much as a real one does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from django.db import IntegrityError

MARKER = "Zebulon"  # in bodies, addresses and headers, and in what the database says
BODY = {"note": f"{MARKER} in the body", "reason": MARKER, "name": MARKER, "email": f"{MARKER}@example.org"}
ADDRESS = f"?q={MARKER}-in-the-address"
HEADERS = {"User-Agent": f"{MARKER} in a header", "Referer": f"http://testserver/{MARKER}", "X-Name": MARKER}


class Counted:
    """Lets statements through and counts them."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


class Failing(Counted):
    """Fails at the statement of this number, with the row that it would have written."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.statements + 1 == self.number:
            row = f"{MARKER} {params}"
            raise IntegrityError(f"{sql}\nDETAIL:  Failing row contains ({row}).")
        return super().__call__(execute, sql, params, many, context)


@contextmanager
def all_that_is_logged(formatter: logging.Formatter | None = None) -> Iterator[StringIO]:
    """By everybody, at every level, with a handler and (unless it is given) a formatter that hide nothing."""
    stream, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(formatter or logging.Formatter("%(levelname)s %(name)s %(message)s %(args)s"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)

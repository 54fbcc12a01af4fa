"""What of a fault may be written down: its type, our codes and the places it went through. Never what it says.

The message of an exception may hold a row of the database, an answer or a name, and so may its notes, its arguments and
the source line that a traceback shows beside each place.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

BASE = Path(__file__).resolve().parent.parent
LIBRARIES = "site-packages"
# Refusals to start, which the operator must read: each such sentence of ours is reviewed as a line of the log is.
SAID = {"django.core.exceptions.ImproperlyConfigured", "tracking.fields.WrongFieldKey"}
DEEPEST = 8  # how many causes of causes are followed: a chain may be a circle


def lines(error: BaseException | None, trace: TracebackType | None = None) -> Iterator[str]:
    """The first cause and what it led to; of each the places from the outermost to the innermost, and then its type.
    ``trace``: the places of the fault itself, where it has lost them on its way out of another process."""
    chain = with_causes(error)
    for each in reversed(chain):
        yield from (
            f"    {place}" for place in places(each.__traceback__ or (trace if each is error else None))
        )
        yield f"  {'fault' if each is chain[-1] else 'led to'}: {name(each)}{_codes(each)}"


def with_causes(error: BaseException | None) -> list[BaseException]:
    """The fault, what it was raised from or while handling, and so on."""
    chain: list[BaseException] = []
    while error is not None and error not in chain and len(chain) < DEEPEST:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def places(trace: TracebackType | None) -> list[str]:
    frames = traceback.walk_tb(trace)
    return [place(frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in frames]


def place(file: str, line: int | None, function: str | None = None) -> str:
    """``tracking/actions/care.py:12 enrol_patient``: below the project or the libraries, else the end of the path."""
    path = Path(file)
    if LIBRARIES in path.parts:
        parts = path.parts[path.parts.index(LIBRARIES) + 1 :]
    else:
        parts = path.relative_to(BASE).parts if path.is_relative_to(BASE) else path.parts[-2:]
    return f"{'/'.join(parts)}:{line or 0}" + (f" {function}" if function else "")


def _codes(error: BaseException) -> str:
    """What the database has a code for, and the words of our own refusal of a setting: the operator needs them."""
    if name(error) in SAID and _is_ours(error):
        return f" {error}"
    state = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    constraint = _constraint(error)
    return (f" {state}" if state else "") + (f" constraint={constraint}" if constraint else "")


def _constraint(error: BaseException) -> str:
    """Before there are tables nobody can be asked for theirs: this is loaded long before them."""
    broken = getattr(sys.modules.get("tracking.models.constraints"), "broken", None)
    return str(broken(error)) if broken else ""


def _is_ours(error: BaseException) -> bool:
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    path = Path(frames[-1].f_code.co_filename) if frames else Path("/")
    return path.is_relative_to(BASE) and LIBRARIES not in path.parts

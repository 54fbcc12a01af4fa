"""What Python itself would print: warnings, and faults that nobody catches, in a command or a thread."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
import warnings
from types import TracebackType
from typing import Any, TextIO

from config import logs, traces

log = logging.getLogger(__name__)
print_exception = traceback.print_exception


def install() -> None:
    """From here on nothing that is thrown is printed with its words. Comes before anything else of the project."""
    logging.setLogRecordFactory(logs.Record)
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _of_thread
    warnings.showwarning = _warned
    vars(traceback)["print_exception"] = _printed  # with which libraries print to standard error themselves


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _tell("ended by a fault", error.with_traceback(trace))


def _unraisable(raised: sys.UnraisableHookArgs) -> None:
    _tell("a fault while tidying up", raised.exc_value)


def _of_thread(raised: threading.ExceptHookArgs) -> None:
    if raised.exc_type is not SystemExit:
        _tell("a thread ended by a fault", raised.exc_value)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    log.warning("%s at %s", category.__name__, traces.place(filename, lineno))


def _printed(*given: Any, file: TextIO | None = None, **kwargs: Any) -> None:
    if file in {None, sys.stderr, sys.__stderr__}:
        error = given[1] if len(given) > 1 else given[0] if given else None
        _tell("a fault", error if isinstance(error, BaseException) else sys.exc_info()[1])
    else:
        print_exception(*given, file=file, **kwargs)


def _tell(words: str, error: BaseException | None) -> None:
    try:
        log.critical("%s", words, exc_info=error)
    except Exception:  # at the very end there may be nothing left to log with
        sys.stderr.write(f"{words}\n")

"""What a line of the log may hold: when, what kind, where, and our own codes. No library writes anything else.

A record is made harmless when it is born, before any handler of anybody can see it: what a library says is dropped,
because nobody knows what it puts into its words, and so is what a fault says. What the project itself says is kept;
each such call is reviewed (``tests/config/test_logging_calls.py``).
"""

from __future__ import annotations

import logging
import logging.config
import re
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from celery import current_app

from config import traces

OURS = {"tracking", "reports", "measures", "config"}
# What libraries say of themselves, and what is needed on call. Of what is put in, numbers alone are shown.
KNOWN_WORDS = {
    "Booting worker with pid: %s",
    "Connection to broker lost. Trying to re-establish the connection...",
    "Exception in worker process",
    "Exception while handling request",
    "Error handling request",
    "Error handling request %s",
    "Error handling request %s %s",
    "Listening at: %s (%s)",
    "Process %r pid:%r exited with %r",
    "Shutting down: %s",
    "Starting gunicorn %s",
    "Unrecoverable error: %r",
    "WORKER TIMEOUT (pid:%s)",
    "Worker (pid:%s) exited with code %s.",
    "Worker (pid:%s) was sent %s!",
    "Worker exiting (pid: %s)",
    "beat: Starting...",
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[srd]")
HIDDEN = "…"
ACCESS = "gunicorn.access"
FAULT = "throughline.fault"  # where a request keeps the code of its fault
DONE = "_is_harmless"


class Record(logging.LogRecord):
    """A record that never held what must not be written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        make_harmless(self)


class Line(logging.Formatter):
    """One line for what happened, and one for each place that a fault went through."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        make_harmless(record)  # also one that came from elsewhere, ready made
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record) + "".join(f" {name}={text}" for name, text in _fields(record))


def configure(settings: Mapping[str, Any]) -> None:
    """The one configuration: what a library has given its loggers to write with is taken away."""
    logging.setLogRecordFactory(Record)
    # Or a record that cannot be put together is printed with all that it holds.
    logging.raiseExceptions = False
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
    logging.config.dictConfig(dict(settings))


def make_harmless(record: logging.LogRecord) -> None:
    if record.__dict__.get(DONE) or not record.name:  # one without a name is filled in later
        return
    record.__dict__[DONE] = True
    record.msg, record.args = _words(record), ()
    if record.exc_info:
        record.exc_text = "\n".join(traces.lines(*_fault_of(record.exc_info)))
    record.exc_info = record.stack_info = None


def _fault_of(given: Any) -> tuple[BaseException | None, TracebackType | None]:
    """What ``exc_info`` may be: a fault with its places, a fault, or just the word that there is one."""
    _, error, trace = given if isinstance(given, tuple) else (None, given, None)
    return (error, trace) if isinstance(error, BaseException) else (sys.exc_info()[1], None)


def _words(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in OURS:
        return _said(record)
    if record.name == ACCESS:
        return _answered(record.args)
    where = traces.place(record.pathname, record.lineno, record.funcName)
    words = record.msg if isinstance(record.msg, str) else ""
    return f"{_numbered(words, record.args)} ({where})" if words in KNOWN_WORDS else where


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # wrong arguments: where it is written says enough to mend it
        return f"not readable ({traces.place(record.pathname, record.lineno, record.funcName)})"


def _answered(atoms: Any) -> str:
    """Of gunicorn's access log, which names addresses and browsers: the status and how long it took."""
    known = atoms if isinstance(atoms, Mapping) else {}
    return f"status={_digits(known.get('s'))} microseconds={_digits(known.get('D'))}"


def _digits(value: object) -> str:
    return str(value) if str(value).isdecimal() else HIDDEN


def _numbered(words: str, args: Any) -> str:
    """The words, in which each number is shown and everything else is hidden."""
    given = iter(args if isinstance(args, tuple) else ())

    def shown(_: re.Match[str]) -> str:
        value = next(given, None)
        return str(value) if isinstance(value, int) else HIDDEN

    return PLACEHOLDER.sub(shown, words)


def _fields(record: logging.LogRecord) -> list[tuple[str, object]]:
    """Of a request: the code that the page of the fault names, status, method and the name of the page, never its
    address. Of a task: its name."""
    request, task = record.__dict__.get("request"), record.__dict__.get("data")
    match = getattr(request, "resolver_match", None)
    fields = [
        ("fault", getattr(request, "META", {}).get(FAULT)),
        ("status", record.__dict__.get("status_code")),
        ("method", getattr(request, "method", None) if match else None),
        ("page", getattr(match, "view_name", None)),
        ("task", _task_name(task)),
    ]
    return [(name, value) for name, value in fields if value]


def _task_name(data: object) -> str | None:
    """The name under which a task of ours is registered; that of an unknown message is not ours."""
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) and name in current_app.tasks else None

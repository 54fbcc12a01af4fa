"""No line of the log repeats what a fault, a library or a wrong argument says, whoever writes it and to whom."""

from __future__ import annotations

import io
import logging
import logging.config
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator

import pytest
from celery.app.log import Logging
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError
from django.utils.log import AdminEmailHandler

from config import hooks, logs, traces
from config.celery import app

MARKER = "Zebulon"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a library would get that writes with a handler and a formatter of its own."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s %(args)s %(exc_info)s"))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def thrown() -> IntegrityError:
    secret = MARKER
    try:
        try:
            raise ValueError(f"Failing row contains ({secret})")
        except ValueError as cause:
            raise IntegrityError(secret) from cause
    except IntegrityError as error:
        error.add_note(secret)
        return error


@pytest.mark.parametrize(
    "name", ["django.request", "celery.app.trace", "gunicorn.error", "any.library", "tracking.x"]
)
def test_a_fault_is_its_type_and_its_places(name: str, written: io.StringIO) -> None:
    logging.getLogger(name).error("failed", exc_info=thrown(), stack_info=True)
    said = written.getvalue()
    assert MARKER not in said and "secret" not in said
    assert "fault: ValueError" in said and "led to: django.db.utils.IntegrityError" in said
    assert "tests/config/test_logs.py:" in said and " thrown" in said


@pytest.mark.parametrize(
    "message", [f"Failing row contains {MARKER}", "Failing row contains %s", "%(row)s", MARKER]
)
def test_what_a_library_says_is_where_it_said_it(message: str, written: io.StringIO) -> None:
    arguments = ({"row": MARKER},) if "(row)" in message else (MARKER,) if "%" in message else ()
    logging.getLogger("any.library").warning(message, *arguments)
    assert MARKER not in written.getvalue()
    assert "tests/config/test_logs.py:" in written.getvalue()


def test_of_known_words_the_numbers_are_shown(written: io.StringIO) -> None:
    logging.getLogger("gunicorn.error").error("Worker (pid:%s) was sent %s!", 17, MARKER)
    assert "Worker (pid:17) was sent …!" in written.getvalue()


def test_an_access_log_says_status_and_time(written: io.StringIO) -> None:
    atoms = {"s": 200, "D": 1234, "U": f"/s/{MARKER}/", "m": MARKER, "a": MARKER}
    logging.getLogger("gunicorn.access").warning("%(m)s %(U)s %(s)s", atoms)
    assert "status=200 microseconds=1234" in written.getvalue()
    assert MARKER not in written.getvalue()


def test_what_we_say_is_kept_and_a_wrong_argument_is_not_shown(written: io.StringIO) -> None:
    logging.getLogger("tracking.somewhere").warning("mail %s not sent", 12)
    logging.getLogger("tracking.somewhere").warning("mail %d not sent", MARKER)
    assert "mail 12 not sent" in written.getvalue()
    assert "not readable (tests/config/test_logs.py:" in written.getvalue()
    assert MARKER not in written.getvalue()


def test_a_record_that_came_ready_made_is_made_harmless_as_it_is_written() -> None:
    parts = {"name": "x", "msg": MARKER, "exc_info": (ValueError, thrown(), None), "levelname": "ERROR"}
    record = logging.makeLogRecord(parts)
    assert MARKER not in logs.Line().format(record)


def test_no_library_keeps_a_handler_of_its_own() -> None:
    """Django mails whole requests and prints what its own server answers; gunicorn and celery write by themselves."""
    for name in ("django", "django.server", "gunicorn.error", "gunicorn.access", "celery.task"):
        logging.getLogger(name).addHandler(AdminEmailHandler())
        logging.getLogger(name).propagate = False
    root = logging.getLogger().handlers[:]
    logs.configure(settings.LOGGING)
    logging.getLogger().handlers[:] = root
    for name in ("django", "django.server", "gunicorn.error", "gunicorn.access", "celery.task"):
        assert (logging.getLogger(name).handlers, logging.getLogger(name).propagate) == ([], True)


def test_celery_sets_up_no_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(logs, "configure", told.append)
    monkeypatch.setattr(Logging, "already_setup", False)
    root = logging.getLogger().handlers[:]
    app.log.setup_logging_subsystem(loglevel="INFO")
    assert told == [settings.LOGGING]
    assert logging.getLogger().handlers == root


def test_a_formatting_fault_prints_nothing() -> None:
    assert logging.raiseExceptions is False


class TestHooks:
    def test_of_python_itself(self, written: io.StringIO, capfd: pytest.CaptureFixture) -> None:
        error = thrown()
        hooks._uncaught(type(error), error, error.__traceback__)
        hooks._of_thread(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))
        hooks._warned(f"{MARKER} is old", UserWarning, __file__, 12)
        assert written.getvalue().count("led to: django.db.utils.IntegrityError") == 2
        assert "UserWarning at tests/config/test_logs.py:12" in written.getvalue()
        assert MARKER not in written.getvalue() + "".join(capfd.readouterr())

    def test_a_thread_that_exits_is_no_fault(self, written: io.StringIO) -> None:
        hooks._of_thread(threading.ExceptHookArgs((SystemExit, SystemExit(), None, None)))
        assert not written.getvalue()

    def test_a_library_that_prints_to_standard_error(
        self, written: io.StringIO, capfd: pytest.CaptureFixture
    ) -> None:
        try:
            raise thrown()
        except IntegrityError:
            traceback.print_exc()
            traceback.print_exc(file=sys.stderr)
            elsewhere = io.StringIO()
            traceback.print_exc(file=elsewhere)
        assert written.getvalue().count("CRITICAL") == 2
        assert MARKER not in written.getvalue() + "".join(capfd.readouterr())
        assert MARKER in elsewhere.getvalue()

    def test_at_the_very_end_the_kind_of_end_is_said(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
    ) -> None:
        def gone(*_: object, **__: object) -> None:
            raise RuntimeError(MARKER)

        monkeypatch.setattr(hooks.log, "critical", gone)
        hooks._tell("ended by a fault", thrown())
        assert capsys.readouterr().err == "ended by a fault\n"

    def test_they_stand_before_the_settings_are_read(self) -> None:
        """A password in an address that cannot be read would be printed with the fault."""
        address = f"postgresql://user:{MARKER}/x@[::1/name"
        ended = subprocess.run(
            [sys.executable, "-c", "import config.settings"],
            env={"DATABASE_URL": address, "PATH": "", "PYTHONPATH": str(traces.BASE)},
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 1
        assert "fault: " in ended.stderr and MARKER not in ended.stderr

    def test_each_is_set(self) -> None:
        script = (
            "import sys, threading, warnings, traceback, logging; import config; from config import hooks, logs; "
            "print([sys.excepthook is hooks._uncaught, sys.unraisablehook is hooks._unraisable, "
            "threading.excepthook is hooks._of_thread, warnings.showwarning is hooks._warned, "
            "traceback.print_exception is hooks._printed, logging.getLogRecordFactory() is logs.Record])"
        )
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert told.stdout == f"{[True] * 6}\n"


class TestTraces:
    def test_our_own_refusal_of_a_setting_is_shown_and_no_other(self) -> None:
        def refused() -> None:
            raise ImproperlyConfigured("SECRET_KEY is too short")

        with pytest.raises(ImproperlyConfigured) as ours:
            refused()
        assert list(traces.lines(ours.value))[-1].endswith("ImproperlyConfigured SECRET_KEY is too short")
        theirs = ImproperlyConfigured(MARKER)
        assert MARKER not in "".join(traces.lines(theirs))

    def test_a_circle_of_causes_comes_to_an_end(self) -> None:
        one, two = ValueError(), KeyError()
        one.__cause__, two.__cause__ = two, one
        assert len(list(traces.lines(one))) == 2

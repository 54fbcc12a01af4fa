"""Both engines for every test, and a cast that the product itself could have made."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.db import connections
from django.template import engines
from django.test import Client
from django.test.testcases import TransactionTestCase
from django.utils import translation

from tests import clock
from tests.again import show_again

pytest_plugins = ["tests.cast", "tests.tracking.dosing"]

flush = TransactionTestCase._fixture_teardown


def flush_with_the_guard_open(self: TransactionTestCase) -> None:
    """The append-only triggers would also stop the flush between transactional tests."""
    with connections["default"].cursor() as cursor:
        cursor.execute("INSERT INTO append_only_key VALUES ('flush')")
        try:
            flush(self)
        finally:
            cursor.execute("DELETE FROM append_only_key")


TransactionTestCase._fixture_teardown = flush_with_the_guard_open


sign_in = Client.force_login


def sign_in_and_show_it_again(self: Client, user: Any, backend: str | None = None) -> None:
    """Whoever signs in in a test has just shown once more who it is; one about that is ``tests.again.as_long_ago``."""
    sign_in(self, user, backend)
    show_again(self)


Client.force_login = sign_in_and_show_it_again


class Unresolved(str):
    """What a template would show for a variable that is not there: here it stops the test."""

    def __contains__(self, part: object) -> bool:
        return True

    def __mod__(self, variable: object) -> str:
        raise AssertionError(f"the template variable {variable} does not resolve")


def pytest_configure(config: pytest.Config) -> None:
    """From here on it is the instant that was asked for.

    Pages name their static files by the manifest, so it is made once, before any worker starts.
    """
    travel = clock.to(config.getoption("at"))
    travel.start()
    config.add_cleanup(travel.stop)
    gc.disable()  # until the tests are collected: see below
    django.setup()
    engines["django"].engine.string_if_invalid = Unresolved("%s")
    settings.ALERT_RECIPIENTS = []  # a test that is about them names them
    folder = TemporaryDirectory()  # not over what a developer's own demonstration keeps
    config.add_cleanup(folder.cleanup)
    settings.CONTACTS_FILE = Path(folder.name) / "contacts.json"
    settings.WHITENOISE_AUTOREFRESH = True  # or each new test client would read every static file again
    # The product's hasher with next to no work in it: a password costs a fifth of a second otherwise.
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 8
    Argon2PasswordHasher.parallelism = 1
    if not hasattr(config, "workerinput"):
        call_command("collectstatic", verbosity=0, interactive=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database", action="store_true", help="leave out the tests that cannot differ by engine"
    )
    parser.addoption(
        "--at", choices=clock.INSTANTS, default=clock.USUAL, help="the instant at which the tests live"
    )


@pytest.fixture(autouse=True)
def one_language() -> Iterator[None]:
    """A request leaves its language behind in its thread; the next test begins with that of the site."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_clock() -> Iterator[None]:
    """Processes that a test starts live at the instant of the tests."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in clock.for_children().items():
            environment.setenv(name, value)
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second engine some tests would only say the same again."""
    if config.getoption("--only-database"):
        left_out = [item for item in items if not can_differ(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if can_differ(item)]


def can_differ(item: pytest.Item) -> bool:
    return meets_the_database(item) and item.get_closest_marker("one_engine") is None


def meets_the_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "django_db_setup"}
    return item.get_closest_marker("django_db") is not None or bool(fixtures & set(item.fixturenames))


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: no collection of garbage looks through it again."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 50)


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """A library that sets up logging turns off what is there: a test of what is logged would fail somewhere else."""
    assert not logging.getLogger("django.request").disabled, f"{item.nodeid} has turned loggers off"


def pytest_report_header(config: pytest.Config) -> str:
    engine = os.environ.get("DATABASE_URL", "embedded SQLite").split("@")[0].split("?")[0]
    name = config.getoption("at")
    moment, awkward = clock.INSTANTS[name]
    return f"database: {engine}\ninstant: {name}, {moment:%Y-%m-%d %H:%M} UTC ({awkward})"


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With CI=true nothing may be skipped: a check that did not run has not passed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

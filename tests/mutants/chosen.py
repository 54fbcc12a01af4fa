"""A pytest plugin for one planted fault: runs the chosen tests, on a copy of a migrated database.

The migrations take most of the time of a short run. The copy has all that they made, triggers included;
Django still migrates it, and finds nothing to do.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tests.conftest import meets_the_database

FOLDER = Path(os.environ["THROUGHLINE_PLANTED"])
CHOICE = json.loads((FOLDER / "choice.json").read_text())
RUN, DONE = set(CHOICE["run"]), set(CHOICE["done"])


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    if connections["default"].vendor == "sqlite":
        connection_created.connect(_fill)
    else:
        connections["default"].settings_dict["TEST"] |= {
            "NAME": f"planted_{FOLDER.name}",
            "TEMPLATE": os.environ["THROUGHLINE_TEMPLATE"],
        }


def _fill(connection: BaseDatabaseWrapper, **signal: object) -> None:
    """The first connection to a database in memory meets it empty; the later ones find what this one put."""
    if not connection.is_in_memory_db() or connection.introspection.table_names():
        return
    with closing(sqlite3.connect(os.environ["THROUGHLINE_TEMPLATE"])) as template:
        template.backup(connection.connection)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = [item for item in items if _is_chosen(item.nodeid)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    # pytest-django puts them last, behind minutes of others.
    items[:] = sorted(chosen, key=meets_the_database)


def _is_chosen(test: str) -> bool:
    return test not in DONE and (test in RUN or test.split("::")[0] in RUN)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    (FOLDER / "alive").touch()
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.failed:
        with (FOLDER / "failed").open("a") as failed:
            failed.write(f"{report.nodeid}\n")

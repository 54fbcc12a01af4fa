"""A pytest plugin that makes the map: how long each test takes, and what the processes it starts run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.mutants.reach import digests

COVERAGE = Path(__file__).with_name("coverage.ini")
seconds: dict[str, float] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """From here on coverage starts in every Python that is started. Not earlier: it runs here already."""
    os.environ["COVERAGE_PROCESS_START"] = str(COVERAGE)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid] = seconds.get(report.nodeid, 0) + report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        tests = Path(os.environ["THROUGHLINE_REACH"], "tests.json")
        tests.write_text(json.dumps({"seconds": seconds, "digests": digests()}))

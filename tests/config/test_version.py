"""A version is said once, and what it brings and what came before it can be read and tried."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from config.version import version
from tests.upgrade.kept import VERSIONS

ROOT = Path(__file__).parents[2]
HEADING = re.compile(r"^## (\d+)\.(\d+)\.(\d+) - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


def released() -> list[tuple[tuple[int, ...], str]]:
    """Number and day of each version in the change log, as they stand there."""
    found = HEADING.findall((ROOT / "CHANGELOG.md").read_text())
    return [(tuple(map(int, numbers)), day) for *numbers, day in found]


def test_the_newest_of_the_change_log_is_what_runs() -> None:
    newest = ".".join(map(str, released()[0][0]))
    said = subprocess.run([sys.executable, "-m", "config.version"], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout == f"{newest}\n"
    assert version() == newest


def test_the_change_log_goes_from_the_newest_to_the_oldest() -> None:
    versions = released()
    text = (ROOT / "CHANGELOG.md").read_text()
    assert len(versions) == len(re.findall(r"^## \d", text, re.MULTILINE)), (
        "a heading is not of the form N.N.N - day"
    )
    assert versions == sorted(versions, reverse=True)
    assert [day for _, day in versions] == sorted((day for _, day in versions), reverse=True)


def test_every_earlier_version_has_its_database() -> None:
    earlier = {".".join(map(str, number)) for number, _ in released()[1:]}
    assert earlier <= set(VERSIONS)
    assert "0.1.0" in earlier

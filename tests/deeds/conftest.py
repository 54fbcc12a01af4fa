"""The stage is set once for a module; each test finds it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker, Settings

from tests.deeds.clinics import beside, clinic
from tests.deeds.stage import Stage
from tests.reports.release_clinic import kept_for_the_module


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    """Finished releases lie in a folder of the test's own."""
    settings.RELEASES = tmp_path


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    with kept_for_the_module(django_db_blocker):
        ours = clinic("north")
        yield Stage(ours, beside(ours), clinic("south"))

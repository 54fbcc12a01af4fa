"""The clinician at the doors of the API."""

from __future__ import annotations

import pytest

from tests.api import Api
from tracking.models import User


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The episodes whose recomputation was asked for; no broker is needed."""
    ids: list[int] = []
    for doors in ("views", "fhir"):
        monkeypatch.setattr(f"tracking.api.{doors}.nudge_episode", ids.append)
    return ids


@pytest.fixture
def api(clinician: User, nudged: list[int]) -> Api:
    return Api(clinician)

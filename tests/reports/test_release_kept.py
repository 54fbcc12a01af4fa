"""A release of the same people is the same release: what its files say, from the guide to the last cell."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import time_machine

from reports.actions import release_builds, releases
from reports.models import ReleaseStatus
from tests.kept import assert_as_kept
from tests.reports.release_clinic import build

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_engine("text made of the same rows")]
SHOWN = 12  # lines of a table; all of it counts


def test_it_says_the_same(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RELEASES = tmp_path
    monkeypatch.setattr(release_builds, "secret_order", lambda patient: patient.pk)
    monkeypatch.setattr(release_builds, "_draw", lambda count, taken: [f"P{n:03d}" for n in range(count)])
    with time_machine.travel(datetime(2028, 7, 4, 9, tzinfo=UTC)):
        clinic = build(24)
        release = releases.request_release(
            by=clinic.researcher, study=clinic.study, tables=list(releases.TABLES), purpose="To be kept"
        )
        releases.decide_release(by=clinic.steward, release=release, approve=True)
        release_builds.build_release(release_id=release.pk)
    release.refresh_from_db()
    assert release.status == ReleaseStatus.READY
    with zipfile.ZipFile(io.BytesIO(releases.release_path(release).read_bytes())) as archive:
        told = [in_short(name, archive.read(name).decode()) for name in archive.namelist()]
    assert_as_kept("release.txt", "\n".join(told), tmp_path)


def in_short(name: str, text: str) -> str:
    lines = text.splitlines()
    if name.endswith(".csv") and len(lines) > SHOWN:
        lines[SHOWN:] = [f"… and all {len(lines)} lines: {sha256(text.encode()).hexdigest()[:12]}"]
    return "\n".join([f"== {name}", *lines, ""])

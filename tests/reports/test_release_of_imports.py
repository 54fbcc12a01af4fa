"""A study that came from a file can be released like one that was recorded here."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from reports.actions import release_builds, releases
from reports.models import Release, ReleaseStatus
from tests.tracking.imports.small import plan, spec, table
from tracking.actions import care
from tracking.imports.writing.store import Source, import_scores
from tracking.models import CareTeam, Study, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(
    team_a: CareTeam, administrator: User, researcher: User, steward: User, settings: object, tmp_path: Path
) -> Release:
    settings.RELEASES = tmp_path
    rows = [f"P{n},41,f,drug,62.5,0,24,2,2,1,1,1,1,1,1,0,10" for n in range(6)]
    described = spec(consent={"research": "given", "basis": "Each patient signed."})
    source = Source("small.csv", "0" * 64)
    planned = plan(table(*rows), described)
    import_scores(by=administrator, study="small", spec=described, plan=planned, source=source)
    study = Study.objects.get(key="small")
    for member in (researcher, steward):
        care.add_study_member(by=None, study=study, user=member)
    asked = releases.request_release(
        by=researcher, study=study, tables=["scores", "answers"], purpose="To compare"
    )
    releases.decide_release(by=steward, release=asked, approve=True)
    release_builds.build_release(release_id=asked.pk)
    asked.refresh_from_db()
    return asked


def test_totals_and_items_of_a_file_leave(built: Release) -> None:
    assert (built.status, built.reasons) == (ReleaseStatus.READY, [])
    with zipfile.ZipFile(releases.release_path(built)) as archive:
        scores = list(csv.DictReader(io.TextIOWrapper(archive.open("scores.csv"))))
    found = {(row["instrument"], row["wording"]) for row in scores}
    assert found == {("hamd17", "score-only"), ("phq9", "imported")}

"""Two releases of one study that are finished at the same moment: the second sees the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from reports.actions import release_builds
from reports.export.package import Package
from reports.models import Release, ReleaseMember
from tests.cast import days_ago
from tests.deeds.clinics import Clinic, beside, clinic
from tests.deeds.racecourse import race, racecourse
from tests.deeds.table.releases import approved
from tests.servers import short_folder
from tracking.actions import people
from tracking.vocabulary import ConsentKind


@pytest.fixture(autouse=True)
def db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with short_folder("tlrace") as folder, django_db_blocker.unblock(), racecourse(Path(folder)):
        yield


def test_of_two_that_tell_beside_each_other_one_is_finished() -> None:
    ours = clinic("north")
    both = [ours, beside(ours)]
    for each in both:
        agreed = {"kind": ConsentKind.GIVEN, "stated_on": days_ago(9)}
        people.record_consent(by=ours.lead, patient=each.patient, **agreed)
    releases = [to_be_finished(ours, both[:1]), to_be_finished(ours, both)]
    came_to = race(
        *(lambda release=release: release_builds._publish(release, A_FILE) for release in releases)
    )
    assert sorted(map(repr, came_to)) == ["None", "Overtaken()"]
    assert Release.objects.filter(status="ready").count() == 1


A_FILE = Package(b"of a release", {})


def to_be_finished(ours: Clinic, of: list[Clinic]) -> Release:
    """Its file is built of these patients, and written."""
    release = approved(ours)
    ReleaseMember.objects.bulk_create(
        ReleaseMember(release=release, patient=each.patient, study_id=f"P{number}")
        for number, each in enumerate(of)
    )
    return release

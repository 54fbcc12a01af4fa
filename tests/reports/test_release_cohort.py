"""Whose rows may leave: the latest statement about research decides, and only patients of the study count."""

from __future__ import annotations

import pytest

from reports.release_frames import consenting, secret_order
from tests.cast import days_ago
from tests.reports.clinic import another_episode
from tracking.actions import care, people
from tracking.actions.endings import end_episode
from tracking.models import CareTeam, Patient, Study, User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stated", "leaves"),
    [
        ([], False),
        ([("given", 9)], True),
        ([("given", 9), ("withdrawn", 3)], False),
        ([("given", 9), ("withdrawn", 5), ("given", 3)], True),
        ([("given", 3), ("withdrawn", 3)], False),  # of one day the one that was recorded last
        ([("given", 9), ("withdrawn", 3), ("given", 3)], True),
    ],
)
def test_the_latest_statement_decides(
    study: Study, team_a: CareTeam, clinician: User, stated: list[tuple[str, int]], leaves: bool
) -> None:
    patient = another_episode(team_a, clinician, study).patient
    for kind, ago in stated:
        people.record_consent(by=clinician, patient=patient, kind=kind, stated_on=days_ago(ago))
    assert list(consenting(study)) == ([patient] if leaves else [])


def test_somebody_of_another_study_is_in_its_releases_alone(
    study: Study, team_a: CareTeam, clinician: User
) -> None:
    other = care.create_study(
        by=None, key="other", title="Other", site=team_a.site, outcome_instrument="phq9", endpoint="week 4"
    )
    patients = [another_episode(team_a, clinician, each).patient for each in (study, other, None)]
    for patient in patients:
        people.record_consent(by=clinician, patient=patient, kind="given", stated_on=days_ago(9))
    assert (list(consenting(study)), list(consenting(other))) == ([patients[0]], [patients[1]])


def test_somebody_with_two_treatments_in_the_study_is_there_once(
    study: Study, team_a: CareTeam, clinician: User
) -> None:
    first = another_episode(team_a, clinician, study)
    end_episode(by=clinician, episode=first, reason="completed", ends_on=days_ago(60))
    care.start_episode(
        by=clinician,
        patient=first.patient,
        diagnosis="mdd",
        protocol="",
        arm="",
        starts_on=days_ago(50),
        study=study,
    )
    people.record_consent(by=clinician, patient=first.patient, kind="given", stated_on=days_ago(9))
    assert list(consenting(study)) == [first.patient]


def test_the_order_is_the_same_each_time_and_another_with_another_secret(
    study: Study, team_a: CareTeam, clinician: User, settings: object
) -> None:
    patients = [another_episode(team_a, clinician, study).patient for _ in range(8)]

    def order() -> list[Patient]:
        return sorted(patients, key=secret_order)

    known = order()
    assert order() == known
    settings.SECRET_KEY = "another secret of the same length as the one that was there"  # noqa: S105
    assert order() != known

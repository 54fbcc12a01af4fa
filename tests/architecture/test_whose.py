"""Every page about a person is headed by the person: by name for the team, by the study code for whoever is blind."""

from __future__ import annotations

import pytest

from tests.architecture.looks import Look, Seen
from tests.engines import DOORS

pytestmark = [pytest.mark.django_db, pytest.mark.slow, DOORS]

# The pages that name many people, or one among other things: each says beside the name who it is.
LISTS = {
    "alerts",
    "alert-close",
    "own-teams",
    "patient-new",
    "patients",
    "ratings",
    "rating-learnt",
    "study-setting",
    "today",
}
A_FILE = ("patient-copy", "POST")  # handed to the person, who knows whose it is
STAFF = {"clinician", "rater"}


def about_somebody(seen: Seen) -> list[Look]:
    """What the staff is shown of one person on a page."""
    return [
        look
        for look in seen.looks
        if look.role in STAFF
        and look.row.route not in LISTS
        and (look.row.route, look.method) != A_FILE
        and not look.row.route.startswith("api")
        and look.status in {200, 400}
        and len({patient for _, _, patient in look.noted}) == 1
    ]


def family_names(look: Look) -> set[str]:
    (patient,) = {patient for _, _, patient in look.noted}
    return {
        mark.text
        for mark in look.marks
        if mark.source == "patientidentity.family_name" and mark.patient == patient
    }


def test_the_heading_is_the_person(seen: Seen) -> None:
    looks = about_somebody(seen)
    assert len({look.row.route for look in looks}) > 30
    assert {str(look) for look in looks if len(look.heads) != 1} == set()
    for look in (one for one in looks if one.role == "clinician"):
        (name,) = family_names(look)
        assert look.heads[0].endswith(name), look


def test_whoever_is_blind_is_told_the_code_alone(seen: Seen) -> None:
    looks = [look for look in about_somebody(seen) if look.role == "rater"]
    assert {look.row.route for look in looks} >= {"rate", "assessment", "assessment-correct", "rating-guess"}
    for look in looks:
        assert len(look.heads[0]) == 6 and look.heads[0].isalnum(), look
        assert family_names(look) == set(), look


def test_no_other_page_is_headed_by_a_person(seen: Seen) -> None:
    assert {look.row.route for look in seen.looks if look.heads and not look.noted} == set()

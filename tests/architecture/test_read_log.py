"""Whoever was shown on a page is in the read log: by whom, on which page, and nobody else."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.architecture.looks import SENT_AGAIN, Look, Seen
from tests.architecture.matrix import MATRIX
from tests.engines import DOORS
from tracking.vocabulary import ReadPage

pytestmark = [pytest.mark.django_db, pytest.mark.slow, DOORS]

# The pages that show patients, with the word under which they are noted. A route that is not here shows nobody.
NOTED = {page.value: page for page in ReadPage if page.value in {row.route for row in MATRIX}} | {
    "patient-course": ReadPage.PATIENT,
    "alert-close": ReadPage.ALERTS,
    "oversight-odd": ReadPage.OVERSIGHT,
    "api-patient-list": ReadPage.API_PATIENTS,
    "api-patient-detail": ReadPage.API_PATIENTS,
    "api-episode-list": ReadPage.API_EPISODES,
    "api-episode-detail": ReadPage.API_EPISODES,
    "api-request-list": ReadPage.API_REQUESTS,
    "api-request-detail": ReadPage.API_REQUESTS,
    "api-assessment-list": ReadPage.API_ASSESSMENTS,
    "api-assessment-detail": ReadPage.API_ASSESSMENTS,
    "api-assessment-correct": ReadPage.API_ASSESSMENTS,
    "api-rating-list": ReadPage.API_RATINGS,
    "api-rating-due": ReadPage.API_RATINGS,
    "api-rating-detail": ReadPage.API_RATINGS,
    "api-rating-correct": ReadPage.API_RATINGS,
    "api-caseload-list": ReadPage.API_CASELOAD,
    "api-course-list": ReadPage.API_COURSES,
    "api-flag-list": ReadPage.API_FLAGS,
    "api-flag-detail": ReadPage.API_FLAGS,
    "api-fhir-response-new": ReadPage.API_FHIR_RESPONSES,
    "api-fhir-response": ReadPage.API_FHIR_RESPONSES,
    "api-fhir-observation-list": ReadPage.API_FHIR_OBSERVATIONS,
}
# What patients are shown of themselves, signed in or by a link, is not noted.
BY_PATIENTS = {"patient", "link"}


def shown(look: Look) -> set[UUID]:
    return {mark.patient for mark in look.marks if mark.patient}


def noted(look: Look) -> set[UUID]:
    return {patient for _, _, patient in look.noted}


def by_staff(seen: Seen, method: str) -> list[Look]:
    return [look for look in seen.looks if look.method == method and look.role not in BY_PATIENTS]


def test_whoever_is_shown_is_noted_and_nobody_else(seen: Seen) -> None:
    """Exactly, where a page is shown. Where none is, for the row was there and the rest of the address was not,
    somebody may be noted who was not shown."""
    looks = by_staff(seen, "GET")
    assert {str(look) for look in looks if look.status == 200 and shown(look) != noted(look)} == set()
    assert {str(look) for look in looks if not shown(look) <= noted(look)} == set()


def test_a_form_that_is_shown_again_is_noted(seen: Seen) -> None:
    """Of whom something was written, the audit log says it."""
    looks = by_staff(seen, "POST")
    assert {str(look) for look in looks if not shown(look) <= noted(look) | look.written} == set()
    again = [look for look in looks if look.status == 400 and shown(look)]
    assert len({look.row.route for look in again}) > 20
    assert {str(look) for look in again if shown(look) != noted(look)} == set()


def test_what_is_sent_again_is_noted(seen: Seen) -> None:
    """The second time nothing is written, and the answer says that it is there."""
    looks = [look for look in seen.looks if look.again]
    assert {look.row.body for look in looks} == SENT_AGAIN
    for look in looks:
        assert look.status == 200 and look.written == frozenset() and len(noted(look)) == 1, look


def test_each_is_noted_once_with_who_looked_and_where(seen: Seen) -> None:
    for look in seen.looks:
        if look.noted and look.role not in BY_PATIENTS:
            actor, page = look.ward.users[look.role].public_id, NOTED[look.row.route]
            assert {(who, where) for who, where, _ in look.noted} == {(actor, page)}, look
            assert len(look.noted) == len(noted(look)), look


def test_the_table_has_the_pages_that_show_or_note_somebody_and_no_others(seen: Seen) -> None:
    """A page that is new, and shows somebody, has to be written into it."""
    looks = [look for look in seen.looks if look.role not in BY_PATIENTS]
    assert {look.row.route for look in looks if shown(look) or noted(look)} == set(NOTED)


def test_every_word_is_met(seen: Seen) -> None:
    assert {page for look in seen.looks for _, page, _ in look.noted} == set(ReadPage)


def test_patients_who_look_at_themselves_are_not_noted(seen: Seen) -> None:
    looks = [look for look in seen.looks if look.role in BY_PATIENTS]
    assert any(shown(look) for look in looks)
    for look in looks:
        assert shown(look) <= {look.ward.users["patient"].patient.public_id}, look
        assert look.noted == (), look


@pytest.mark.parametrize(
    "route", ["today", "patients", "alerts", "ratings", "api-patient-list", "api-rating-due"]
)
def test_more_than_one_patient_stands_on_a_list(seen: Seen, route: str) -> None:
    """Or it would not be seen that the first alone was noted."""
    looks = [look for look in seen.looks if (look.row.route, look.method, look.query) == (route, "GET", "")]
    assert looks and all(len(noted(look)) > 1 for look in looks)

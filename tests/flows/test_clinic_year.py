"""A small simulated clinic, day by day: nobody who is worse, has lost a response or fell silent stands as on course.

Two hundred people over a year: ``python -m tests.benchmarks.year``; its figures stand in docs/methods/course.md."""

from __future__ import annotations

import pytest

from tests.flows.clinic_year import CONCLUSIONS, Clinic
from tracking import clock
from tracking.actions.people import create_user, grant_role
from tracking.vocabulary import Role

PEOPLE = {"ssri-psychotherapy": 3, "psilocybin-mdd": 2, "psilocybin-escitalopram": 1}
DAYS, EVERY = 240, 12


@pytest.mark.slow
def test_nobody_stands_as_on_course_who_is_not(db: None) -> None:
    by = create_user(by=None, email="clara@example.org", name="Clara Clinician")
    grant_role(by=None, user=by, role=Role.CLINICIAN, starts_on=clock.today().replace(year=2020))
    found = Clinic(by, PEOPLE, DAYS, clock.today()).run(EVERY)
    assert sum(found.wrong.values()) == 0
    assert all(found.was[what] for what in ("worse", "response lost", "silent")), "nothing was tried"
    assert found.on_course_days
    assert {*found.rows} & {*CONCLUSIONS}
    assert sum(found.states.values()) <= sum(PEOPLE.values())

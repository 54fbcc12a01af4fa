"""Whose duty a second step of the sign-in is, and from which day."""

from __future__ import annotations

from datetime import date

import pytest

from tracking.rules.second_factor import AT_ONCE, due_on
from tracking.vocabulary import Role

SINCE = date(2026, 12, 28)


@pytest.mark.parametrize("role", sorted(AT_ONCE))
@pytest.mark.parametrize("grace", [0, 7, 30])
def test_who_reaches_many_people_has_no_grace(role: str, grace: int) -> None:
    assert due_on({role}, SINCE, grace) == SINCE
    assert due_on({role, "clinician", "patient"}, SINCE, grace) == SINCE


@pytest.mark.parametrize(
    ("grace", "day"), [(0, date(2026, 12, 28)), (1, date(2026, 12, 29)), (7, date(2027, 1, 4))]
)
def test_the_others_have_the_days_that_the_site_gives(grace: int, day: date) -> None:
    assert due_on({"clinician"}, SINCE, grace) == due_on({"rater", "patient"}, SINCE, grace) == day


@pytest.mark.parametrize("roles", [set(), {"patient"}])
def test_patients_and_who_has_no_role_owe_nothing(roles: set[str]) -> None:
    assert due_on(roles, SINCE, 0) is None


def test_every_role_of_the_staff_is_decided_about() -> None:
    """A new one has to be put among those with grace or those without."""
    assert AT_ONCE | {"clinician", "rater", "officer", "patient"} == {role.value for role in Role}

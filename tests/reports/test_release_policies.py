"""Who may have a release and who decides about one: the role and the study, both of them today."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reports.policies import may_decide, may_receive
from tests.cast import person, server_days_ago
from tracking.actions import care
from tracking.models import Study, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("may", "needed"), [(may_receive, Role.RESEARCHER), (may_decide, Role.STEWARD)])
@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.STEWARD, Role.ADMINISTRATOR])
@pytest.mark.parametrize(
    ("days", "is_member"),
    [((400, None), True), ((400, 0), True), ((400, 1), False), ((-1, None), False), (None, False)],
)
def test_the_role_and_the_membership_of_today(
    study: Study,
    may: Callable[[User, Study], bool],
    needed: Role,
    role: Role,
    days: tuple[int, int | None] | None,
    is_member: bool,
) -> None:
    user = person("Somebody", role)
    if days:
        begun, ended = days
        membership = care.add_study_member(by=None, study=study, user=user, starts_on=server_days_ago(begun))
        type(membership).objects.filter(pk=membership.pk).update(
            ends_on=None if ended is None else server_days_ago(ended)
        )
    assert may(user, study) == (role == needed and is_member)


def test_a_member_of_another_study_has_no_say_in_this_one(study: Study, site: object) -> None:
    other = care.create_study(
        by=None, key="other", title="Other", site=site, outcome_instrument="phq9", endpoint="week 4"
    )
    user = person("Somebody", Role.RESEARCHER, Role.STEWARD)
    care.add_study_member(by=None, study=other, user=user, starts_on=server_days_ago(400))
    assert (may_receive(user, study), may_decide(user, study)) == (False, False)
    assert (may_receive(user, other), may_decide(user, other)) == (True, True)

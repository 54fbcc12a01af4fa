"""Nobody makes a reader of people's data alone: not by a role, not by a team, not through an account of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.cast import person, server_days_ago
from tracking import clock
from tracking.actions import care, people
from tracking.actions.access import decide_access
from tracking.errors import Conflict, NotPermitted
from tracking.models import (
    AuditEvent,
    CareTeam,
    Membership,
    OutboxMail,
    Patient,
    RoleGrant,
    Site,
    Study,
    User,
)
from tracking.queries.access import DELAY, may_approve, waiting_access
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db
NOW = timedelta()


@pytest.fixture
def second(site: Site, administrator: User) -> User:
    """Another administrator of the site, from long before."""
    return person("Sam Second", Role.ADMINISTRATOR, site=site)


@pytest.fixture
def newcomer(db: None) -> User:
    return person("Nora New")


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def reads(user: User, later: timedelta = NOW) -> bool:
    with clock.simulated(clock.now() + later):
        return Patient.objects.visible_to(fresh(user)).exists()


class TestThreeFormsByOnePerson:
    def test_invite_grant_and_add_to_a_team_open_no_name(
        self, administrator: User, second: User, newcomer: User, team_a: CareTeam, patient: Patient
    ) -> None:
        role = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        place = care.add_member(by=administrator, team=team_a, user=newcomer)
        assert fresh(newcomer).roles == frozenset()
        assert not reads(newcomer) and not reads(newcomer, DELAY * 30)
        decide_access(by=second, row=role, approve=True)
        assert fresh(newcomer).has_role(Role.CLINICIAN) and not reads(newcomer)
        decide_access(by=second, row=place, approve=True)
        assert reads(newcomer)

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.RATER, Role.RESEARCHER, Role.STEWARD])
    def test_every_role_of_the_staff_waits(
        self, administrator: User, second: User, newcomer: User, site: Site, role: Role
    ) -> None:
        people.grant_role(by=administrator, user=newcomer, role=role, site=site)
        with clock.simulated(clock.now() + DELAY * 30):
            assert fresh(newcomer).roles == frozenset()

    def test_a_study_waits_too(
        self, administrator: User, second: User, newcomer: User, study: Study, site: Site
    ) -> None:
        people.grant_role(by=None, user=newcomer, role=Role.RESEARCHER)
        member = care.add_study_member(by=administrator, study=study, user=newcomer)
        assert not Study.objects.visible_to(newcomer).exists()
        decide_access(by=second, row=member, approve=True)
        assert Study.objects.visible_to(fresh(newcomer)).exists()

    def test_an_account_that_is_opened_again_waits_too(
        self, administrator: User, second: User, clinician: User, patient: Patient
    ) -> None:
        people.set_active(by=administrator, user=clinician, is_active=False)
        people.set_active(by=administrator, user=clinician, is_active=True)
        assert not reads(clinician, DELAY * 30)
        for row in waiting_access(second):
            decide_access(by=second, row=row, approve=True)
        assert reads(clinician)

    def test_what_was_refused_does_not_come_back_with_the_account(
        self, administrator: User, second: User, newcomer: User
    ) -> None:
        grant = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        decide_access(by=second, row=grant, approve=False)
        people.set_active(by=administrator, user=newcomer, is_active=False)
        people.set_active(by=administrator, user=newcomer, is_active=True)
        assert waiting_access(second) == []

    def test_nobody_adds_themselves(self, administrator: User, team_a: CareTeam) -> None:
        with pytest.raises(NotPermitted, match="themselves"):
            care.add_member(by=administrator, team=team_a, user=administrator)
        assert not administrator.memberships.exists()

    def test_the_command_line_gives_at_once_and_the_record_says_so(
        self, administrator: User, newcomer: User
    ) -> None:
        people.grant_role(by=None, user=newcomer, role=Role.CLINICIAN)
        assert fresh(newcomer).has_role(Role.CLINICIAN)
        event = AuditEvent.objects.last()
        assert (event.actor, event.details) == (None, {"role": "clinician", "standing": "given"})
        assert not OutboxMail.objects.exists()


class TestTheSecondPerson:
    @pytest.mark.parametrize("who", ["administrator", "newcomer", "clinician", "elsewhere", "steward"])
    def test_nobody_else_approves(
        self, who: str, administrator: User, second: User, newcomer: User, request: pytest.FixtureRequest
    ) -> None:
        by = request.getfixturevalue(who)
        grant = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        with pytest.raises(NotPermitted, match="another administrator of the site decides"):
            decide_access(by=by, row=grant, approve=True)
        assert fresh(newcomer).roles == frozenset()

    def test_an_administrator_of_another_site_does_not(
        self, administrator: User, second: User, newcomer: User, site: Site, south: Site, team_a: CareTeam
    ) -> None:
        away = person("Sonja South", Role.ADMINISTRATOR, site=south)
        row = care.add_member(by=administrator, team=team_a, user=newcomer)
        for approve in (True, False):
            with pytest.raises(NotPermitted):
                decide_access(by=away, row=row, approve=approve)

    def test_only_who_governs_every_site_approves_another_such(
        self, newcomer: User, administrator: User
    ) -> None:
        by, other = person("Gerda Governs", Role.ADMINISTRATOR), person("Gil Governs", Role.ADMINISTRATOR)
        grant = people.grant_role(by=by, user=newcomer, role=Role.ADMINISTRATOR)
        assert may_approve(grant, other) and not may_approve(grant, administrator)

    def test_a_second_account_of_their_own_is_no_second_person(
        self, administrator: User, newcomer: User, site: Site, team_a: CareTeam
    ) -> None:
        """Invited, made an administrator after the delay, and asked at once: it counts for nothing for a day."""
        own = person("Ada Again")
        people.grant_role(by=administrator, user=own, role=Role.ADMINISTRATOR, site=site)
        for later in (DELAY, DELAY * 2 - timedelta(minutes=1)):
            with clock.simulated(clock.now() + later):
                assert fresh(own).has_role(Role.ADMINISTRATOR)
                row = care.add_member(by=administrator, team=team_a, user=newcomer)
                with pytest.raises(NotPermitted):
                    decide_access(by=own, row=row, approve=True)
                decide_access(by=administrator, row=row, approve=False)
        with clock.simulated(clock.now() + DELAY * 2):
            assert may_approve(care.add_member(by=administrator, team=team_a, user=newcomer), own)

    def test_who_was_made_one_for_what_waits_already_does_not_count(
        self, administrator: User, second: User, newcomer: User, site: Site
    ) -> None:
        grant = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        own = people.grant_role(
            by=administrator, user=person("Ada Again"), role=Role.ADMINISTRATOR, site=site
        )
        decide_access(by=second, row=own, approve=True)
        with clock.simulated(clock.now() + DELAY * 9):
            assert not may_approve(grant, own.user) and may_approve(grant, second)

    def test_what_was_decided_is_decided(self, administrator: User, second: User, newcomer: User) -> None:
        grant = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        decide_access(by=second, row=grant, approve=True)
        for approve in (True, False):
            with pytest.raises(Conflict, match="does not wait"):
                decide_access(by=second, row=grant, approve=approve)
        assert fresh(newcomer).has_role(Role.CLINICIAN)

    def test_what_waits_is_not_given_twice(self, administrator: User, second: User, newcomer: User) -> None:
        people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        with pytest.raises(Conflict, match="waits for a second person"):
            people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)

    def test_the_second_person_is_told_by_mail_and_nobody_else(
        self, administrator: User, second: User, newcomer: User, clinician: User
    ) -> None:
        grant = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        mail = OutboxMail.objects.get()
        assert mail.to == second.email
        assert f"/access/role/{grant.pk}/" in mail.body
        assert "Nora" not in mail.subject + mail.body

    def test_the_record_says_who_decided(self, administrator: User, second: User, newcomer: User) -> None:
        grant = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        decide_access(by=second, row=grant, approve=True)
        event = AuditEvent.objects.last()
        assert (event.action, event.actor, event.object_id, event.details) == (
            "approve_access",
            second.public_id,
            newcomer.public_id,
            {"kind": "role", "row": grant.pk},
        )


class TestOneAdministrator:
    def test_it_opens_after_a_day_and_the_leads_are_told_at_once(
        self, administrator: User, newcomer: User, clinician: User, team_a: CareTeam, patient: Patient
    ) -> None:
        people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        care.add_member(by=administrator, team=team_a, user=newcomer)
        assert [mail.to for mail in OutboxMail.objects.all()] == [clinician.email] * 2
        assert not reads(newcomer) and not reads(newcomer, DELAY - timedelta(seconds=9))
        assert reads(newcomer, DELAY)

    def test_only_the_leads_of_the_team_are_told_of_a_place_in_it(
        self, administrator: User, newcomer: User, clinician: User, outsider: User, team_b: CareTeam
    ) -> None:
        care.add_member(by=administrator, team=team_b, user=newcomer)
        assert OutboxMail.objects.get().to == outsider.email

    def test_where_nobody_leads_all_of_the_team_is_told(
        self, administrator: User, newcomer: User, team_a: CareTeam
    ) -> None:
        for name in ("Mia Member", "Mel Member"):
            care.add_member(by=None, team=team_a, user=person(name))
        care.add_member(by=administrator, team=team_a, user=newcomer)
        assert OutboxMail.objects.count() == 2

    def test_a_lead_stops_it_and_it_never_opens(
        self, administrator: User, newcomer: User, clinician: User, team_a: CareTeam, patient: Patient
    ) -> None:
        people.grant_role(by=None, user=newcomer, role=Role.CLINICIAN)
        row = care.add_member(by=administrator, team=team_a, user=newcomer)
        with pytest.raises(NotPermitted):
            decide_access(by=clinician, row=row, approve=True)
        decide_access(by=clinician, row=row, approve=False)
        assert not reads(newcomer, DELAY * 30)

    def test_after_the_day_it_can_only_be_ended(
        self, administrator: User, newcomer: User, clinician: User
    ) -> None:
        grant = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        with clock.simulated(clock.now() + DELAY), pytest.raises(Conflict):
            decide_access(by=administrator, row=grant, approve=False)
        people.end_role(by=administrator, grant=grant, ends_on=server_days_ago(1))
        with clock.simulated(clock.now() + DELAY * 2):
            assert fresh(newcomer).roles == frozenset()

    def test_who_gave_it_takes_it_back(self, administrator: User, newcomer: User) -> None:
        grant = people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)
        decide_access(by=administrator, row=grant, approve=False)
        with clock.simulated(clock.now() + DELAY * 2):
            assert fresh(newcomer).roles == frozenset()
        people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)  # and may be given anew


class TestTheDatabase:
    @pytest.mark.parametrize(
        "values",
        [
            {"standing": "delayed"},
            {"standing": "asked", "opens_at": clock.now()},
            {"standing": "given", "decided_by": "administrator"},
            {"standing": "given", "decided_by": "newcomer"},
            {"granted_by": "newcomer"},
        ],
    )
    def test_it_keeps_the_four_eyes(
        self, values: dict, administrator: User, newcomer: User, team_a: CareTeam, study: Study
    ) -> None:
        named = {"administrator": administrator, "newcomer": newcomer}
        given = {"granted_by": administrator} | {
            name: named.get(value, value) for name, value in values.items()
        }
        common = {"user": newcomer, "starts_on": server_days_ago(0), **given}
        for model, of in ((RoleGrant, {"role": "rater"}), (Membership, {"team": team_a})):
            with pytest.raises(IntegrityError), transaction.atomic():
                model.objects.create(**common, **of)
        with pytest.raises(IntegrityError), transaction.atomic():
            study.memberships.create(**common)

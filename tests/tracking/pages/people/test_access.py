"""The pages of the second person, and what the teams are shown of who joins them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import person, server_days_ago
from tests.markup import said
from tracking.actions import care, people
from tracking.actions.access import decide_access
from tracking.models import CareTeam, Membership, RoleGrant, Site, Study, User
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer(db: None) -> User:
    return person("Nora New")


@pytest.fixture
def second(site: Site) -> User:
    return person("Sam Second", Role.ADMINISTRATOR, site=site)


@pytest.fixture
def grant(administrator: User, second: User, newcomer: User) -> RoleGrant:
    return people.grant_role(by=administrator, user=newcomer, role=Role.CLINICIAN)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def of(kind: str, row: RoleGrant | Membership) -> str:
    return reverse("access", args=[kind, row.pk])


class TestDeciding:
    def test_the_second_person_finds_it_and_approves(
        self, administrator: User, second: User, newcomer: User, grant: RoleGrant
    ) -> None:
        client = signed_in(second)
        overview = said(client.get(reverse("administration")))
        assert "Waits for a second person Nora New Clinician given by Ada Administrator" in overview
        page = said(client.get(of("role", grant)))
        assert "nora.new@example.org" in page and "Sees and records everything" in page
        assert client.post(of("role", grant), {"approve": "1"}).url == reverse("administration")
        assert User.objects.get(pk=newcomer.pk).has_role(Role.CLINICIAN)
        assert client.post(of("role", grant), {"approve": "1"}).status_code == 409
        assert "Decided by Sam Second" in said(client.get(of("role", grant)))

    def test_a_place_in_a_study_is_named(
        self, administrator: User, second: User, newcomer: User, study: Study
    ) -> None:
        member = care.add_study_member(by=administrator, study=study, user=newcomer)
        assert study.title in said(signed_in(second).get(of("study", member)))

    def test_no_choice_is_no_decision(self, second: User, grant: RoleGrant) -> None:
        assert signed_in(second).post(of("role", grant)).status_code == 400
        grant.refresh_from_db()
        assert grant.is_waiting

    def test_it_is_refused(self, second: User, newcomer: User, grant: RoleGrant) -> None:
        client = signed_in(second)
        assert client.post(of("role", grant), {"approve": "0"}).status_code == 302
        assert "Refused. Nothing opens." in said(client.get(reverse("administration")))
        assert "refused" in said(client.get(reverse("administration-user", args=[newcomer.public_id])))

    def test_who_gave_it_sees_who_may_approve_and_takes_it_back(
        self, administrator: User, newcomer: User, grant: RoleGrant
    ) -> None:
        client = signed_in(administrator)
        page = said(client.get(of("role", grant)))
        assert "Can be approved by Sam Second." in page and "Take it back" in page
        assert client.post(of("role", grant), {"approve": "1"}).status_code == 302
        assert not User.objects.get(pk=newcomer.pk).has_role(Role.CLINICIAN)
        grant.refresh_from_db()
        assert grant.standing == "refused"

    def test_the_form_says_that_it_waits(
        self, administrator: User, second: User, newcomer: User, team_a: CareTeam, study: Study
    ) -> None:
        client = signed_in(administrator)
        today = server_days_ago(0)
        for route, args, values in (
            ("administration-grant-new", newcomer.public_id, {"role": "researcher"}),
            ("administration-study-join", newcomer.public_id, {"study": study.pk}),
            ("administration-team", team_a.public_id, {"user": newcomer.pk}),
        ):
            answer = client.post(reverse(route, args=[args]), values | {"starts_on": today}, follow=True)
            assert "Another administrator has been asked" in said(answer)

    @pytest.mark.parametrize(("who", "status"), [("elsewhere", 404), ("newcomer", 403)])
    def test_to_others_it_is_not_there(
        self, who: str, status: int, grant: RoleGrant, request: pytest.FixtureRequest
    ) -> None:
        client = signed_in(request.getfixturevalue(who))
        assert client.get(of("role", grant)).status_code == status
        assert client.post(of("role", grant)).status_code == status

    def test_a_place_in_another_team_is_not_for_a_lead_to_see(
        self, administrator: User, clinician: User, newcomer: User, team_b: CareTeam
    ) -> None:
        row = care.add_member(by=administrator, team=team_b, user=newcomer)
        assert signed_in(clinician).get(of("team", row)).status_code == 404

    @pytest.mark.parametrize(("kind", "pk"), [("role", 10**6), ("nothing", 1)])
    def test_what_is_nowhere_is_not_found(self, kind: str, pk: int, administrator: User) -> None:
        client = signed_in(administrator)
        assert client.get(reverse("access", args=[kind, pk])).status_code == 404


class TestTheTeams:
    def test_a_lead_sees_who_is_about_to_join_and_refuses(
        self, administrator: User, clinician: User, newcomer: User, team_a: CareTeam
    ) -> None:
        row = care.add_member(by=administrator, team=team_a, user=newcomer)
        client = signed_in(clinician)
        assert "Nora New about to join See and refuse" in said(client.get(reverse("own-teams")))
        assert "opens by itself" in said(client.get(of("team", row)))
        assert client.post(of("team", row)).url == reverse("own-teams")
        assert "Nora New" not in said(client.get(reverse("own-teams")))

    def test_a_lead_is_not_told_who_else_administers_the_site(
        self, administrator: User, second: User, clinician: User, newcomer: User, team_a: CareTeam
    ) -> None:
        row = care.add_member(by=administrator, team=team_a, user=newcomer)
        page = said(signed_in(clinician).get(of("team", row)))
        assert "Another administrator has been asked" in page and "Sam Second" not in page

    def test_a_member_sees_who_joined_and_who_let_them_in(
        self, administrator: User, second: User, clinician: User, newcomer: User, team_a: CareTeam
    ) -> None:
        row = care.add_member(by=administrator, team=team_a, user=newcomer)
        decide_access(by=second, row=row, approve=True)
        page = said(signed_in(clinician).get(reverse("own-teams")))
        assert "given by Ada Administrator, approved by Sam Second" in page.replace(" ,", ",")
        assert page.index("Nora New") < page.index("lead, from")

    def test_who_is_in_no_team_is_told_so(self, db: None) -> None:
        page = signed_in(person("Lone Clinician", Role.CLINICIAN)).get(reverse("own-teams"))
        assert "You are in no team." in said(page)

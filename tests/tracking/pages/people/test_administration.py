"""The administrator's pages: they govern people and show nothing clinical."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from measures import registry
from tests.cast import CRISIS, days_ago, person, server_days_ago
from tests.markup import markup, said
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.treated import medicated
from tracking import clock
from tracking.actions import assessments, care, people, safety
from tracking.models import (
    CareTeam,
    EpisodeMark,
    OutboxMail,
    Patient,
    SafetyAlert,
    Site,
    Study,
    StudyMark,
    TreatmentEpisode,
    User,
)
from tracking.queries.access import DELAY
from tracking.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def addresses(clinician: User, team_a: CareTeam, researcher: User) -> list[str]:
    """Every page of this module."""
    return [
        reverse("administration"),
        reverse("administration-user-new"),
        reverse("administration-user", args=[clinician.public_id]),
        reverse("administration-grant-new", args=[clinician.public_id]),
        reverse("administration-study-join", args=[clinician.public_id]),
        reverse("administration-grant-end", args=[clinician.role_grants.get().pk]),
        reverse("administration-study-leave", args=[researcher.study_memberships.get().pk]),
        reverse("administration-team-new"),
        reverse("administration-team", args=[team_a.public_id]),
        reverse("administration-membership-end", args=[clinician.memberships.get().pk]),
    ]


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


class TestWhoGetsIn:
    def test_the_administrator_sees_each_page(self, office: Client, addresses: list[str]) -> None:
        for address in addresses:
            assert office.get(address).status_code == 200, address

    @pytest.mark.parametrize("who", ["clinician", "rater", "researcher", "steward", "patient_user"])
    def test_another_role_is_refused(
        self, client: Client, addresses: list[str], who: str, request: pytest.FixtureRequest
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        for address in addresses:
            assert client.get(address).status_code == 403
            assert client.post(address).status_code in (403, 405)

    def test_a_stranger_is_sent_to_sign_in(self, client: Client, addresses: list[str]) -> None:
        for address in addresses:
            assert client.get(address).url.startswith(reverse("account_login"))

    def test_another_site_is_out_of_reach(self, office: Client, elsewhere: User, south: Site) -> None:
        team = south.teams.get()
        away = [
            reverse("administration-user", args=[elsewhere.public_id]),
            reverse("administration-grant-new", args=[elsewhere.public_id]),
            reverse("administration-study-join", args=[elsewhere.public_id]),
            reverse("administration-grant-end", args=[elsewhere.role_grants.get().pk]),
            reverse("administration-team", args=[team.public_id]),
            reverse("administration-membership-end", args=[elsewhere.memberships.get().pk]),
            reverse("administration-user", args=[uuid.uuid4()]),
        ]
        bodies = {office.get(address).content for address in away}
        assert {office.get(address).status_code for address in away} == {404}
        assert len(bodies) == 1
        overview = office.get(reverse("administration")).content.decode()
        assert reverse("site-contacts", args=["north"]) in overview
        assert "Sue South" not in overview
        assert "Team S" not in overview

    def test_a_patients_account_is_not_staff(self, office: Client, patient_user: User) -> None:
        assert "Petra" not in office.get(reverse("administration")).content.decode()
        address = reverse("administration-user", args=[patient_user.public_id])
        assert office.get(address).status_code == 404


class TestNothingClinical:
    def test_counts_and_no_value(
        self,
        office: Client,
        addresses: list[str],
        episode: TreatmentEpisode,
        clinician: User,
        patient: Patient,
    ) -> None:
        medicated(clinician, episode)
        recorded(episode, None, "phq9", {item.code: 3 for item in registry.get("phq9").items})
        assert SafetyAlert.objects.count() == 1
        EpisodeMark.objects.filter(episode=episode).update(parked_at=timezone.now())
        pages = "".join(office.get(address).content.decode() for address in addresses)
        for word in ("sertraline", "PHQ", patient.study_code, "Petra", "Patientin", "4711", "urgent"):
            assert word not in pages
        overview = markup(office.get(reverse("administration")))
        assert "<dt>Open safety alerts</dt><dd>1<small>none of them late" in overview
        assert "<dt>Parked jobs</dt><dd>1<small>" in overview

    def test_alerts_that_nobody_took_on_in_time_are_counted(
        self, office: Client, episode: TreatmentEpisode
    ) -> None:
        recorded(episode, None, "phq9", PHQ9 | {"9": 1}, ago=2)
        safety.escalate_alerts(now=timezone.now() + safety.ESCALATE_AFTER + timedelta(minutes=1))
        recorded(episode, None, "phq9", PHQ9 | {"9": 1}, ago=1)
        overview = markup(office.get(reverse("administration")))
        assert "<dd>2<small>1 of them late: the whole team was told</small>" in overview

    def test_what_waits_at_another_site_is_not_counted(
        self, office: Client, episode: TreatmentEpisode, clinician: User, patient: Patient
    ) -> None:
        other = care.create_site(
            by=None, key="far", name="Far Clinic", timezone="UTC", crisis_contacts=CRISIS
        )
        recorded(episode, None, "phq9", PHQ9 | {"9": 3})
        for model in (EpisodeMark, StudyMark):
            model.objects.update(parked_at=timezone.now())
        assert "<dt>Open safety alerts</dt><dd>1<small>" in markup(office.get(reverse("administration")))
        CareTeam.objects.update(site=other)
        Study.objects.update(site=other)
        overview = markup(office.get(reverse("administration")))
        assert "<dt>Open safety alerts</dt><dd>0<small>" in overview
        assert "<dt>Parked jobs</dt><dd>0<small>" in overview

    def test_alerts_of_another_site_are_not_counted(
        self, client: Client, south: Site, episode: TreatmentEpisode, clinician: User
    ) -> None:
        assessments.record_assessment(
            by=clinician,
            episode=episode,
            instrument=registry.get("phq9"),
            answers={item.code: 3 for item in registry.get("phq9").items},
            source="clinician_entered",
            assessed_on=days_ago(1),
            submission_id=uuid.uuid4(),
        )
        client.force_login(person("Sonja South", Role.ADMINISTRATOR, site=south))
        overview = markup(client.get(reverse("administration")))
        assert "<dt>Open safety alerts</dt><dd>0<small>" in overview


class TestPeople:
    def test_an_invitation_makes_an_account_that_may_do_nothing(self, office: Client) -> None:
        values = {"name": "Nele Neu", "email": "Nele@Example.org", "role": "administrator", "is_active": "x"}
        response = office.post(reverse("administration-user-new"), values)
        user = User.objects.get(email="nele@example.org")
        assert response.url == reverse("administration-user", args=[user.public_id])
        assert user.roles == frozenset()
        assert OutboxMail.objects.get().to == "nele@example.org"
        again = office.post(reverse("administration-user-new"), values)
        assert again.status_code == 400
        assert "Belongs to another account" in again.content.decode()

    def test_who_has_no_role_may_do_nothing_and_the_page_says_so(self, office: Client) -> None:
        office.post(reverse("administration-user-new"), {"name": "Nora New", "email": "nora@example.org"})
        page = office.get(reverse("administration-user", args=[User.objects.get(name="Nora New").public_id]))
        assert "Without a role this person may do nothing." in page.content.decode()
        assert "Grant a role" in page.content.decode()

    def test_the_page_of_a_person_says_how_they_sign_in_and_what_can_be_done(
        self, office: Client, clinician: User
    ) -> None:
        address = reverse("administration-user", args=[clinician.public_id])
        page = said(office.get(address))
        assert "Last sign-in never" in page and "not chosen yet" in page and "in 0 browsers" in page
        for route in ("administration-user-password", "administration-user-sign-out"):
            target = reverse(route, args=[clinician.public_id])
            assert office.get(target).status_code == 405
            assert office.post(target).url == address
        assert OutboxMail.objects.get().to == clinician.email

    def test_a_site_is_called_by_another_name(self, office: Client, site: Site, south: Site) -> None:
        address = reverse("site-name", args=[site.key])
        assert "North Clinic" in office.get(address).content.decode()
        assert office.post(address, {"name": "Harbour Clinic"}).url == reverse("administration")
        assert Site.objects.get(pk=site.pk).name == "Harbour Clinic"
        assert office.post(address, {"name": " "}).status_code == 400
        assert office.post(reverse("site-name", args=[south.key]), {"name": "Mine"}).status_code == 404

    def test_a_role_is_granted_with_its_sentence_shown(self, office: Client, rater: User) -> None:
        address = reverse("administration-grant-new", args=[rater.public_id])
        page = office.get(address).content.decode()
        for role in Role:
            assert (role.sentence in page) == (role != Role.PATIENT)
        assert (
            office.post(address, {"role": "researcher", "starts_on": server_days_ago(0)}).status_code == 302
        )
        assert not fresh(rater).has_role(Role.RESEARCHER)
        with clock.simulated(clock.now() + DELAY):
            assert fresh(rater).has_role(Role.RESEARCHER)
        assert (
            office.post(address, {"role": "researcher", "starts_on": server_days_ago(0)}).status_code == 409
        )

    @pytest.mark.parametrize("role", ["patient", "root", ""])
    def test_no_other_role_is_granted_here(self, office: Client, rater: User, role: str) -> None:
        address = reverse("administration-grant-new", args=[rater.public_id])
        assert office.post(address, {"role": role, "starts_on": server_days_ago(0)}).status_code == 400
        assert rater.role_grants.count() == 1

    def test_the_own_roles_and_account_are_out_of_reach(self, office: Client, administrator: User) -> None:
        grant = administrator.role_grants.get()
        own = administrator.public_id
        office.post(
            reverse("administration-grant-new", args=[own]),
            {"role": "clinician", "starts_on": server_days_ago(0)},
        )
        office.post(reverse("administration-grant-end", args=[grant.pk]), {"at_once": "yes"})
        office.post(reverse("administration-user-active", args=[own]), {"active": "no"})
        assert fresh(administrator).roles == {"administrator"}
        assert "Grant a role" not in office.get(reverse("administration-user", args=[own])).content.decode()

    def test_an_administrator_of_a_site_is_made_for_that_site_alone(
        self, office: Client, rater: User, south: Site, site: Site
    ) -> None:
        address = reverse("administration-grant-new", args=[rater.public_id])
        for chosen in ("", south.pk):
            values = {"role": "administrator", "site": chosen, "starts_on": server_days_ago(0)}
            assert office.post(address, values).status_code == 400
        values = {"role": "administrator", "site": site.pk, "starts_on": server_days_ago(0)}
        assert office.post(address, values).status_code == 302

    def test_a_role_ends_at_once_or_with_a_day(self, office: Client, rater: User) -> None:
        address = reverse("administration-grant-end", args=[rater.role_grants.get().pk])
        nothing = office.post(address, {"at_once": "no"})
        assert nothing.status_code == 400
        assert "Say which day is the last" in nothing.content.decode()
        assert office.post(address, {"at_once": "no", "ends_on": server_days_ago(0)}).status_code == 302
        assert fresh(rater).has_role(Role.RATER)
        assert office.post(address, {"at_once": "yes"}).status_code == 302
        assert fresh(rater).roles == frozenset()
        assert office.post(address, {"at_once": "yes"}).status_code == 409

    def test_a_closed_account_is_signed_out_at_the_next_request(
        self, office: Client, clinician: User
    ) -> None:
        elsewhere = Client()
        elsewhere.force_login(clinician)
        assert elsewhere.get(reverse("patient-new")).status_code == 200
        address = reverse("administration-user-active", args=[clinician.public_id])
        assert office.get(address).status_code == 405
        office.post(address, {"active": "no"})
        assert elsewhere.get(reverse("patient-new")).url.startswith(reverse("account_login"))
        office.post(address, {"active": "yes"})
        assert not fresh(clinician).has_role(Role.CLINICIAN)
        with clock.simulated(clock.now() + DELAY):
            assert fresh(clinician).has_role(Role.CLINICIAN)

    def test_a_researcher_joins_a_study_and_leaves_it(
        self, office: Client, study: Study, rater: User
    ) -> None:
        people.grant_role(by=None, user=rater, role=Role.RESEARCHER)
        join = reverse("administration-study-join", args=[rater.public_id])
        values = {"study": study.pk, "starts_on": server_days_ago(0)}
        assert [office.post(join, values).status_code for _ in range(2)] == [302, 409]
        assert not Study.objects.visible_to(fresh(rater)).exists()
        with clock.simulated(clock.now() + DELAY):
            assert Study.objects.visible_to(fresh(rater)).exists()
        leave = reverse("administration-study-leave", args=[rater.study_memberships.get().pk])
        assert office.post(leave, {"at_once": "yes"}).status_code == 302
        assert not Study.objects.visible_to(fresh(rater)).exists()


class TestTeams:
    def test_a_team_is_made_at_an_own_site(self, office: Client, site: Site, south: Site) -> None:
        address = reverse("administration-team-new")
        assert office.post(address, {"name": "Team N", "site": south.pk}).status_code == 400
        response = office.post(address, {"name": "Team N", "site": site.pk})
        team = CareTeam.objects.get(name="Team N")
        assert response.url == reverse("administration-team", args=[team.public_id])
        assert office.post(address, {"name": "team n", "site": site.pk}).status_code == 400

    def test_a_member_sees_the_patients_and_after_the_end_does_not(
        self, office: Client, team_a: CareTeam, outsider: User, patient: Patient
    ) -> None:
        address = reverse("administration-team", args=[team_a.public_id])
        values = {"user": outsider.pk, "starts_on": server_days_ago(0), "is_lead": ""}
        assert [office.post(address, values).status_code for _ in range(2)] == [302, 409]
        assert not Patient.objects.visible_to(fresh(outsider)).exists()
        with clock.simulated(clock.now() + DELAY):
            assert Patient.objects.visible_to(fresh(outsider)).exists()
        membership = outsider.memberships.get(team=team_a)
        end = reverse("administration-membership-end", args=[membership.pk])
        assert office.post(end, {"at_once": "yes"}).url == address
        assert not Patient.objects.visible_to(fresh(outsider)).exists()

    def test_who_cannot_be_seen_cannot_be_added(
        self, office: Client, team_a: CareTeam, elsewhere: User
    ) -> None:
        address = reverse("administration-team", args=[team_a.public_id])
        values = {"user": elsewhere.pk, "starts_on": server_days_ago(0)}
        assert office.post(address, values).status_code == 400
        assert team_a.memberships.filter(user=elsewhere).count() == 0

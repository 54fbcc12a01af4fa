"""Enrolment, identity, consent and the ends of an episode, through the pages."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import days_ago, server_days_ago
from tracking.actions import care, people
from tracking.models import (
    AuditEvent,
    CareTeam,
    Patient,
    PatientIdentity,
    ReadEvent,
    Study,
    TreatmentEpisode,
    User,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
PAGES = ["patient-identity", "consent", "episode-new"]


@pytest.fixture
def addresses(patient: Patient, episode: TreatmentEpisode) -> list[str]:
    pages = [reverse(name, args=[patient.public_id]) for name in PAGES]
    return [*pages, reverse("episode-end", args=[episode.public_id])]


class TestWhoGetsIn:
    def test_the_clinician_of_the_team_is_let_in_and_logged(self, desk: Client, addresses: list[str]) -> None:
        for number, address in enumerate(addresses, start=1):
            assert desk.get(address).status_code == 200
            assert ReadEvent.objects.count() == number
        assert desk.get(reverse("patient-new")).status_code == 200

    def test_an_outsider_meets_the_same_404_as_for_nothing(
        self, client: Client, outsider: User, addresses: list[str], patient: Patient
    ) -> None:
        client.force_login(outsider)
        for address in addresses:
            dead = "/".join(str(uuid.uuid4()) if len(part) == 36 else part for part in address.split("/"))
            for method in (client.get, client.post):
                foreign, absent = method(address), method(dead)
                assert foreign.status_code == absent.status_code == 404
                assert foreign.content == absent.content
                assert b"Petra" not in foreign.content
        assert not ReadEvent.objects.exists()

    @pytest.mark.parametrize("who", ["rater", "researcher", "steward", "administrator", "patient_user"])
    def test_another_role_is_refused(
        self, client: Client, addresses: list[str], who: str, request: pytest.FixtureRequest
    ) -> None:
        client.force_login(request.getfixturevalue(who))
        for address in [*addresses, reverse("patient-new")]:
            assert client.get(address).status_code == client.post(address).status_code == 403

    def test_a_stranger_is_sent_to_sign_in(self, client: Client, addresses: list[str]) -> None:
        for address in [*addresses, reverse("patient-new")]:
            assert client.get(address).url.startswith(reverse("account_login"))

    def test_who_leaves_the_team_is_out_at_the_next_request(
        self, desk: Client, addresses: list[str], clinician: User
    ) -> None:
        assert desk.get(addresses[0]).status_code == 200
        care.end_membership(by=None, membership=clinician.memberships.get(), ends_on=server_days_ago(1))
        assert desk.get(addresses[0]).status_code == 404


class TestEnrolment:
    def values(self, own: CareTeam, **changes: object) -> dict[str, object]:
        return {
            "given_name": "Anton",
            "family_name": "Anders",
            "date_of_birth": "1990-05-01",
            "sex": "male",
            "timezone": "Europe/Berlin",
            "team": own.pk,
            "enrolled_on": days_ago(2),
            "diagnosis": "ptsd",
            "plan": "mdma-ptsd:mdma",
            "starts_on": days_ago(1),
        } | changes

    def test_a_patient_is_enrolled_and_the_first_questionnaires_are_asked_for(
        self, desk: Client, team_a: CareTeam, study: Study, clinician: User, nudges
    ) -> None:
        care.add_study_member(by=None, study=study, user=clinician)
        response = desk.post(reverse("patient-new"), self.values(team_a, study=study.pk))
        patient = Patient.objects.get()
        assert response.url == reverse("patient", args=[patient.public_id])
        episode = patient.episodes.get()
        assert (episode.protocol, episode.arm, episode.study) == ("mdma-ptsd", "mdma", study)
        assert patient.identity.name == "Anton Anders"
        assert set(episode.requests.values_list("instrument", flat=True)) >= {"caps5", "phq9", "wai_sr"}
        assert nudges == [episode.pk]

    @pytest.mark.parametrize("language", ["", "de"])
    def test_a_patient_may_have_a_language(self, desk: Client, team_a: CareTeam, language: str) -> None:
        assert desk.post(reverse("patient-new"), self.values(team_a, language=language)).status_code == 302
        assert Patient.objects.get().language == language

    def test_a_treatment_may_follow_no_protocol(self, desk: Client, team_a: CareTeam) -> None:
        assert desk.post(reverse("patient-new"), self.values(team_a, plan=":")).status_code == 302
        assert TreatmentEpisode.objects.get().protocol == ""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"given_name": " "}, "This field is required"),
            ({"given_name": "An\u202eton"}, "cannot be shown"),
            ({"date_of_birth": "2999-01-01"}, "Lies in the future"),
            ({"date_of_birth": "31.2.1990"}, "Enter a valid date"),
            ({"enrolled_on": "2999-01-01"}, "Lies in the future"),
            ({"starts_on": "0219-01-01"}, "too far in the past"),
            ({"timezone": "Mars/Olympus"}, "Select a valid choice"),
            ({"plan": "mdma-ptsd:nothing"}, "Select a valid choice"),
            ({"plan": ""}, "This field is required"),
            ({"diagnosis": ""}, "This field is required"),
            ({"email": "no address"}, "Enter a valid email address"),
        ],
    )
    def test_what_is_wrong_is_said_and_nobody_is_enrolled(
        self, desk: Client, team_a: CareTeam, changes: dict, said: str
    ) -> None:
        response = desk.post(reverse("patient-new"), self.values(team_a, **changes))
        assert response.status_code == 400
        assert said in response.content.decode()
        assert not Patient.objects.exists()
        assert not PatientIdentity.objects.exists()

    def test_neither_a_foreign_team_nor_a_foreign_study_can_be_named(
        self, desk: Client, team_a: CareTeam, team_b: CareTeam, study: Study
    ) -> None:
        for changes in ({"team": team_b.pk}, {"study": study.pk}):
            assert desk.post(reverse("patient-new"), self.values(team_a, **changes)).status_code == 400
        assert not Patient.objects.exists()

    def test_what_the_form_does_not_ask_for_cannot_be_set(self, desk: Client, team_a: CareTeam) -> None:
        sent = self.values(team_a, study_code="MINE", is_simulated="on", age_at_start="5", status="completed")
        desk.post(reverse("patient-new"), sent)
        patient = Patient.objects.get()
        assert patient.study_code != "MINE"
        assert not patient.is_simulated
        assert (patient.episodes.get().age_at_start > 5, patient.episodes.get().status) == (True, "active")


class TestIdentity:
    def test_a_change_is_kept_and_logged_by_field_alone(self, desk: Client, patient: Patient) -> None:
        address = reverse("patient-identity", args=[patient.public_id])
        page = desk.get(address).content.decode()
        assert 'value="Petra"' in page
        assert 'value="1984-02-29"' in page
        values = {"given_name": "Petra", "family_name": "Neumann", "date_of_birth": "1984-02-29"}
        values |= {"sex": "female", "timezone": "Europe/Berlin"}
        assert desk.post(address, values).url == reverse("patient", args=[patient.public_id])
        assert PatientIdentity.objects.get().name == "Petra Neumann"
        event = AuditEvent.objects.get(action="change_identity")
        assert event.details == {"fields": ["email", "family_name", "phone", "record_number"]}

    def test_a_wrong_change_keeps_what_was(self, desk: Client, patient: Patient) -> None:
        address = reverse("patient-identity", args=[patient.public_id])
        response = desk.post(address, {"given_name": "", "family_name": "Neumann"})
        assert response.status_code == 400
        assert PatientIdentity.objects.get().name == "Petra Patientin"


class TestConsent:
    def test_given_then_withdrawn(self, desk: Client, patient: Patient) -> None:
        address = reverse("consent", args=[patient.public_id])
        assert "No consent to research is recorded" in desk.get(address).content.decode()
        for kind, said in (("given", "consents to research."), ("withdrawn", "has withdrawn the consent")):
            assert desk.post(address, {"kind": kind, "stated_on": days_ago(1)}).status_code == 302
            assert f"This patient {said}" in desk.get(address).content.decode()

    def test_nothing_is_chosen_beforehand(self, desk: Client, patient: Patient) -> None:
        page = desk.get(reverse("consent", args=[patient.public_id])).content.decode()
        assert "checked" not in page

    @pytest.mark.parametrize(
        ("values", "status", "said"),
        [
            ({"stated_on": days_ago(1)}, 400, "This field is required"),
            ({"kind": "given", "stated_on": "2999-01-01"}, 400, "Lies in the future"),
            ({"kind": "withdrawn", "stated_on": days_ago(1)}, 400, "No consent was given"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, desk: Client, patient: Patient, values: dict, status: int, said: str
    ) -> None:
        response = desk.post(reverse("consent", args=[patient.public_id]), values)
        assert response.status_code == status
        assert said in response.content.decode()
        assert not patient.research_consents.exists()

    def test_posted_twice_is_one_statement(self, desk: Client, patient: Patient) -> None:
        values = {"kind": "given", "stated_on": days_ago(1)}
        address = reverse("consent", args=[patient.public_id])
        assert [desk.post(address, values).status_code for _ in range(2)] == [302, 409]
        assert patient.research_consents.count() == 1


class TestEpisodes:
    def test_an_episode_ends_and_another_begins(
        self, desk: Client, patient: Patient, episode: TreatmentEpisode, nudges
    ) -> None:
        begin = reverse("episode-new", args=[patient.public_id])
        values = {"diagnosis": "mdd", "plan": "ssri-psychotherapy:combined", "starts_on": days_ago(1)}
        assert desk.post(begin, values).status_code == 409
        end = reverse("episode-end", args=[episode.public_id])
        assert desk.post(end, {"reason": "completed", "ends_on": days_ago(2)}).status_code == 302
        assert desk.post(end, {"reason": "completed", "ends_on": days_ago(2)}).status_code == 409
        assert desk.post(begin, values).status_code == 302
        assert set(patient.episodes.values_list("status", flat=True)) == {"completed", "active"}
        assert len(nudges) == 2

    def test_an_end_before_the_start_is_refused(self, desk: Client, episode: TreatmentEpisode) -> None:
        address = reverse("episode-end", args=[episode.public_id])
        response = desk.post(address, {"reason": "completed", "ends_on": days_ago(121)})
        assert response.status_code == 400
        assert "before the first day of the episode" in response.content.decode()

    def test_a_patient_without_identity_has_every_page(
        self, desk: Client, team_a: CareTeam, clinician: User
    ) -> None:
        known = people.enrol_patient(
            by=clinician, team=team_a, identity=None, sex="unknown", enrolled_on=days_ago(1)
        )
        for name in PAGES:
            page = desk.get(reverse(name, args=[known.public_id]))
            assert page.status_code == 200
            assert known.study_code in page.content.decode()

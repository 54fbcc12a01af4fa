"""The pages of a patient's place, and of records that are one too many."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import days_ago, person
from tests.markup import markup, said
from tests.tracking.pages.doors import signed_in
from tracking.actions import care, endings, people, records, scheduling, transfers
from tracking.models import AuditEvent, CareTeam, Patient, ReadEvent, RecordMove, TreatmentEpisode, User
from tracking.vocabulary import Role

WHY = "the referral named somebody else"


@pytest.fixture
def desk(clinician: User) -> Client:
    return signed_in(clinician)


@pytest.fixture
def colleague(team_a: CareTeam) -> User:
    user = person("Cora Colleague", Role.CLINICIAN)
    care.add_member(by=None, team=team_a, user=user, starts_on=days_ago(300))
    return user


@pytest.fixture
def twice(team_a: CareTeam, clinician: User) -> TreatmentEpisode:
    """Petra Patientin once more, with day and month of her birth exchanged."""
    identity = {"given_name": "Petra", "family_name": "Patientin", "date_of_birth": date(1984, 2, 28)}
    patient = people.enrol_patient(
        by=clinician,
        team=team_a,
        identity=identity,
        sex="female",
        enrolled_on=days_ago(20),
        timezone="Europe/Berlin",
    )
    episode = care.start_episode(
        by=clinician, patient=patient, diagnosis="mdd", protocol="", arm="", starts_on=days_ago(10)
    )
    scheduling.create_request(by=clinician, episode=episode, instrument="phq9", due_on=days_ago(0))
    return episode


def at(route: str, row: Patient | RecordMove) -> str:
    return reverse(route, args=[row.public_id])


class TestCorrections:
    def test_sex_and_time_zone_are_corrected_with_what_was_before(
        self, desk: Client, episode: TreatmentEpisode
    ) -> None:
        address = at("patient-identity", episode.patient)
        values = desk.get(address).context["form"].initial
        assert (values["sex"], values["timezone"]) == ("female", "Europe/Berlin")
        answer = desk.post(address, values | {"sex": "other", "timezone": "Europe/Lisbon"})
        assert answer.status_code == 302
        notes = dict(AuditEvent.objects.filter(action__startswith="change_").values_list("action", "details"))
        assert notes == {
            "change_sex": {"sex": "other", "before": "female"},
            "change_time_zone": {"timezone": "Europe/Lisbon", "before": "Europe/Berlin"},
        }

    def test_what_cannot_be_is_said(self, desk: Client, patient: Patient) -> None:
        address = at("patient-identity", patient)
        answer = desk.post(
            address, {"given_name": "Petra", "family_name": "Patientin", "sex": "x", "timezone": "y"}
        )
        assert answer.status_code == 400 and said(answer).count("Select a valid choice") >= 2
        patient.refresh_from_db()
        assert (patient.sex, patient.timezone) == ("female", "Europe/Berlin")

    def test_the_page_leads_to_all_that_can_be_put_right(self, desk: Client, patient: Patient) -> None:
        page = markup(desk.get(at("patient-identity", patient)))
        for route in ("patient-responsible", "patient-transfer", "record-merge", "record-undo"):
            assert f'href="{at(route, patient)}"' in page

    def test_who_is_responsible_stands_at_the_head(
        self, desk: Client, episode: TreatmentEpisode, clinician: User, outsider: User
    ) -> None:
        address = at("patient-responsible", episode.patient)
        assert desk.post(address, {"responsible": outsider.pk}).status_code == 400
        assert desk.post(address, {"responsible": clinician.pk}).status_code == 302
        assert f"responsible {clinician.name}" in said(desk.get(at("patient", episode.patient)))
        assert desk.post(address, {"responsible": ""}).status_code == 302
        assert "responsible" not in said(desk.get(at("patient", episode.patient)))

    def test_a_patient_is_given_to_another_team(
        self, desk: Client, patient: Patient, team_b: CareTeam, outsider: User
    ) -> None:
        address = at("patient-transfer", patient)
        assert "Team B" in said(desk.get(address))
        assert desk.post(address, {"team": team_b.pk, "reason": ""}).status_code == 400
        assert desk.post(address, {"team": team_b.pk, "reason": WHY}, follow=True).status_code == 200
        assert desk.get(at("patient", patient)).status_code == 404
        assert signed_in(outsider).get(at("consent", patient)).status_code == 200


class TestUndo:
    def test_proposed_by_one_confirmed_by_another_and_put_back(
        self, desk: Client, twice: TreatmentEpisode, episode: TreatmentEpisode, colleague: User
    ) -> None:
        answer = desk.post(at("record-undo", twice.patient), {"reason": WHY}, follow=True)
        row = RecordMove.objects.get()
        assert "waits for a decision" in said(answer) and "Can be decided by Cora Colleague" in said(answer)
        assert "proposes to take this record out" in said(desk.get(at("patient", twice.patient)))
        refused = desk.post(at("record-move", row), {"approve": "1"})
        assert refused.status_code == 400 and "another clinician" in said(refused).lower()
        other = signed_in(colleague)
        assert "1 record may be one too many and waits for a second person" in said(
            other.get(reverse("today"))
        )
        assert "may be one too many" not in said(desk.get(reverse("today")))
        assert other.post(at("record-move", row), {"approve": "1"}).url == reverse("record-moves")
        assert other.get(at("patient", twice.patient)).status_code == 404
        page = said(other.get(at("record-move", row)))
        assert "It can be put back until" in page and "Petra Patientin" in page
        assert "confirmed by Cora Colleague" in said(other.get(reverse("record-moves")))
        assert desk.post(at("record-move", row), {"reason": "right"}).url == at("patient", twice.patient)
        assert desk.get(at("patient", twice.patient)).status_code == 200
        assert "put back" in said(desk.get(at("record-move", row)))
        assert desk.get(at("patient", episode.patient)).status_code == 200

    def test_refused_nothing_is_changed(self, desk: Client, twice: TreatmentEpisode, colleague: User) -> None:
        desk.post(at("record-undo", twice.patient), {"reason": WHY})
        row = RecordMove.objects.get()
        answer = signed_in(colleague).post(at("record-move", row), {"approve": "0"}, follow=True)
        assert "Nothing was changed" in said(answer)
        assert "refused" in said(desk.get(at("record-move", row)))
        late = signed_in(colleague).post(at("record-move", row), {"approve": "1"})
        assert late.status_code == 409

    def test_where_nobody_else_is_it_says_so(self, desk: Client, twice: TreatmentEpisode) -> None:
        answer = desk.post(at("record-undo", twice.patient), {"reason": WHY}, follow=True)
        assert "Nobody of the care team may decide" in said(answer)

    def test_an_alert_of_an_old_link_leads_to_the_way_back(
        self, desk: Client, twice: TreatmentEpisode, clinician: User, colleague: User
    ) -> None:
        from tracking.actions import assessments

        row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        records.decide_move(by=colleague, row=row, approve=True)
        assessments.hear_danger(request=twice.requests.get(), item="9", value=3)
        page = said(desk.get(reverse("alerts")))
        assert "Petra Patientin" in page and "taken out as a mistake" in page and "Put it back" in page


class TestMerge:
    def test_the_other_record_is_offered_and_named_by_its_code(
        self, desk: Client, twice: TreatmentEpisode, patient: Patient, colleague: User
    ) -> None:
        address = at("record-merge", twice.patient)
        page = said(desk.get(address))
        assert patient.study_code in page and "a date of birth that is one slip away" in page.lower()
        assert {row.patient for row in ReadEvent.objects.filter(page="record-merge")} == {
            patient.public_id,
            twice.patient.public_id,
        }
        for code in ("NOSUCH", twice.patient.study_code):
            assert desk.post(address, {"into": code, "reason": WHY}).status_code == 400
        assert (
            desk.post(address, {"into": f" {patient.study_code.lower()}", "reason": WHY}).status_code == 302
        )
        row, other = RecordMove.objects.get(), signed_in(colleague)
        page = said(other.get(at("record-move", row)))
        for shown in (
            "This record ends",
            "This record stays",
            "MRN-4711",
            "28 February 1984",
            "29 February 1984",
        ):
            assert shown in page
        assert other.post(at("record-move", row), {"approve": "1"}).url == at("patient", patient)
        page = said(other.get(at("patient", patient)))
        assert "Another record was merged into this one" in page
        assert TreatmentEpisode.objects.get(pk=twice.pk).patient == patient

    def test_a_record_of_another_team_is_none(
        self, desk: Client, twice: TreatmentEpisode, team_b: CareTeam
    ) -> None:
        there = people.enrol_patient(by=None, team=team_b, identity=None, sex="male", enrolled_on=days_ago(3))
        answer = desk.post(at("record-merge", twice.patient), {"into": there.study_code, "reason": WHY})
        assert answer.status_code == 400 and "of another record of your teams" in said(answer)

    def test_where_no_name_is_held_none_is_offered(
        self, desk: Client, team_a: CareTeam, patient: Patient
    ) -> None:
        nameless = people.enrol_patient(
            by=None, team=team_a, identity=None, sex="male", enrolled_on=days_ago(3)
        )
        assert "Records that may be of the same person" not in said(desk.get(at("record-merge", nameless)))


def test_nobody_of_another_team_finds_any_of_it(
    twice: TreatmentEpisode, clinician: User, outsider: User
) -> None:
    row = records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
    client = signed_in(outsider)
    for route in ("patient-responsible", "patient-transfer", "record-undo", "record-merge"):
        assert client.get(at(route, twice.patient)).status_code == 404
    assert client.get(at("record-move", row)).status_code == 404
    assert "Nothing waits" in said(client.get(reverse("record-moves")))


def test_the_list_names_both(
    desk: Client, twice: TreatmentEpisode, episode: TreatmentEpisode, clinician: User
) -> None:
    endings.end_episode(by=clinician, episode=episode, reason="completed", ends_on=days_ago(30))
    records.propose_merge(by=clinician, patient=twice.patient, into=episode.patient, reason=WHY)
    page = said(desk.get(reverse("record-moves")))
    assert "born 28 February 1984" in page and "to be one with Petra Patientin" in page
    noted = set(ReadEvent.objects.filter(page="record-moves").values_list("patient", flat=True))
    assert noted == {twice.patient.public_id, episode.patient.public_id}
    transfers.set_responsible(by=clinician, patient=episode.patient, responsible=clinician)


@pytest.mark.parametrize("proposes", ["undo", "merge"])
def test_while_it_waits_the_page_of_the_patient_says_what_is_proposed_and_by_whom(
    proposes: str, desk: Client, clinician: User, episode: TreatmentEpisode, twice: TreatmentEpisode
) -> None:
    if proposes == "undo":
        records.propose_undo(by=clinician, patient=twice.patient, reason=WHY)
        says = "Clara Clinician proposes to take this record out as a mistake."
    else:
        endings.end_episode(by=clinician, episode=episode, reason="completed", ends_on=days_ago(30))
        records.propose_merge(by=clinician, patient=twice.patient, into=episode.patient, reason=WHY)
        says = "Clara Clinician proposes to merge this record and another"
    assert says in said(desk.get(at("patient", twice.patient)))

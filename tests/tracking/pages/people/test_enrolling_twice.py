"""Enrolling somebody who may be known: it is asked first, and of another team no more is told than that."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import days_ago
from tests.markup import said
from tests.tracking.pages.doors import signed_in
from tracking.actions import care, people
from tracking.errors import InvalidInput
from tracking.models import (
    AuditEvent,
    CareTeam,
    Patient,
    PossibleDuplicate,
    ReadEvent,
    Site,
    TreatmentEpisode,
    User,
)
from tracking.rules.policies.likeness import MayBeKnown

ASKED = "Is this somebody who is here already?"
ELSEWHERE = "This person may be known at this site"
REASON = "Twin sister, met both"


@pytest.fixture
def desk(clinician: User) -> Client:
    return signed_in(clinician)


def values(own: CareTeam, **changes: object) -> dict[str, object]:
    """Petra Patientin of the cast, with her name and her day of birth as somebody else types them."""
    return {
        "given_name": "petra",
        "family_name": "Patienthin",
        "date_of_birth": "1984-02-29",
        "sex": "female",
        "timezone": "Europe/Berlin",
        "team": own.pk,
        "enrolled_on": days_ago(2),
        "diagnosis": "mdd",
        "plan": ":",
        "starts_on": days_ago(1),
    } | changes


def typed(own: CareTeam, **changes: object) -> dict[str, object]:
    """The same for the action."""
    data = values(own) | {"protocol": "", "arm": "", "study": None}
    identity = {name: data.pop(name) for name in ("given_name", "family_name", "date_of_birth")}
    del data["plan"]
    return data | {"team": own, "identity": identity} | changes


@pytest.fixture
def elsewhere_known(team_b: CareTeam) -> Patient:
    """Somebody of the other team of the site."""
    identity = {
        "given_name": "Nora",
        "family_name": "Feld",
        "date_of_birth": date(1980, 2, 1),
        "phone": "555",
    }
    return people.enrol_patient(
        by=None,
        team=team_b,
        identity=identity | {"record_number": "0012"},
        sex="female",
        enrolled_on=days_ago(9),
    )


class TestOfTheOwnTeams:
    def test_it_is_asked_and_nobody_is_enrolled(
        self, desk: Client, patient: Patient, team_a: CareTeam
    ) -> None:
        answer = desk.post(reverse("patient-new"), values(team_a))
        page = said(answer)
        assert answer.status_code == 400 and ASKED in page
        for shown in ("Petra Patientin", "born 29 February 1984", patient.study_code, "+49 30 1234567"):
            assert shown in page
        assert "a name that is like it, the same date of birth" in page and ELSEWHERE not in page
        assert Patient.objects.count() == 1 and not PossibleDuplicate.objects.exists()

    def test_that_it_was_asked_leaves_a_trace(
        self, desk: Client, patient: Patient, team_a: CareTeam, clinician: User
    ) -> None:
        desk.post(reverse("patient-new"), values(team_a))
        assert ReadEvent.objects.get(page="patient-new").patient == patient.public_id
        asked = AuditEvent.objects.get(action="ask_if_known")
        assert (asked.actor, asked.patient) == (clinician.public_id, patient.public_id)
        assert asked.details == {"visible": True}

    def test_with_a_reason_another_person_is_enrolled(
        self, desk: Client, patient: Patient, team_a: CareTeam
    ) -> None:
        form = desk.post(reverse("patient-new"), values(team_a)).context["form"]
        again = values(team_a, another_person=REASON, asked_of=form["asked_of"].value())
        assert desk.post(reverse("patient-new"), again).status_code == 302
        enrolled = Patient.objects.exclude(pk=patient.pk).get()
        kept = PossibleDuplicate.objects.get()
        assert (kept.patient, kept.enrolled, kept.reason) == (patient, enrolled, REASON)
        note = AuditEvent.objects.get(action="enrol_all_the_same")
        assert note.details == {"beside": patient.study_code} and note.patient == enrolled.public_id

    def test_a_reason_counts_only_of_whom_it_was_given(
        self, desk: Client, patient: Patient, elsewhere_known: Patient, team_a: CareTeam
    ) -> None:
        """Whoever puts the name right meets the question anew."""
        form = desk.post(reverse("patient-new"), values(team_a)).context["form"]
        other = {"given_name": "Nora", "family_name": "Feld", "date_of_birth": "1980-02-01"}
        again = values(team_a, another_person=REASON, asked_of=form["asked_of"].value()) | other
        answer = desk.post(reverse("patient-new"), again)
        assert answer.status_code == 400 and ELSEWHERE in said(answer)
        assert Patient.objects.count() == 2

    def test_a_blank_is_no_reason(self, patient: Patient, team_a: CareTeam, clinician: User) -> None:
        with pytest.raises(MayBeKnown) as asked:
            care.admit_patient(by=clinician, **typed(team_a))
        assert [one.patient for one in asked.value.found] == [patient]
        with pytest.raises(MayBeKnown, match="say why it is another person"):
            care.admit_patient(by=clinician, **typed(team_a, another_person=" "))

    def test_words_without_end_are_refused(
        self, desk: Client, patient: Patient, team_a: CareTeam, clinician: User
    ) -> None:
        key = desk.post(reverse("patient-new"), values(team_a)).context["form"]["asked_of"].value()
        with pytest.raises(InvalidInput, match="another_person: must not be longer than 1000"):
            care.admit_patient(by=clinician, **typed(team_a, another_person="x" * 1001, asked_of=key))
        assert Patient.objects.count() == 1

    def test_nobody_is_asked_about_a_stranger(self, desk: Client, patient: Patient, team_a: CareTeam) -> None:
        answer = desk.post(reverse("patient-new"), values(team_a, given_name="Anton", family_name="Anders"))
        assert answer.status_code == 302
        assert not AuditEvent.objects.filter(action="ask_if_known").exists()


class TestOfAnotherTeam:
    TWICE = {
        "given_name": "Nora",
        "family_name": "Feld",
        "date_of_birth": "1980-02-01",
        "record_number": "12",
    }

    def test_it_says_that_somebody_may_be_known_and_not_who(
        self, desk: Client, elsewhere_known: Patient, team_a: CareTeam, team_b: CareTeam
    ) -> None:
        page = said(desk.post(reverse("patient-new"), values(team_a, **self.TWICE)))
        assert ELSEWHERE in page and "the same record number" in page and "administrator" in page
        for hidden in (elsewhere_known.study_code, str(elsewhere_known.public_id), team_b.name, "tel:555"):
            assert hidden not in page

    def test_the_administrator_sees_codes_and_no_name(
        self, desk: Client, elsewhere_known: Patient, team_a: CareTeam, administrator: User, clinician: User
    ) -> None:
        for _ in range(2):
            form = desk.post(reverse("patient-new"), values(team_a, **self.TWICE)).context["form"]
        desk.post(
            reverse("patient-new"),
            values(team_a, **self.TWICE, another_person=REASON, asked_of=form["asked_of"].value()),
        )
        page = said(signed_in(administrator).get(reverse("administration-duplicates")))
        enrolled = Patient.objects.exclude(pk=elsewhere_known.pk).get()
        for shown in (elsewhere_known.study_code, enrolled.study_code, "Team A", "Team B", clinician.name):
            assert shown in page
        assert page.count("not enrolled") == 1
        for hidden in ("Nora", "Feld", "1980", REASON):
            assert hidden not in page

    def test_the_read_log_of_whoever_was_spoken_of_has_it(
        self, desk: Client, elsewhere_known: Patient, team_a: CareTeam
    ) -> None:
        desk.post(reverse("patient-new"), values(team_a, **self.TWICE))
        assert ReadEvent.objects.get(page="patient-new").patient == elsewhere_known.public_id

    def test_another_site_is_not_asked(
        self, desk: Client, south: Site, elsewhere: User, team_a: CareTeam
    ) -> None:
        """Its numbers are its own, and its patients no matter of ours."""
        team = CareTeam.objects.get(site=south)
        people.enrol_patient(by=None, team=team, identity=self.TWICE, sex="female", enrolled_on=days_ago(9))
        assert desk.post(reverse("patient-new"), values(team_a, **self.TWICE)).status_code == 302

    def test_an_own_team_at_another_site_is_and_its_number_is_not_compared(
        self, south: Site, clinician: User, team_a: CareTeam
    ) -> None:
        team = care.create_team(by=None, site=south, name="Team S")
        care.add_member(by=None, team=team, user=clinician, starts_on=days_ago(40))
        other = self.TWICE | {"given_name": "Xaver", "family_name": "Qual", "date_of_birth": "1950-01-01"}
        people.enrol_patient(by=None, team=team, identity=self.TWICE, sex="female", enrolled_on=days_ago(9))
        with pytest.raises(MayBeKnown) as asked:
            care.admit_patient(by=clinician, **typed(team_a, identity=self.TWICE))
        assert asked.value.found[0].reasons == ("the same name", "the same date of birth")
        care.admit_patient(by=clinician, **typed(team_a, identity=other))
        assert TreatmentEpisode.objects.count() == 1


def test_twins_are_enrolled_without_a_question(desk: Client, team_a: CareTeam) -> None:
    for given, number in (("Nora", "0012"), ("Anna", "0013")):
        twin = {
            "given_name": given,
            "family_name": "Feld",
            "date_of_birth": "1980-02-01",
            "record_number": number,
        }
        assert desk.post(reverse("patient-new"), values(team_a, **twin)).status_code == 302
    assert Patient.objects.count() == 2

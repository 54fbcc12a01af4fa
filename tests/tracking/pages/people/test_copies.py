"""A person's own copy holds every field of every row about them, and nothing of anybody else."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.again import as_long_ago, shown_again
from tests.cast import days_ago
from tests.markup import said
from tests.tracking.answers import PHQ9, recorded
from tests.tracking.pages.doors import signed_in
from tests.tracking.treated import dosed
from tracking import clock
from tracking.actions import people, safety, treatment
from tracking.actions.audit import record_read
from tracking.actions.copies import make_copy
from tracking.actions.outbox import queue_mail
from tracking.errors import InvalidInput
from tracking.models import AuditEvent, Patient, TreatmentEpisode, User
from tracking.queries.copies import FIELDS_LEFT_OUT, TABLES_LEFT_OUT, copy_of
from tracking.queries.holdings import rows_about
from tracking.vocabulary import ReadPage

PASSWORD = "correct horse battery"
DOSE = {"amount_per_day": Decimal(50), "unit": "mg", "route": "oral"}
NOTE = "She spoke of her brother."
WHY = "a brother, who is a patient, too, is spoken of"


@pytest.fixture
def desk(clinician: User) -> Client:
    clinician.set_password(PASSWORD)
    clinician.save()
    return as_long_ago(signed_in(clinician))


@pytest.fixture
def known(episode: TreatmentEpisode, clinician: User, patient_user: User) -> Patient:
    """Somebody of whom something is on record in most places."""
    patient = episode.patient
    people.record_consent(by=clinician, patient=patient, kind="given", stated_on=days_ago(100))
    treatment.record_session(
        by=clinician,
        episode=episode,
        kind="psychotherapy",
        starts_at=clock.now() - timedelta(days=20),
        minutes=50,
        note=NOTE,
    )
    began = clock.now() - timedelta(days=19)
    dosing = treatment.record_session(
        by=clinician, episode=episode, kind="dosing", starts_at=began, minutes=360
    )
    dosed(clinician, dosing)
    treatment.start_medication(
        by=clinician, episode=episode, substance="sertraline", started_on=days_ago(90), **DOSE
    )
    recorded(episode, None, "phq9", PHQ9 | {"9": 3})
    (alert,) = episode.alerts.all()
    safety.acknowledge_alert(by=clinician, alert=alert)
    safety.close_alert(by=clinician, alert=alert, note="Called her at once.")
    queue_mail(
        to="petra@example.net", subject="Some questions are waiting for you", body="link", patient=patient
    )
    return patient


def days_before(count: int) -> datetime:
    return clock.now() - timedelta(days=count)


def unpacked(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def made(desk: Client, patient: Patient, **data: str) -> dict[str, str]:
    """Asks for the copy, shows the password again, and goes on."""
    address = reverse("patient-copy", args=[patient.public_id])
    asked = desk.post(address, data)
    answer = shown_again(desk, asked, PASSWORD)
    assert answer.headers["Content-Type"] == "application/zip"
    assert "no-store" in answer.headers["Cache-Control"]
    return unpacked(answer.content)


class TestFile:
    def test_it_is_read_and_it_is_for_machines(self, desk: Client, known: Patient) -> None:
        files = made(desk, known)
        assert "psilocybin 25 mg" in said(files["copy.html"])
        page, tables = files["copy.html"], json.loads(files["copy.json"])["tables"]
        assert sorted(files) == ["copy.html", "copy.json", "throughline.css"]
        for word in (
            "Petra",
            "MRN-4711",
            "sertraline",
            "Nearly every day",
            NOTE,
            "Called her at once.",
            "PHQ-9",
        ):
            assert word in page, word
        assert tables["tracking.patientidentity"][0]["phone"] == "+49 30 1234567"
        assert tables["tracking.assessment"][0]["answers"]["9"] == 3
        assert tables["tracking.user"][0]["email"] == "petra@example.net"

    def test_it_is_noted(self, desk: Client, known: Patient, clinician: User) -> None:
        made(desk, known)
        (row,) = AuditEvent.objects.filter(action="make_copy")
        assert (row.actor, row.patient) == (clinician.public_id, known.public_id)
        assert row.details == {"words_withheld": False}

    def test_whoever_looked_is_called_as_on_the_patients_own_page(
        self, desk: Client, known: Patient, outsider: User, clinician: User
    ) -> None:
        for reader in (outsider, clinician):
            record_read(by=reader, patient=known, page=ReadPage.PATIENT)
        page = said(made(desk, known)["copy.html"])
        assert "Somebody who is not in your team" in page and outsider.name not in page
        assert clinician.name in page

    def test_it_is_in_the_language_of_the_person(self, desk: Client, known: Patient, clinician: User) -> None:
        people.change_patient(
            by=clinician, patient=known, language="de", sex="female", timezone="Europe/Berlin"
        )
        assert '<html lang="de" dir="ltr">' in made(desk, known)["copy.html"]

    def test_nobody_makes_one_who_has_not_shown_again_who_they_are(
        self, desk: Client, known: Patient
    ) -> None:
        answer = desk.post(reverse("patient-copy", args=[known.public_id]))
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
        assert not AuditEvent.objects.filter(action="make_copy").exists()

    def test_a_note_can_be_withheld_and_the_reason_is_read(self, known: Patient, clinician: User) -> None:
        copy = make_copy(by=clinician, patient=known, withheld=WHY)
        assert copy.withheld == WHY
        assert NOTE not in json.dumps(copy.tables, default=str)
        assert AuditEvent.objects.get(action="make_copy").details == {"words_withheld": True}

    def test_a_withheld_note_is_not_on_the_page(self, desk: Client, known: Patient) -> None:
        page = made(desk, known, withheld=WHY)["copy.html"]
        assert WHY in page
        assert NOTE not in page and "Called her at once." not in page

    def test_a_reason_is_no_letter(self, known: Patient, clinician: User) -> None:
        with pytest.raises(InvalidInput):
            make_copy(by=clinician, patient=known, withheld="x" * 1001)


class TestWhole:
    def test_each_field_of_each_row_is_in_it(self, known: Patient) -> None:
        tables = copy_of(known).tables
        for model, rows in rows_about(known).items():
            left_out = set(FIELDS_LEFT_OUT.get(model._meta.label, {}))
            wanted = {field.name for field in model._meta.concrete_fields} - left_out
            copied = tables.get(model._meta.label_lower, [])
            assert len(copied) == (0 if model._meta.label in TABLES_LEFT_OUT else rows.count())
            assert all(set(row) == wanted for row in copied), model

    def test_nobody_else_is_in_it(self, known: Patient, clinician: User, team_a: object) -> None:
        other = people.enrol_patient(
            by=clinician,
            team=team_a,
            identity={"given_name": "Paul", "family_name": "Zebulon"},
            sex="male",
            enrolled_on=days_ago(3),
        )
        text = json.dumps(copy_of(known).tables, default=str)
        assert not [word for word in ("Zebulon", other.study_code, str(other.public_id)) if word in text]

    def test_people_are_named_and_no_door_is_opened(self, known: Patient, clinician: User) -> None:
        tables = copy_of(known).tables
        assert tables["tracking.treatmentsession"][0]["recorded_by"] == clinician.name
        assert "password" not in tables["tracking.user"][0]
        assert "body" not in tables["tracking.outboxmail"][0]

    def test_what_does_not_open_is_said(self, known: Patient, settings: object) -> None:
        settings.FIELD_KEYS = ["L5wWbmLsvEcVSSY0gOV0Hnt3WQ0UbtrZxDT0n1yQu3E="]
        assert (
            copy_of(known).tables["tracking.patientidentity"][0]["phone"]
            == "cannot be read with the keys at hand"
        )

    def test_a_record_without_a_name_and_without_a_treatment(self, team_a: object, clinician: User) -> None:
        patient = people.enrol_patient(
            by=clinician, team=team_a, identity=None, sex="unknown", enrolled_on=days_ago(3)
        )
        copy = copy_of(patient)
        assert (copy.identity, copy.treatments, copy.looked) == (None, [], [])

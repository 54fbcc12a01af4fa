"""One identity under a lost key: its row says so, and everything else stands, on every page and in every job."""

from __future__ import annotations

import logging

import pytest
from django.core import mail as sent
from django.test import Client
from django.utils import timezone

from reports.release_frames import identifiers
from tests.cast import days_ago
from tests.lost_keys import lose_key
from tests.tracking.imports.small import ROWS, plan, spec, table
from tracking.actions import care, outbox, people
from tracking.actions.links import mail_link
from tracking.errors import Conflict, InvalidInput
from tracking.imports.writing.store import Source, import_scores
from tracking.models import (
    CareTeam,
    EpisodeSource,
    Patient,
    PatientIdentity,
    Site,
    SittingLink,
    Study,
    TreatmentEpisode,
    User,
)
from tracking.queries.likeness import alike
from tracking.queries.names import whose

pytestmark = pytest.mark.django_db

SAID = "identity cannot be read"
NOT_ALL = "not all that is held can be read: tell your administrator"


@pytest.fixture
def other(team_a: CareTeam, clinician: User, study: Study) -> Patient:
    """A second patient of the team, who stays readable."""
    patient = people.enrol_patient(
        by=clinician,
        team=team_a,
        identity={"given_name": "Paula", "family_name": "Probandin", "date_of_birth": "1990-05-01"},
        sex="female",
        enrolled_on=days_ago(100),
    )
    care.start_episode(
        by=clinician,
        patient=patient,
        diagnosis="mdd",
        protocol="psilocybin-mdd",
        arm="psilocybin",
        starts_on=days_ago(90),
        study=study,
    )
    return patient


@pytest.fixture
def unread(episode: TreatmentEpisode, other: Patient) -> Patient:
    lose_key(episode.patient.identity)
    return Patient.objects.get(pk=episode.patient_id)


@pytest.mark.parametrize("page", ["/today/", "/patients/", "/alerts/"])
def test_lists_show_everybody_else(desk: Client, unread: Patient, other: Patient, page: str) -> None:
    told = desk.get(page)
    assert told.status_code == 200
    if page == "/patients/":
        text = told.content.decode()
        assert SAID in text and unread.study_code in text and "Paula Probandin" in text


@pytest.mark.parametrize("page", ["", "identity/", "consent/"])
def test_the_own_pages_open_and_say_so(desk: Client, unread: Patient, page: str) -> None:
    told = desk.get(f"/patients/{unread.public_id}/{page}")
    assert told.status_code == 200
    assert SAID in told.content.decode()
    assert NOT_ALL in told.content.decode()


def test_a_part_that_cannot_be_read_is_told_beside_the_name(episode: TreatmentEpisode) -> None:
    lose_key(episode.patient.identity, "phone")
    found = whose(Patient.objects.get(pk=episode.patient_id))
    assert (found.name, found.phone, found.is_unread) == ("Petra Patientin", "", True)


def test_it_can_be_typed_in_anew_and_what_is_left_empty_is_kept(unread: Patient, clinician: User) -> None:
    people.change_identity(
        by=clinician, patient=unread, given_name="Petra", family_name="Patientin", phone=""
    )
    identity = PatientIdentity.objects.get(patient=unread)
    assert (identity.name, identity.is_readable) == ("Petra Patientin", False)
    with pytest.raises(InvalidInput):
        people.change_identity(by=clinician, patient=unread, given_name="")


def test_nobody_is_taken_for_somebody_who_cannot_be_read(
    unread: Patient, other: Patient, clinician: User, team_a: CareTeam
) -> None:
    asked = {"given_name": "Paula", "family_name": "Probandin", "date_of_birth": "1990-05-01"}
    assert [one.patient for one in alike(clinician, team_a, asked)] == [other]


def test_one_mail_that_cannot_be_read_does_not_hold_up_the_others(caplog: pytest.LogCaptureFixture) -> None:
    lost = outbox.queue_mail(to="lost@example.net", subject="One", body="one")
    outbox.queue_mail(to="petra@example.net", subject="Two", body="two")
    lose_key(lost)
    with caplog.at_level(logging.WARNING):
        now = timezone.now()
        went = [outbox.send_waiting(mail_id=each, now=now) for each in outbox.waiting_mail(now=now)]
        assert went == [False, True]
    assert [one.subject for one in sent.outbox] == ["Two"]
    assert f"mail {lost.pk} not sent: WrongFieldKey" in caplog.text
    lost.refresh_from_db()
    assert lost.sent_at is None


def test_no_link_is_mailed_to_an_address_that_cannot_be_read(
    made: tuple[SittingLink, str], clinician: User
) -> None:
    lose_key(made[0].episode.patient.identity, "email")
    with pytest.raises(InvalidInput, match="no mail address"):
        mail_link(by=clinician, link=made[0], url="https://x/s/t/")


def test_an_import_that_cannot_tell_who_is_known_is_refused(site: Site, team_a: CareTeam) -> None:
    text = spec()
    given = {"by": None, "study": "small", "spec": text}
    import_scores(**given, plan=plan(table(*ROWS), text), source=Source("one.csv", "1" * 64))
    lose_key(EpisodeSource.objects.earliest("pk"))
    with pytest.raises(Conflict, match="put the missing key back into FIELD_KEYS first"):
        import_scores(**given, plan=plan(table(*ROWS[:2]), text), source=Source("two.csv", "2" * 64))


def test_the_leak_scan_goes_on_without(unread: Patient, other: Patient) -> None:
    sought = {each.text for each in identifiers()}
    assert "Paula Probandin" in sought
    assert not {"", " ", ", "} & sought

"""Odd looking is found once, and closed by somebody else than who looked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.cast import days_ago, person, server_days_ago
from tracking import clock
from tracking.actions import audit, care, chain, people, scheduling, transfers
from tracking.actions.oversight import close_odd_look, mark_odd_looks
from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import AuditEvent, CareTeam, OddLook, OutboxMail, Patient, TreatmentEpisode, User
from tracking.queries.chain import head
from tracking.queries.oversight import odd_on
from tracking.rules import oversight
from tracking.rules.chain import GRACE, ends
from tracking.rules.oversight import Sign
from tracking.vocabulary import ReadPage, Role

pytestmark = pytest.mark.django_db


def found(reader: User, patient: Patient, page: ReadPage = ReadPage.PATIENT) -> list[str]:
    """What is odd about it, after it was looked through twice."""
    audit.record_read(by=reader, patient=patient, page=page)
    mark_odd_looks(now=clock.real_now())
    assert mark_odd_looks(now=clock.real_now()) == 0
    rows = OddLook.objects.filter(actor=reader.public_id, patient=patient.public_id)
    return sorted(rows.values_list("sign", flat=True))


def test_the_own_team_is_not_odd(clinician: User, patient: Patient) -> None:
    assert found(clinician, patient) == []


def test_another_team_is(outsider: User, patient: Patient) -> None:
    assert found(outsider, patient) == [Sign.OUTSIDE]


@pytest.mark.parametrize(
    "page", [ReadPage.ADMINISTRATION_DUPLICATES, ReadPage.OVERSIGHT, ReadPage.API_PATIENTS]
)
def test_a_list_is_no_look_that_needs_a_team(outsider: User, patient: Patient, page: ReadPage) -> None:
    assert found(outsider, patient, page) == []


def test_who_was_of_the_team_on_that_day_is_not_odd(
    clinician: User, outsider: User, patient: Patient, team_a: CareTeam
) -> None:
    member = care.add_member(by=None, team=team_a, user=outsider, starts_on=days_ago(30))
    assert found(outsider, patient) == []
    care.end_membership(by=None, membership=member, ends_on=server_days_ago(1))
    assert found(outsider, patient) == [Sign.OUTSIDE]


def test_a_place_in_the_team_that_waits_for_a_second_person_is_none(
    administrator: User, outsider: User, patient: Patient, team_a: CareTeam
) -> None:
    care.add_member(by=administrator, team=team_a, user=outsider, starts_on=days_ago(30))
    assert found(outsider, patient) == [Sign.OUTSIDE]


def test_the_team_before_is_not_odd_on_the_day_of_a_transfer(
    clinician: User, outsider: User, patient: Patient, team_b: CareTeam
) -> None:
    transfers.transfer_patient(by=clinician, patient=patient, team=team_b, reason="moves house")
    assert found(clinician, patient) == [] and found(outsider, patient) == []


def test_a_day_before_a_transfer_is_judged_by_the_team_of_then(
    clinician: User, outsider: User, patient: Patient, team_b: CareTeam
) -> None:
    day = clock.day_of(clock.real_now(), "UTC")
    for reader in (clinician, outsider):
        audit.record_read(by=reader, patient=patient, page=ReadPage.PATIENT)
    with time_machine.travel(clock.real_now() + timedelta(days=2)):
        transfers.transfer_patient(by=clinician, patient=patient, team=team_b, reason="moves house")
    assert odd_on(day) == {(outsider.public_id, patient.public_id, Sign.OUTSIDE)}


def test_who_is_asked_to_rate_is_not_odd(clinician: User, rater: User, episode: TreatmentEpisode) -> None:
    scheduling.create_request(
        by=clinician,
        episode=episode,
        instrument="hamd17",
        due_on=days_ago(0),
        assigned_to=rater,
        blinded=True,
    )
    assert found(rater, episode.patient, ReadPage.RATE) == []


def test_a_surname_is_asked_about_once(team_a: CareTeam, patient: Patient, officer: User) -> None:
    namesake = person("Paul Patientin", Role.CLINICIAN)
    care.add_member(by=None, team=team_a, user=namesake, starts_on=days_ago(30))
    assert found(namesake, patient) == [Sign.SURNAME]
    close_odd_look(by=officer, look=OddLook.objects.get(), reason="no relation")
    OddLook.objects.update(day=days_ago(3))
    assert found(namesake, patient) == [Sign.SURNAME]


def test_who_reads_the_own_record_is_found(patient: Patient, patient_user: User, team_a: CareTeam) -> None:
    care.add_member(by=None, team=team_a, user=patient_user, starts_on=days_ago(30))
    assert found(patient_user, patient) == [Sign.OWN_NAME]


def test_many_in_an_hour(monkeypatch: pytest.MonkeyPatch, clinician: User, patient: Patient) -> None:
    monkeypatch.setattr(oversight, "MANY", 1)
    other = people.enrol_patient(
        by=clinician, team=patient.team, identity=None, sex="unknown", enrolled_on=days_ago(9)
    )
    assert found(clinician, patient) == []
    assert found(clinician, other) == [Sign.MANY]


def test_a_worker_that_was_away_finds_what_it_has_missed(outsider: User, patient: Patient) -> None:
    audit.record_read(by=outsider, patient=patient, page=ReadPage.PATIENT)
    assert mark_odd_looks(now=clock.real_now() + timedelta(days=9)) == 0
    assert mark_odd_looks(now=clock.real_now() + timedelta(days=6)) == 1


class TestClosing:
    @pytest.fixture
    def odd(self, outsider: User, patient: Patient) -> OddLook:
        assert found(outsider, patient)
        return OddLook.objects.get()

    def test_it_is_closed_with_what_was_found_out(self, odd: OddLook, officer: User) -> None:
        close_odd_look(by=officer, look=odd, reason=" was on call ")
        odd.refresh_from_db()
        assert (odd.reason, odd.closed_by) == ("was on call", officer.public_id)
        event = AuditEvent.objects.latest("pk")
        assert (event.action, event.object_id, event.details) == (
            "close_odd_look", odd.public_id, {"sign": "outside"},
        )  # fmt: skip
        with pytest.raises(Conflict, match="closed this just now"):
            close_odd_look(by=officer, look=odd, reason="again")

    def test_not_without_a_word(self, odd: OddLook, officer: User) -> None:
        with pytest.raises(InvalidInput, match="say what was found out"):
            close_odd_look(by=officer, look=odd, reason=" ")

    def test_nobody_closes_the_own_looking(self, odd: OddLook, outsider: User) -> None:
        with pytest.raises(NotPermitted, match="somebody else"):
            close_odd_look(by=outsider, look=odd, reason="it was me")


def test_the_print_of_a_sealed_day_goes_to_whoever_watches(officer: User) -> None:
    """In a line that the command takes as it is."""
    chain.mail_anchor()
    assert not OutboxMail.objects.exists()
    assert chain.seal_days(now=ends(clock.real_now().date()) + GRACE)
    chain.mail_anchor()
    (mail,) = OutboxMail.objects.all()
    assert mail.to == officer.email and str(head()) in mail.body.splitlines()

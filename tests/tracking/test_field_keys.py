"""The keys on record: written at the first start, asked for at each later one and before anything is stored."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import OperationalError

from tests.cast import days_ago
from tracking.actions import field_keys, people
from tracking.actions.field_keys import confirm_field_keys
from tracking.fields import WrongFieldKey, check_value
from tracking.models import CareTeam, FieldKey, OutboxMail, Patient, PatientIdentity, User

pytestmark = pytest.mark.django_db

WRONG = r"^FIELD_KEYS is wrong: this database is written under key [0-9a-f]{8} \(in use since "


def new_key() -> str:
    return Fernet.generate_key().decode()


def on_record() -> list[str]:
    return [row.check_value for row in FieldKey.objects.all()]


def test_migrating_has_put_the_key_on_record_and_not_the_key_itself(settings: Any) -> None:
    assert on_record() == [check_value(settings.FIELD_KEYS[0])]
    confirm_field_keys()
    assert len(on_record()) == 1
    assert settings.FIELD_KEYS[0] not in str(FieldKey.objects.values_list())


def test_a_wrong_key_is_refused_and_stores_nothing(settings: Any, team_a: CareTeam, clinician: User) -> None:
    before = (PatientIdentity.objects.count(), OutboxMail.objects.count(), on_record())
    settings.FIELD_KEYS = [new_key()]
    with pytest.raises(WrongFieldKey, match=WRONG):
        confirm_field_keys()
    with pytest.raises(WrongFieldKey, match=WRONG):
        people.invite_user(by=None, email="new@example.org", name="New")
    identity = {"given_name": "Paul", "family_name": "Patient"}
    with pytest.raises(WrongFieldKey, match=WRONG):
        people.enrol_patient(
            by=clinician,
            team=team_a,
            identity=identity,
            sex="male",
            enrolled_on=days_ago(1),
        )
    assert (PatientIdentity.objects.count(), OutboxMail.objects.count(), on_record()) == before


def test_a_key_in_front_of_the_old_one_is_put_on_record(settings: Any, patient: Patient) -> None:
    old, new = settings.FIELD_KEYS[0], new_key()
    settings.FIELD_KEYS = [new, old]
    confirm_field_keys()
    assert on_record() == [check_value(old), check_value(new)]
    settings.FIELD_KEYS = [new]
    with pytest.raises(WrongFieldKey, match=f"written under key {check_value(old)[:8]} "):
        confirm_field_keys()
    settings.FIELD_KEYS = [old]
    with pytest.raises(WrongFieldKey, match=f"written under key {check_value(new)[:8]} "):
        confirm_field_keys()


def test_a_database_of_before_is_asked_itself(settings: Any, patient: Patient) -> None:
    FieldKey.objects.all().delete()
    right, other = settings.FIELD_KEYS[0], new_key()
    settings.FIELD_KEYS = [other]
    with pytest.raises(WrongFieldKey, match="it opens nothing of what this database holds"):
        confirm_field_keys()
    assert on_record() == []
    settings.FIELD_KEYS = [other, right]
    confirm_field_keys()
    assert on_record() == [check_value(right), check_value(other)]


def test_an_empty_database_needs_only_the_newest(settings: Any) -> None:
    FieldKey.objects.all().delete()
    newest = new_key()
    settings.FIELD_KEYS = [newest, *settings.FIELD_KEYS]
    confirm_field_keys()
    assert on_record() == [check_value(newest)]


def test_a_process_asks_again_after_a_while(
    settings: Any, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was not started anew goes on writing under a key that was retired meanwhile; it must notice."""
    monkeypatch.setattr(field_keys, "CONFIRMED_FOR", 0.0)
    monkeypatch.setattr(field_keys, "_confirmed", ((), 0.0))
    people.change_identity(by=patient.responsible or User.objects.first(), patient=patient, phone="1")
    FieldKey.objects.update(closed_at="2028-01-01T00:00Z")
    with pytest.raises(WrongFieldKey, match="which is retired: put the newest first"):
        people.change_identity(by=User.objects.first(), patient=patient, phone="2")


def test_the_check_says_what_is_wrong_and_nothing_of_a_database_that_does_not_answer(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert field_keys.check_field_keys() == []
    settings.FIELD_KEYS = [new_key()]
    (fault,) = field_keys.check_field_keys()
    assert (fault.id, fault.msg.split(":")[0]) == ("tracking.E002", "FIELD_KEYS is wrong")

    def gone() -> bool:
        raise OperationalError("connection to server at 10.0.0.7, user throughline")

    monkeypatch.setattr(field_keys, "keys_are_kept", gone)
    assert field_keys.check_field_keys() == []

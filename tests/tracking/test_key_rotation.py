"""A new field key takes over from an old one: in steps, while people work, and nothing is lost on the way."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from tests.lost_keys import lose_key
from tracking.actions import field_keys, key_rotation, outbox, people
from tracking.actions.field_keys import confirm_field_keys
from tracking.actions.key_rotation import give_up_key, reencrypt, retire_old_keys
from tracking.errors import CommandRefused
from tracking.fields import WrongFieldKey, check_value
from tracking.models import FieldKey, OutboxMail, Patient, PatientIdentity, User
from tracking.queries.field_keys import closed, values_by_key

pytestmark = pytest.mark.django_db

AT_ONCE = timedelta()


@pytest.fixture(autouse=True)
def each_asks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_keys, "CONFIRMED_FOR", 0)
    monkeypatch.setattr(field_keys, "_confirmed", ((), 0.0))


@pytest.fixture
def keys(settings: Any, patient: Patient) -> tuple[str, str]:
    """The new and the old. All that is stored, of one patient and seven mails, is under the old."""
    for number in range(7):
        outbox.queue_mail(to=f"p{number}@example.net", subject="S", body=f"body {number}")
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    return new, old


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *arguments, stdout=out)
    return out.getvalue()


def test_from_the_first_step_to_the_last(settings: Any, keys: tuple[str, str], patient: Patient) -> None:
    new, old = keys
    told = said()
    assert "patient identity: given_name: 1 of 1, 1 encrypted anew" in told
    assert "outbox mail: body: 7 of 7, 7 encrypted anew" in told
    assert f"key {check_value(new)[:8]}: in use since " in told
    assert values_by_key()[check_value(old)] == 0
    told = said("--retire", "--wait", "0")
    assert f"key {check_value(old)[:8]} is retired: take it out of FIELD_KEYS" in told
    settings.FIELD_KEYS = [new]
    confirm_field_keys()
    assert PatientIdentity.objects.get().name == "Petra Patientin"
    assert {mail.body for mail in OutboxMail.objects.all()} == {f"body {number}" for number in range(7)}
    assert retire_old_keys(wait=AT_ONCE) == []


def test_it_stops_anywhere_and_goes_on_where_it_was(
    keys: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = keys
    monkeypatch.setattr(key_rotation, "STEP", 2)
    steps = reencrypt()
    seen = [next(steps) for _ in range(9)]
    steps.close()
    before = values_by_key()
    assert before[check_value(new)] and before[check_value(old)]
    assert PatientIdentity.objects.get().is_readable
    renewed = [(step.column, step.seen, step.of) for step in seen]
    assert len(set(renewed)) == 9
    last = {step.column: step for step in reencrypt()}
    assert sum(step.renewed for step in last.values()) == before[check_value(old)]
    assert values_by_key()[check_value(old)] == 0


def test_what_somebody_changed_meanwhile_is_kept(keys: tuple[str, str], patient: Patient) -> None:
    step = list(closed(PatientIdentity, "phone"))
    people.change_identity(by=User.objects.earliest("pk"), patient=patient, phone="+49 30 7654321")
    assert key_rotation._step(PatientIdentity, "phone", step) == (0, 0)
    assert PatientIdentity.objects.get().phone == "+49 30 7654321"


def test_a_process_that_was_not_started_anew_writes_nothing_under_the_old_key(
    settings: Any, keys: tuple[str, str], patient: Patient
) -> None:
    new, old = keys
    retire_old_keys(wait=AT_ONCE)
    settings.FIELD_KEYS = [old, new]
    with pytest.raises(WrongFieldKey, match="which is retired"):
        people.change_identity(by=User.objects.earliest("pk"), patient=patient, phone="+49 30 7654321")


def test_nothing_is_retired_while_a_value_needs_it(
    keys: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "_step", lambda *_: (0, 0))
    with pytest.raises(CommandError, match="start every process anew"):
        said("--retire", "--wait", "0")
    assert not FieldKey.objects.exclude(retired_at=None).exists()
    with pytest.raises(CommandRefused, match="still being written under an old key"):
        retire_old_keys(wait=AT_ONCE)


def test_what_cannot_be_read_is_counted_and_left_alone(keys: tuple[str, str]) -> None:
    mail = OutboxMail.objects.earliest("pk")
    lose_key(mail)
    before = dict(closed(OutboxMail, "body"))[mail.pk]
    told = said()
    assert "outbox mail: body: 7 of 7, 6 encrypted anew, 1 cannot be read" in told
    assert "values that no key of FIELD_KEYS opens: 2" in told
    assert dict(closed(OutboxMail, "body"))[mail.pk] == before


def test_a_lost_key_is_given_up_by_its_name(settings: Any, keys: tuple[str, str]) -> None:
    new, old = keys
    name = check_value(old)[:8]
    with pytest.raises(CommandRefused, match="is at hand"):
        give_up_key(name=name)
    settings.FIELD_KEYS = [new]
    with pytest.raises(WrongFieldKey, match=f"written under key {name} "):
        confirm_field_keys()
    with pytest.raises(CommandError, match="is none that this database is written under"):
        said("--lost", "12345678")
    assert f"key {name} is given up" in said("--lost", name)
    confirm_field_keys()
    assert PatientIdentity.objects.get().name == ""


def test_nothing_is_encrypted_anew_under_a_wrong_key(settings: Any, keys: tuple[str, str]) -> None:
    settings.FIELD_KEYS = [keys[0]]
    with pytest.raises(CommandError, match="FIELD_KEYS is wrong"):
        said()

"""What is encrypted opens with the keys under which it was written; what does not is told, and never overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import transaction

from tracking.fields import UNREADABLE, WrongFieldKey
from tracking.models import Patient, PatientIdentity

pytestmark = pytest.mark.django_db


def test_another_key_opens_nothing_and_stores_nothing(patient: Patient, settings: Any) -> None:
    written_under = settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    identity = PatientIdentity.objects.get(patient=patient)
    assert identity.given_name is UNREADABLE
    assert (identity.name, identity.born, identity.is_readable) == ("", None, False)
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, *written_under]
    unread = r"^PatientIdentity\.given_name was not read, so it is not stored$"
    with pytest.raises(WrongFieldKey, match=unread), transaction.atomic():
        identity.save()
    assert PatientIdentity.objects.get(patient=patient).given_name == "Petra"

"""What is encrypted opens with the keys under which it was written, and says so where it does not."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from tracking.fields import WrongFieldKey
from tracking.models import Patient, PatientIdentity

pytestmark = pytest.mark.django_db


def test_another_key_is_named_by_its_field_and_shows_nothing(patient: Patient, settings: object) -> None:
    written_under = settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(WrongFieldKey, match=r"^PatientIdentity\.\w+ does not open with FIELD_KEYS$"):
        PatientIdentity.objects.get(patient=patient)
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, *written_under]
    assert PatientIdentity.objects.get(patient=patient).given_name == "Petra"

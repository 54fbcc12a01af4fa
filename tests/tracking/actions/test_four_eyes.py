"""What the database itself refuses of a record that is one too many."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tracking.models import Patient, RecordMove, User


@pytest.mark.parametrize(
    "values",
    [
        {"reason": ""},
        {"kind": "merge"},
        {"approved": True},
        {"reversal_reason": "back"},
    ],
)
def test_the_database_keeps_the_four_eyes(values: dict, patient: Patient, clinician: User) -> None:
    row = {
        "kind": "undo",
        "patient": patient,
        "reason": "typed for the wrong referral",
        "proposed_by": clinician,
    } | values
    if "approved" in values:
        row |= {"decided_by": clinician, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordMove.objects.create(**row)

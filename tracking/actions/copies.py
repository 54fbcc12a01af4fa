"""A person's own copy of all that is held: that it was made, by whom, and whether anything was withheld."""

from __future__ import annotations

from django.db import transaction

from tracking.actions import audit
from tracking.models import Patient, User
from tracking.queries.copies import Copy, copy_of
from tracking.rules import checks
from tracking.rules.policies.transfers import LONGEST_REASON
from tracking.vocabulary import AuditAction


@transaction.atomic
def make_copy(*, by: User, patient: Patient, withheld: str = "") -> Copy:
    """All that is held about this person, to be handed to them, in the language that is set. ``withheld``: why what the
    staff wrote in their own words is not in it, in words that the person reads; empty where all of it is.

    Raises ``InvalidInput`` for a reason that is too long.
    """
    checks.check_length("withheld", withheld, LONGEST_REASON)
    reason = withheld.strip()
    audit.record(
        by=by, action=AuditAction.MAKE_COPY, target=patient, patient=patient, words_withheld=bool(reason)
    )
    return copy_of(patient, withheld=reason)

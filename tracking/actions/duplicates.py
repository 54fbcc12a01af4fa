"""Enrolling somebody who may be known: that it was asked, and why it was done all the same."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from tracking.actions import audit
from tracking.models import CareTeam, Patient, PossibleDuplicate, User
from tracking.rules.policies.likeness import Alike
from tracking.vocabulary import AuditAction


@transaction.atomic
def ask_if_known(*, by: User, team: CareTeam, found: Sequence[Alike]) -> None:
    """Somebody is told that the person may be known: it leaves a trace, whatever is done then. Of whom nobody here may
    see, the administrators of the site are shown the study code, once for each who asks."""
    CareTeam.objects.select_for_update().get(pk=team.pk)
    for one in found:
        if not one.visible:
            PossibleDuplicate.objects.get_or_create(
                patient=one.patient, team=team, asked_by=by, enrolled=None
            )
        audit.record(
            by=by, action=AuditAction.ASK_IF_KNOWN, target=team, patient=one.patient, visible=one.visible
        )


@transaction.atomic
def enrol_all_the_same(*, by: User, patient: Patient, found: Sequence[Alike], reason: str) -> None:
    """``patient`` was enrolled beside those who are like it, as another person."""
    for one in found:
        PossibleDuplicate.objects.create(
            patient=one.patient, team=patient.team, asked_by=by, enrolled=patient, reason=reason
        )
        audit.record(
            by=by,
            action=AuditAction.ENROL_ALL_THE_SAME,
            target=patient,
            patient=patient,
            beside=one.patient.study_code,
        )

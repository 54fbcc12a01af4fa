"""Who answers for a patient, and which care team treats one."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracking.actions import audit
from tracking.actions.moves import move, moved
from tracking.models import CareTeam, Patient, PatientTransfer, TreatmentEpisode, User
from tracking.rules.policies.transfers import (
    check_responsible,
    check_transfer,
    clean_reason,
    clinicians_of,
)
from tracking.vocabulary import AuditAction


@transaction.atomic
def set_responsible(*, by: User, patient: Patient, responsible: User | None) -> None:
    """Names the responsible clinician, of the care team; ``None``: nobody. What is so already is not written."""
    known = Patient.objects.select_for_update().get(pk=patient.pk)
    if responsible is not None:
        check_responsible(known, responsible)
    if known.responsible == responsible:
        return
    moved(patient, Q(responsible=known.responsible), responsible=responsible)
    audit.record(
        by=by,
        action=AuditAction.SET_RESPONSIBLE,
        target=patient,
        patient=patient,
        responsible=_id(responsible),
        before=_id(known.responsible),
    )


@transaction.atomic
def transfer_patient(*, by: User, patient: Patient, team: CareTeam, reason: str) -> PatientTransfer:
    """Gives a patient to another care team of the site, which sees everything from now on; the one before sees nothing
    more. Whoever was responsible is so no longer, unless of both teams.

    Raises ``InvalidInput`` with what stands against it, ``Conflict`` when somebody else was quicker.
    """
    # Without a join: of a row that was changed while this waited PostgreSQL joins nothing, and finds no row.
    known = Patient.objects.select_for_update().get(pk=patient.pk)
    list(TreatmentEpisode.objects.held().filter(patient=patient).order_by("pk"))
    check_transfer(known, team)
    text = clean_reason(reason, _("say why the patient changes the team"))
    held = Q(team=patient.team_id)
    move(patient, held, team=team, otherwise=_("somebody has given this patient to another team just now"))
    if known.responsible_id and not clinicians_of(team).filter(pk=known.responsible_id).exists():
        set_responsible(by=by, patient=patient, responsible=None)
    row = PatientTransfer.objects.create(
        patient=patient, from_team=known.team, to_team=team, reason=text, transferred_by=by
    )
    audit.record(
        by=by,
        action=AuditAction.TRANSFER_PATIENT,
        target=patient,
        patient=patient,
        team=str(team.public_id),
        before=str(known.team.public_id),
    )
    return row


def _id(user: User | None) -> str:
    return str(user.public_id) if user else ""

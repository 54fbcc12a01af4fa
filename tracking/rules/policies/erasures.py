"""When what is held about a person may be erased, and who may say so. Each raises the reason."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tracking.errors import Conflict, NotPermitted
from tracking.models import Erasure, Patient, SafetyAlert, User
from tracking.rules.policies.transfers import check_in_use, clinicians_of
from tracking.vocabulary import EpisodeStatus


def check_may_be_erased(patient: Patient) -> None:
    """Nobody is in treatment whose record goes, and nobody waits for help."""
    check_in_use(patient)
    if patient.episodes.filter(status=EpisodeStatus.ACTIVE).exists():
        raise Conflict(_("a treatment is under way: end it first"))
    if SafetyAlert.objects.filter(episode__patient=patient).unresolved().exists():
        raise Conflict(_("a safety alert is open: close it first"))


def erasure_deciders(row: Erasure) -> QuerySet[User]:
    """A clinician of the care team other than the one who asked."""
    return clinicians_of(row.patient.team).exclude(pk=row.asked_by_id)


def check_may_decide_erasure(row: Erasure, by: User) -> None:
    """Four eyes."""
    if not erasure_deciders(row).filter(pk=by.pk).exists():
        raise NotPermitted(_("another clinician of the care team decides than the one who asked"))

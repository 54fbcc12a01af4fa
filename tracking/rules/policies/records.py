"""When a record may be taken out as a mistake, or merged into another, by whom, and for how long it can be put back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracking.errors import Conflict, InvalidInput, NotPermitted
from tracking.models import (
    Assessment,
    DraftAnswers,
    EntryDraft,
    MedicationCourse,
    Patient,
    RecordMove,
    SafetyAlert,
    TreatmentSession,
    User,
)
from tracking.rules.policies.transfers import check_in_use, clinicians_of
from tracking.vocabulary import EpisodeStatus

REVERSIBLE_FOR = timedelta(days=30)


def check_may_be_undone(patient: Patient) -> None:
    """Nothing that was answered, given or held stands in the record: that belongs to somebody, and would be lost."""
    check_in_use(patient)
    _check_nothing_merged(patient)
    if _holds_anything(patient):
        raise InvalidInput(
            "reason",
            _(
                "the record holds answers, sessions or medication: correct who it is, or merge it into the right record"
            ),
        )


def check_may_be_merged(patient: Patient, into: Patient) -> None:
    """Two records of one team, of which one at most is in treatment."""
    check_in_use(patient)
    check_in_use(into)
    if patient.pk == into.pk:
        raise InvalidInput("into", _("is this record itself"))
    _check_nothing_merged(patient)
    if patient.team_id != into.team_id:
        raise InvalidInput("into", _("is with another care team: give it to this team first"))
    running = Q(status=EpisodeStatus.ACTIVE)
    if patient.episodes.filter(running).exists() and into.episodes.filter(running).exists():
        raise InvalidInput("into", _("is in treatment, too: end one of the two treatments first"))
    if patient.user_id and into.user_id:
        raise InvalidInput(
            "into", _("has an account of its own, as this one has: one person signs in with one")
        )


def _check_nothing_merged(patient: Patient) -> None:
    """One step back is one step: what was merged into a record stays where it can be found."""
    if patient.merged.exists():
        raise Conflict(_("another record was merged into this one, which therefore stays"))


def _holds_anything(patient: Patient) -> bool:
    of_patient = Q(episode__patient=patient)
    standing = of_patient & Q(voided_at=None)
    return (
        Assessment.objects.filter(of_patient).exists()
        or SafetyAlert.objects.filter(of_patient).exists()
        or TreatmentSession.objects.filter(standing).exists()
        or MedicationCourse.objects.filter(standing).exists()
        or EntryDraft.objects.filter(of_patient).exists()
        or DraftAnswers.objects.filter(request__episode__patient=patient).exists()
    )


def deciders(move: RecordMove) -> QuerySet[User]:
    """Who may confirm: a clinician of the care team other than the one who proposed it."""
    return clinicians_of(move.patient.team).exclude(pk=move.proposed_by_id)


def check_may_decide(move: RecordMove, by: User) -> None:
    """Four eyes."""
    if not deciders(move).filter(pk=by.pk).exists():
        raise NotPermitted(_("another clinician of the care team decides than the one who proposed it"))


def reversible_until(move: RecordMove) -> datetime | None:
    """The moment to which it can be put back; ``None`` where it was never done or is put back already."""
    if not move.approved or move.reversed_at or not move.decided_at:
        return None
    return move.decided_at + REVERSIBLE_FOR


def check_may_be_reversed(move: RecordMove, by: User, now: datetime) -> None:
    """Within the days that it may be, by the care team, and with both records where they were."""
    if not clinicians_of(move.patient.team).filter(pk=by.pk).exists():
        raise NotPermitted(_("only a clinician of the care team puts a record back"))
    until = reversible_until(move)
    if until is None:
        raise Conflict(_("there is nothing to put back"))
    if now > until:
        said = ngettext(
            "the {days} day is over in which this could be put back",
            "the {days} days are over in which this could be put back",
            REVERSIBLE_FOR.days,
        )
        raise Conflict(said.format(days=REVERSIBLE_FOR.days))
    if move.into and move.into.team_id != move.patient.team_id:
        raise Conflict(_("the patient was given to another care team since: it has to come back first"))

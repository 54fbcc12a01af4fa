"""A record that is one too many: proposed by one, confirmed by another, put back within thirty days.

No row is deleted. Treatments are pointed at the record that stays, and all that hangs on them goes with them as it is;
what was changed is listed, so that putting it back is exact (docs/decisions/one-person-one-record.md).
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.marks import want_episode, want_study
from tracking.actions.moves import ANY_STATE, move, moved
from tracking.errors import Conflict
from tracking.models import (
    AssessmentRequest,
    Patient,
    PatientIdentity,
    RecordMove,
    Study,
    TreatmentEpisode,
    User,
)
from tracking.models.constraints import only
from tracking.models.records import CONFIRMED, UNDECIDED
from tracking.rules.policies.records import (
    check_may_be_merged,
    check_may_be_reversed,
    check_may_be_undone,
    check_may_decide,
)
from tracking.rules.policies.transfers import clean_reason
from tracking.vocabulary import AuditAction, MoveKind, RequestStatus

Moved = dict[str, Any]  # as JSON keeps it: keys of dictionaries are text
OPEN, CANCELLED = Q(status=RequestStatus.OPEN), Q(status=RequestStatus.CANCELLED)


@transaction.atomic
def propose_undo(*, by: User, patient: Patient, reason: str) -> RecordMove:
    """Says that this patient was enrolled by mistake. Nothing changes until another clinician of the team confirms it.

    Raises ``InvalidInput`` without a reason and where something stands in the record, ``Conflict`` where the record is
    proposed already.
    """
    (known,) = _held(patient)
    check_may_be_undone(known)
    text = clean_reason(reason, _("say what the mistake was"))
    return _propose(by, AuditAction.PROPOSE_UNDO, kind=MoveKind.UNDO, patient=known, reason=text)


@transaction.atomic
def propose_merge(*, by: User, patient: Patient, into: Patient, reason: str) -> RecordMove:
    """Says that ``patient`` and ``into`` are one person, whose record is to be ``into``. Raises as ``propose_undo``."""
    known, stays = _held(patient, into)
    check_may_be_merged(known, stays)
    text = clean_reason(reason, _("say how you know that they are one person"))
    return _propose(
        by, AuditAction.PROPOSE_MERGE, kind=MoveKind.MERGE, patient=known, into=stays, reason=text
    )


def _propose(by: User, action: AuditAction, **values: Any) -> RecordMove:
    try:
        row = RecordMove.objects.create(proposed_by=by, **values)
    except IntegrityError as error:
        only(error, "one_open_move_a_patient")
        raise Conflict(
            _("something is proposed for this record already, and waits for a decision")
        ) from error
    _note(by, action, row)
    return row


@transaction.atomic
def decide_move(*, by: User, row: RecordMove, approve: bool) -> None:
    """Confirms or refuses what another has proposed. Confirmed: the record is set aside, with what belongs to somebody
    moved to the record that stays. Raises ``NotPermitted`` for whoever proposed it, ``Conflict`` when it was decided
    before, and whatever stands against it by now."""
    patients = _held(*_both(row))
    check_may_decide(_as_it_is(row), by)
    if approve:
        check = check_may_be_merged if row.into else check_may_be_undone
        check(*patients)
    decided = {"approved": approve, "decided_by": by, "decided_at": clock.now()}
    list_of_moved = (_merge(*patients) if row.into else _undo(*patients)) if approve else {}
    move(row, UNDECIDED, **decided, moved=list_of_moved, otherwise=_("somebody has already decided"))
    action = AuditAction.APPROVE_MOVE if approve else AuditAction.REFUSE_MOVE
    _note(by, action, row)


@transaction.atomic
def reverse_move(*, by: User, row: RecordMove, reason: str) -> None:
    """Puts back what was confirmed, exactly: what has come since stays where it was recorded. Raises ``NotPermitted``
    for whoever is not of the team, ``Conflict`` after thirty days and when it was put back before."""
    _held(*_both(row))
    known = _as_it_is(row)
    check_may_be_reversed(known, by, clock.now())
    text = clean_reason(reason, _("say why it is put back"))
    values = {"reversed_by": by, "reversed_at": clock.now(), "reversal_reason": text}
    move(known, CONFIRMED, **values, otherwise=_("there is nothing to put back"))
    _put_back(known)
    _note(by, AuditAction.REVERSE_MOVE, row)


def _held(*patients: Patient) -> list[Patient]:
    """The records as they are now, held with their treatments until the end of the transaction; by key, so that two who
    move the same records the other way round wait for each other."""
    keys = [one.pk for one in patients]
    rows = Patient.objects.select_for_update().order_by("pk")
    found = {one.pk: one for one in rows.filter(pk__in=keys)}
    list(TreatmentEpisode.objects.held().filter(patient__in=keys).order_by("pk"))
    return [found[key] for key in keys]


def _both(row: RecordMove) -> list[Patient]:
    return [one for one in (row.patient, row.into) if one]


def _as_it_is(row: RecordMove) -> RecordMove:
    """Somebody may have given a patient to another team since it was read."""
    return RecordMove.objects.select_related("patient__team", "into").get(pk=row.pk)


def _undo(patient: Patient) -> Moved:
    """Nothing is asked any more, no study counts the treatment, and nobody is shown the record."""
    cancelled, of_study = [], {}
    asked = AssessmentRequest.objects.filter(OPEN, episode__patient=patient).order_by("pk")
    for request in asked.select_for_update(of=("self",)):
        if moved(request, OPEN, status=RequestStatus.CANCELLED):
            cancelled.append(request.pk)
    for episode in patient.episodes.filter(study__isnull=False).select_related("study").order_by("pk"):
        moved(episode, ANY_STATE, study=None)
        of_study[str(episode.pk)] = episode.study_id
        _want(episode, episode.study)
    moved(patient, ANY_STATE, set_aside_at=clock.now())
    check_may_be_undone(patient)  # somebody may have answered before the questions were taken
    return {"requests": cancelled, "studies": of_study}


def _merge(patient: Patient, into: Patient) -> Moved:
    """The treatments, and the account where the record that stays has none."""
    ages = {}
    identity = PatientIdentity.objects.filter(patient=into).first()
    for episode in patient.episodes.select_related("study").order_by("pk"):
        ages[str(episode.pk)] = episode.age_at_start
        age = identity.age_on(episode.starts_on) if identity and not episode.dates_are_nominal else None
        moved(episode, ANY_STATE, patient=into, age_at_start=episode.age_at_start if age is None else age)
        _want(episode, episode.study)
    moved(patient, ANY_STATE, set_aside_at=clock.now(), merged_into=into, user=None)
    if patient.user:
        moved(into, Q(user=None), user=patient.user)
    return {"ages": ages, "user": patient.user_id}


def _put_back(row: RecordMove) -> None:
    patient, list_of_moved = row.patient, row.moved
    for key in list_of_moved.get("requests", ()):
        moved(AssessmentRequest.objects.get(pk=key), CANCELLED, status=RequestStatus.OPEN)
    for key, study in list_of_moved.get("studies", {}).items():
        episode = TreatmentEpisode.objects.get(pk=key)
        moved(episode, ANY_STATE, study=study)
        _want(episode, Study.objects.get(pk=study))
    for key, age in list_of_moved.get("ages", {}).items():
        episode = TreatmentEpisode.objects.select_related("study").get(pk=key)
        moved(episode, ANY_STATE, patient=patient, age_at_start=age)
        _want(episode, episode.study)
    user = list_of_moved.get("user")
    if user and row.into:
        moved(row.into, Q(user=user), user=None)
    moved(patient, ANY_STATE, set_aside_at=None, merged_into=None, user=user or patient.user)


def _want(episode: TreatmentEpisode, study: Study | None) -> None:
    want_episode(episode=episode)
    if study:
        want_study(study=study)


def _note(by: User, action: AuditAction, row: RecordMove) -> None:
    """In the history of both records, with the code of the one that stays."""
    details = {"into": row.into.study_code} if row.into else {}
    for patient in _both(row):
        audit.record(by=by, action=action, target=row, patient=patient, **details)

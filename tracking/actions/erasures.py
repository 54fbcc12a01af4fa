"""Erasure on a person's request: asked by one, approved by another, done by the owner of the database.

What was recorded is guarded against everybody, the application included; this is the one path that lifts the guard
(docs/decisions/what-is-erased.md). Whoever is erased stays as an empty row that nothing leads to: by it a later release
still knows that it must not be compared with an earlier one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from tracking import clock
from tracking.actions import audit
from tracking.actions.marks import want_study
from tracking.actions.moves import ANY_STATE, move, moved
from tracking.actions.people import new_study_codes
from tracking.errors import Conflict
from tracking.models import (
    DraftAnswers,
    EntryDraft,
    EpisodeSource,
    Erasure,
    ImportBatch,
    OutboxMail,
    Patient,
    PatientIdentity,
    PossibleDuplicate,
    SittingLink,
    Study,
    TreatmentEpisode,
    User,
)
from tracking.models.constraints import only
from tracking.models.retention import APPROVED, UNDECIDED
from tracking.queries.holdings import ACCOUNT, Keys, keys_about, keys_under
from tracking.queries.retention import parts_of
from tracking.rules.policies.erasures import check_may_be_erased, check_may_decide_erasure
from tracking.vocabulary import AuditAction, Holding, Role, Sex

# What goes without the record, by its kind. With the record goes all that hangs on the person, named or not.
OF_KIND: dict[str, tuple[type[Model], ...]] = {
    Holding.IDENTITY: (PatientIdentity, EpisodeSource),
    Holding.REST: (DraftAnswers, EntryDraft, SittingLink, OutboxMail, PossibleDuplicate),
}
STAYS = {
    "tracking.Patient",
    "tracking.Erasure",
    "reports.ReleaseMember",
}  # the row without a person, and its ledgers


@transaction.atomic
def ask_erasure(*, by: User, patient: Patient) -> Erasure:
    """The person has asked for it. Nothing changes until another clinician of the team approves, and nothing is erased
    before the owner of the database does it.

    Raises ``Conflict`` while somebody is in treatment or an alert is open, and where it was asked before.
    """
    known = Patient.objects.select_for_update().get(pk=patient.pk)
    check_may_be_erased(known)
    try:
        row = Erasure.objects.create(patient=known, asked_by=by)
    except IntegrityError as error:
        only(error, "one_open_erasure_a_patient")
        raise Conflict(_("it was asked already, and waits")) from error
    audit.record(by=by, action=AuditAction.ASK_ERASURE, target=row, patient=known)
    return row


@transaction.atomic
def decide_erasure(*, by: User, row: Erasure, approve: bool) -> None:
    """Approves or refuses what another has asked. Raises ``NotPermitted`` for whoever asked, ``Conflict`` when it was
    decided before, and whatever stands against it by now."""
    patient = Patient.objects.select_for_update().get(pk=row.patient_id)
    check_may_decide_erasure(row, by)
    if approve:
        check_may_be_erased(patient)
    decided = {"approved": approve, "decided_by": by, "decided_at": clock.now()}
    move(row, UNDECIDED, **decided, otherwise=_("somebody has already decided"))
    action = AuditAction.APPROVE_ERASURE if approve else AuditAction.REFUSE_ERASURE
    audit.record(by=by, action=action, target=row, patient=patient)


@transaction.atomic
def erase(*, row: Erasure) -> None:
    """Does what was approved, as the law stands today: all of it or nothing. The database must be asked as its owner.

    Raises ``Conflict`` where it was done before, or an alert or a treatment has come meanwhile.
    """
    patient = Patient.objects.select_for_update().get(pk=row.patient_id)
    check_may_be_erased(patient)
    parts = parts_of(patient)
    kinds = [part.holding for part in parts if not part.is_kept]
    studies = (
        list(Study.objects.filter(episodes__patient=patient).distinct()) if Holding.RECORD in kinds else []
    )
    erased = erase_holdings(patient=patient, kinds=kinds)
    kept = [part.stored for part in parts if part.is_kept]
    done = {"erased_at": clock.now(), "erased": erased, "kept": kept}
    move(row, APPROVED, **done, otherwise=_("this was erased, or is not approved"))
    for study in studies:
        want_study(study=study)
    audit.record(by=None, action=AuditAction.ERASE, target=row, patient=patient, holdings=kinds)


@transaction.atomic
def erase_holdings(*, patient: Patient, kinds: list[str]) -> dict[str, int]:
    """Erases these kinds of what is held. Returns how many rows of which table. Also what ``erase`` has done before
    and a backup has brought back."""
    list(TreatmentEpisode.objects.held().filter(patient=patient).order_by("pk"))
    about = keys_about(patient)
    if Holding.RECORD in kinds:
        going = {model: keys for model, keys in about.items() if model._meta.label not in STAYS}
    else:
        named = {model: about[model] for kind in kinds for model in OF_KIND[kind] if model in about}
        going = keys_under(named)
    with guard_lifted():
        if Holding.REST in kinds or Holding.RECORD in kinds:
            _empty_accounts(about[Patient])
        for model, keys in going.items():
            rows = model._base_manager.filter(pk__in=keys)
            rows._raw_delete(rows.db)
        if Holding.RECORD in kinds:
            _empty_rows(about)
    return {model._meta.label_lower: len(keys) for model, keys in sorted(going.items(), key=str)}


@contextmanager
def guard_lifted() -> Iterator[None]:
    """Inside, what is append-only can be removed. Only the owner of the tables may lift the guard; it falls again with
    the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO append_only_key VALUES ('erasure')")
        yield
        cursor.execute("DELETE FROM append_only_key")


def _empty_accounts(people: set[int]) -> None:
    """The account of a patient is nobody's from now on; of somebody who works here, too, only the tie is cut."""
    for patient in Patient._base_manager.filter(pk__in=people).exclude(user=None).select_related("user"):
        user = patient.user
        moved(patient, ANY_STATE, user=None)
        if user is None or _works_here(user):
            continue
        for model, path in ACCOUNT.items():
            if model is not User:
                model._base_manager.filter(**{path: user.pk}).delete()
        user.set_unusable_password()
        nobody = {"email": f"{uuid.uuid4()}@erased.invalid", "name": "", "last_login": None}
        moved(user, ANY_STATE, **nobody, is_active=False, language="", password=user.password)


def _works_here(user: User) -> bool:
    """Somebody may hold a role without being in a team: a researcher, an administrator."""
    return user.memberships.exists() or user.role_grants.exclude(role=Role.PATIENT).exists()


def _empty_rows(about: Keys) -> None:
    """The rows that stay say nothing of anybody, and no code that was written down leads to them."""
    people = Patient._base_manager.filter(pk__in=about[Patient]).select_related("team__site")
    codes = {patient.study_code for patient in people}
    for batch in ImportBatch.objects.exclude(mismatches=[]):
        others = [line for line in batch.mismatches if line["study_code"] not in codes]
        if others != batch.mismatches:
            moved(batch, ANY_STATE, mismatches=others)
    for patient in people:
        moved(
            patient,
            ANY_STATE,
            study_code=new_study_codes(1)[0],
            sex=Sex.UNKNOWN,
            timezone=patient.team.site.timezone,
            language="",
            enrolled_on=clock.today(),
            created_at=clock.now(),
            responsible=None,
            set_aside_at=clock.now(),
        )
    for model, keys in about.items():
        if model._meta.label == "reports.ReleaseMember":
            for member in model._base_manager.filter(pk__in=keys):
                moved(member, ANY_STATE, study_id=uuid.uuid4().hex[:16])

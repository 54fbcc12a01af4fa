"""A patient's place, and records that are one too many: who answers for one, another team, undo, merge, and back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tracking.actions import audit, records, transfers
from tracking.actions.scheduling import schedule_episode
from tracking.errors import InvalidInput
from tracking.models import Patient, RecordMove
from tracking.pages.access import SignedInRequest, roles_required
from tracking.pages.people.records_forms import (
    DecideForm,
    MergeForm,
    ResponsibleForm,
    ReverseForm,
    TransferForm,
    UndoForm,
)
from tracking.pages.writing import Page, about, for_patient, form_page, patient_url
from tracking.queries.names import whose
from tracking.queries.people import is_visible, own_time_zone, running_episodes
from tracking.queries.records import alike_records, record_moves, record_of_code, side_of
from tracking.rules.policies.days import local_today
from tracking.rules.policies.records import REVERSIBLE_FOR, deciders, reversible_until
from tracking.vocabulary import MoveKind, ReadPage, Role

TEMPLATES = "tracking/people/records/"


@for_patient(Patient, page=ReadPage.PATIENT_RESPONSIBLE)
def responsible(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Name who answers for the treatment."""

    def write(**data: Any) -> HttpResponse:
        transfers.set_responsible(by=request.user, patient=patient, **data)
        messages.success(request, _("Saved."))
        return redirect(patient_url(patient))

    lead = _("A clinician of {team}.").format(team=patient.team.name)
    page = Page(_("Responsible clinician"), _("Save"), lead)
    form = ResponsibleForm(request.POST or None, patient=patient)
    return form_page(request, form, write, page, **about(patient))


@for_patient(Patient, page=ReadPage.PATIENT_TRANSFER)
def transfer(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Give the patient to another care team of the site."""

    def write(**data: Any) -> HttpResponse:
        row = transfers.transfer_patient(by=request.user, patient=patient, **data)
        said = _("{code} is with {team} now.").format(code=patient.study_code, team=row.to_team.name)
        messages.success(request, said)
        return redirect("patients")

    page = Page(
        _("Give to another care team"),
        _("Give to this team"),
        _(
            "The other team sees the whole record from then on; {team} sees nothing of it any more. Links and "
            "questions that were sent stay good."
        ).format(team=patient.team.name),
    )
    form = TransferForm(request.POST or None, patient=patient)
    return form_page(request, form, write, page, **about(patient))


@for_patient(Patient, page=ReadPage.RECORD_UNDO)
def undo(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Propose to take out a record that was made by mistake."""

    def write(**data: Any) -> HttpResponse:
        row = records.propose_undo(by=request.user, patient=patient, **data)
        return _proposed(request, row)

    page = Page(
        _("Enrolled by mistake"),
        _("Propose to take it out"),
        ngettext(
            "Another clinician of the team confirms. Then nobody is shown the record, nothing is asked, and no study "
            "counts it. It can be put back for {days} day.",
            "Another clinician of the team confirms. Then nobody is shown the record, nothing is asked, and no study "
            "counts it. It can be put back for {days} days.",
            REVERSIBLE_FOR.days,
        ).format(days=REVERSIBLE_FOR.days),
    )
    return form_page(request, UndoForm(request.POST or None), write, page, **about(patient))


@for_patient(Patient, page=ReadPage.RECORD_MERGE)
def merge(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Propose to merge this record into another of the same person."""

    def write(into: str, reason: str) -> HttpResponse:
        stays = record_of_code(request.user, into)
        if stays is None:
            raise InvalidInput("into", _("is not the study code of another record of your teams"))
        row = records.propose_merge(by=request.user, patient=patient, into=stays, reason=reason)
        return _proposed(request, row)

    page = Page(
        _("Enrolled twice"),
        _("Propose to merge"),
        ngettext(
            "This record goes into the other: its treatments move there with all that hangs on them, and this code "
            "ends. Another clinician of the team confirms. It can be put back for {days} day.",
            "This record goes into the other: its treatments move there with all that hangs on them, and this code "
            "ends. Another clinician of the team confirms. It can be put back for {days} days.",
            REVERSIBLE_FOR.days,
        ).format(days=REVERSIBLE_FOR.days),
    )
    found = alike_records(request.user, patient)
    audit.record_reads(by=request.user, patients=[one.patient for one in found], page=ReadPage.RECORD_MERGE)
    alike = [(whose(one.patient), one.reasons) for one in found]
    form = MergeForm(request.POST or None)
    return form_page(request, form, write, page, f"{TEMPLATES}merge.html", alike=alike, **about(patient))


@for_patient(RecordMove, page=ReadPage.RECORD_MOVE)
def record_move(request: SignedInRequest, row: RecordMove) -> HttpResponse:
    """What is proposed, with both records side by side; the decision, for whoever may make it, and the way back."""
    until = reversible_until(row)
    can_be_reversed = until is not None and until >= timezone.now()

    def write(**data: Any) -> HttpResponse:
        if can_be_reversed:
            records.reverse_move(by=request.user, row=row, **data)
            return _done(request, row, _("Put back as it was."))
        records.decide_move(by=request.user, row=row, **data)
        said = _("Confirmed.") if data["approve"] else _("Refused. Nothing was changed.")
        return _done(request, row, said)

    if row.into:
        audit.record_reads(by=request.user, patients=[row.into], page=ReadPage.RECORD_MOVE)
    able = list(deciders(row))
    title = _("Merge two records") if row.kind == MoveKind.MERGE else _("Take out a record")
    context = {
        "row": row,
        "until": until,
        "can_be_reversed": can_be_reversed,
        "may_decide": row.approved is None and request.user in able,
        "deciders": [one.name for one in able],
        "sides": [side_of(one) for one in (row.patient, row.into) if one],
        "here": row.patient.set_aside_at is not None,
    }
    form = (ReverseForm if can_be_reversed else DecideForm)(request.POST or None)
    page = Page(title, _("Put it back") if can_be_reversed else _("Decide"))
    return form_page(request, form, write, page, f"{TEMPLATES}move.html", **context, **about(row.patient))


@require_safe
@roles_required(Role.CLINICIAN)
def record_list(request: SignedInRequest) -> HttpResponse:
    """What waits for a second person, and what can be put back."""
    rows = list(record_moves(request.user))
    named = {one.pk: one for row in rows for one in (row.patient, row.into) if one}
    audit.record_reads(by=request.user, patients=named.values(), page=ReadPage.RECORD_MOVES)
    lines = [(row, whose(row.patient), whose(row.into) if row.into else None) for row in rows]
    with timezone.override(own_time_zone(request.user)):
        return render(request, f"{TEMPLATES}list.html", {"lines": lines, "days": REVERSIBLE_FOR.days})


def _proposed(request: SignedInRequest, row: RecordMove) -> HttpResponse:
    messages.success(request, _("Proposed. Another clinician of the team decides."))
    return redirect("record-move", row.public_id)


def _done(request: SignedInRequest, row: RecordMove, said: str) -> HttpResponse:
    """To the record that is there now; what is due in it is asked for."""
    messages.success(request, said)
    stays = row.into or row.patient
    for patient in {row.patient, stays}:
        for episode in running_episodes(patient):
            schedule_episode(by=request.user, episode=episode, as_of=local_today(episode.patient))
    if is_visible(request.user, stays):
        return redirect(patient_url(stays))
    return redirect("record-moves")

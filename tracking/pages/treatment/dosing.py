"""Doors of the run-sheet: begin a dosing session, put something on its sheet, sign it.

A tap on the sheet posts here and is answered by the sheet as it then reads. Without a script, and for what is entered
at another time, each door is a page of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from measures.instrument import Instrument
from tracking.actions import dosing, signing
from tracking.actions.assessments import Submitted
from tracking.actions.scheduling import schedule_episode
from tracking.errors import Conflict
from tracking.models import Patient, TreatmentEpisode, TreatmentSession, WordingPack
from tracking.pages.access import SignedInRequest
from tracking.pages.answers.answering import Context, running, sheet, take_in, whom, words_on_sheet
from tracking.pages.answers.answers_forms import InSessionForm, RecordForm, VitalSignsForm
from tracking.pages.answers.filling import Filling, fill_in
from tracking.pages.refusals import refusals_shown
from tracking.pages.treatment.asking import asked
from tracking.pages.treatment.dosing_forms import (
    LINES,
    PARTS,
    BeginForm,
    CheckForm,
    LineForm,
    SheetDoseForm,
    SignForm,
)
from tracking.pages.treatment.sessions import before_here, takes_doses
from tracking.pages.writing import Page, about, for_patient, form_page, show_refusal
from tracking.queries.dosing import VITAL_SIGNS, forms_of, plan_for
from tracking.queries.entry_drafts import Place, draft_at
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.run_sheet import topics
from tracking.tasks import nudge_episode
from tracking.vocabulary import ReadPage, RunSheetKind

TAP = "X-Tap"  # a tap of the sheet's own script: a refusal is answered in one sentence, not with a page
LINE_ACTIONS: dict[str, Callable[..., object]] = {
    RunSheetKind.CHECK: dosing.record_check,
    RunSheetKind.EVENT: dosing.record_event,
    RunSheetKind.OBSERVATION: dosing.record_observation,
    RunSheetKind.WITHHELD: dosing.withhold_supplement,
    RunSheetKind.END: dosing.end_session,
}


@for_patient(TreatmentEpisode, page=ReadPage.DOSING_BEGIN)
def begin(request: SignedInRequest, episode: TreatmentEpisode) -> HttpResponse:
    """Begin a dosing session, with those who are in the room."""

    def write(**data: Any) -> HttpResponse:
        session = dosing.begin_session(by=request.user, episode=episode, **data)
        return to_sheet(request, session)

    page = Page(
        _("Begin a dosing session"),
        _("Begin the session"),
        _("Two clinicians are expected to be present."),
    )
    form = BeginForm(request.POST or None, team=episode.patient.team, by=request.user)
    return form_page(request, form, write, page, dim=True, **about(episode.patient))


@for_patient(TreatmentSession, page=ReadPage.RUN_SHEET_LINE)
def line(request: SignedInRequest, session: TreatmentSession, kind: str) -> HttpResponse:
    """A check, an event, an observation, a supplement that is withheld, or the end."""
    _check_takes_lines(session)
    if kind not in LINE_ACTIONS:
        raise Http404
    act = LINE_ACTIONS[kind]

    def write(**data: Any) -> HttpResponse:
        act(by=request.user, session=session, **data)
        return to_sheet(request, session)

    return _tap_page(request, session, _line_form(request, session, kind), write, _line_page(kind))


def _line_page(kind: str) -> Page:
    match RunSheetKind(kind):
        case RunSheetKind.CHECK:
            return Page(_("A check"), _("Record the check"))
        case RunSheetKind.EVENT:
            return Page(_("An event"), _("Record the event"))
        case RunSheetKind.OBSERVATION:
            return Page(_("An observation"), _("Record it"))
        case RunSheetKind.WITHHELD:
            title, submit = _("Supplemental dose withheld"), _("Record it as withheld")
            return Page(title, submit, _("Say why it is not given."))
        case RunSheetKind.END:
            return Page(_("End of the session"), _("End the session"))


def _line_form(request: HttpRequest, session: TreatmentSession, kind: str) -> LineForm:
    if kind == RunSheetKind.CHECK:
        asked = {"topic": request.GET.get("topic", "")}
        return CheckForm(request.POST or None, topics=topics(plan_for(session)), initial=asked)
    return LINES[RunSheetKind(kind)](request.POST or None)


@for_patient(TreatmentSession, page=ReadPage.RUN_SHEET_DOSE)
def dose(request: SignedInRequest, session: TreatmentSession) -> HttpResponse:
    """A dose or a supplemental dose."""
    _check_takes_lines(session)

    def write(**data: Any) -> HttpResponse:
        with asked(filled, before_here(session, request.user, filled)):
            dosing.give_dose(by=request.user, session=session, **data)
        schedule_episode(by=request.user, episode=session.episode, as_of=local_today(session.episode.patient))
        return to_sheet(request, session)

    part = {name: request.GET[name] for name in ("part",) if request.GET.get(name) in PARTS}
    filled = SheetDoseForm(request.POST or None, initial=part)
    return _tap_page(request, session, filled, write, Page(_("A dose"), _("Record the dose")))


@for_patient(TreatmentSession, page=ReadPage.RUN_SHEET_FORM)
@refusals_shown
def form(request: SignedInRequest, session: TreatmentSession, instrument: str) -> HttpResponse:
    """Vital signs, an interview or an adverse event of the session."""
    _check_takes_lines(session)
    known = next((one for one in forms_of(plan_for(session)) if one.key == instrument), None)
    if known is None:
        raise Http404
    if known.key == VITAL_SIGNS:
        return _vital_signs(request, session, known)
    place = Place(session.episode, known.key, session=session)
    draft = draft_at(request.user, place)
    asked = instrument_of(known.key, draft.version) if draft else known
    pack = words_on_sheet(request, asked, session.episode.patient, draft)
    filling = Filling(
        place=place,
        draft=draft,
        instrument=asked,
        pack=pack,
        kind=InSessionForm,
        context=_sheet_context(session.episode.patient, asked, pack),
        initial=_initial(asked, pack),
        write=lambda filled: _record(request, session, filled, pack),
        after=lambda _done: redirect("run-sheet", session.public_id),
    )
    return fill_in(request, filling)


def _record(
    request: SignedInRequest, session: TreatmentSession, filled: RecordForm, pack: WordingPack | None
) -> Submitted:
    return dosing.record_in_session(
        by=request.user,
        session=session,
        instrument=filled.instrument,
        answers=filled.answers,
        submission_id=filled.cleaned_data["submission_id"],
        assessed_at=filled.cleaned_data["assessed_at"],
        wording=pack,
    )


def _vital_signs(request: SignedInRequest, session: TreatmentSession, known: Instrument) -> HttpResponse:
    """Measured and recorded at once, with a tap: nothing is begun and gone on with, and there is no second look."""
    if request.method == "POST" and request.htmx:
        return running(request, VitalSignsForm(request.POST, instrument=known))
    pack = words_on_sheet(request, known, session.episode.patient)
    context = _sheet_context(session.episode.patient, known, pack)
    if request.method != "POST":
        return sheet(request, VitalSignsForm(instrument=known, initial=_initial(known, pack)), context)
    filled = VitalSignsForm(request.POST, instrument=known)
    try:
        response = take_in(
            request,
            filled,
            context,
            write=lambda: _record(request, session, filled, pack),
            after=lambda _done: redirect("run-sheet", session.public_id),
        )
    except Conflict as refusal:
        if TAP not in request.headers:
            raise
        show_refusal(filled, refusal)
        response = HttpResponse(status=409)
    return _in_a_sentence(request, filled, response)


def _sheet_context(patient: Patient, known: Instrument, pack: WordingPack | None) -> Context:
    """Whom and what the sheet is about. It is ``dim``: it is filled in on a tablet in a dim room."""
    return whom(patient) | {"pack": pack, "for_patient": known.rater == "self", "dim": True}


def _initial(known: Instrument, pack: WordingPack | None) -> dict[str, object]:
    """What an empty sheet begins with: its own id, this moment, and what it asks in which words."""
    line = LineForm()
    return {
        "submission_id": line["submission_id"].initial,
        "assessed_at": line["happened_at"].initial,
        "version": known.version,
        "wording": pack.public_id if pack else None,
    }


@for_patient(TreatmentSession, page=ReadPage.RUN_SHEET_SIGN)
def sign(request: SignedInRequest, session: TreatmentSession) -> HttpResponse:
    """Sign the run-sheet as it reads now."""
    _check_takes_lines(session)

    def write(password: str) -> HttpResponse:
        signing.sign_run_sheet(by=request.user, session=session, password=password)
        return redirect("run-sheet", session.public_id)

    page = Page(
        _("Sign the run-sheet"),
        _("Sign"),
        _("With your signature you vouch for the run-sheet as it reads now."),
    )
    return _tap_page(request, session, SignForm(request.POST or None), write, page)


def to_sheet(request: HttpRequest, session: TreatmentSession) -> HttpResponse:
    """Back to the sheet; the worker computes what hangs on it."""
    nudge_episode(session.episode_id)
    return redirect("run-sheet", session.public_id)


def _check_takes_lines(session: TreatmentSession) -> None:
    if not takes_doses(session):
        raise Http404


def _tap_page(
    request: HttpRequest,
    session: TreatmentSession,
    filled: Form,
    write: Callable[..., HttpResponse],
    page: Page,
) -> HttpResponse:
    context = about(session.episode.patient) | {"back": reverse("run-sheet", args=[session.public_id])}
    response = form_page(request, filled, write, page, dim=True, **context)
    return _in_a_sentence(request, filled, response)


def _in_a_sentence(request: HttpRequest, filled: Form, response: HttpResponse) -> HttpResponse:
    if TAP not in request.headers or response.status_code < 400:
        return response
    part = "asked" if getattr(filled, "question", None) else "refused"
    context = {"form": filled, "at": request.path, "new_id": uuid.uuid4}
    return render(request, f"tracking/treatment/dosing/{part}.html", context, status=response.status_code)

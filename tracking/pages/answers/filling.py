"""A form of the staff from the first mark to the second look: it saves as it goes, is gone on with, is read through
once more, and only then submitted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from measures.instrument import Instrument
from tracking.actions import entry_drafts
from tracking.actions.assessments import Submitted
from tracking.errors import Conflict, NotPermitted
from tracking.models import Assessment, AssessmentRequest, EntryDraft, Patient, WordingPack
from tracking.pages.access import FILLING, SignedInRequest, opened, tell_time_of
from tracking.pages.answers.answering import Context, running, running_context, sheet, take_in
from tracking.pages.answers.answers_forms import NewRecordForm, RecordForm
from tracking.pages.shown_again import check_shown_again
from tracking.pages.writing import as_sentence
from tracking.queries.assessments import answer_lines
from tracking.queries.entry_drafts import Changed, Place, begun_entry, changed, changed_since, draft_at
from tracking.queries.requests import sheets_of_day
from tracking.rules.entry_drafts import KEPT_FOR, Sent
from tracking.rules.policies.assessments import TWO_SHEETS, check_not_behind, says_the_same
from tracking.rules.policies.instruments import Shelf
from tracking.rules.policies.wordings import in_words_of
from tracking.vocabulary import ReadPage

SIGN = "sign"  # the step after the second look; whatever else is posted is looked through first
NOT_SENT = ("csrfmiddlewaretoken", "step", TWO_SHEETS)


class WindowForm(forms.Form):
    """Which open page sends a state of its form, which one it is, and with which one the page was opened."""

    window = forms.UUIDField(widget=forms.HiddenInput)
    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @property
    def sent(self) -> Sent | None:
        return Sent(**self.cleaned_data) if self.is_valid() else None


@dataclass(frozen=True, slots=True)
class Filling:
    """What is filled in where: the place of its draft, the instrument of the draft's version or the one offered, in
    which words, whom it is about, with what an empty form begins, and how it is submitted."""

    place: Place
    instrument: Instrument
    pack: WordingPack | None
    kind: Callable[..., RecordForm]
    context: Context
    initial: dict[str, object]
    write: Callable[[Any], Submitted]
    after: Callable[[Submitted], HttpResponse]
    draft: EntryDraft | None = None

    @property
    def worded(self) -> Instrument:
        return in_words_of(self.pack, self.instrument)


def is_by_itself(request: SignedInRequest) -> bool:
    """Whether the page asks by itself, to keep what is filled in or to show the totals so far."""
    return request.method == "POST" and (bool(request.htmx) or FILLING in request.headers)


def opened_unless_by_itself(request: SignedInRequest, patient: Patient, page: ReadPage) -> None:
    """Notes the reading, unless the page asks by itself and nobody has pressed anything: a form that saves as it goes
    was read when it was opened, and is shown nothing that it did not know."""
    if is_by_itself(request):
        tell_time_of(patient)
    else:
        opened(request, patient, page)


def fill_in(request: SignedInRequest, filling: Filling) -> HttpResponse:
    """The form; what is running; a state to be kept; the second look; or, after it, what became of it."""
    if request.method != "POST":
        return _opened(request, filling)
    if request.htmx:
        return running(request, filling.kind(request.POST, instrument=filling.instrument))
    form = filling.kind(request.POST, instrument=filling.worded)
    sent = WindowForm(request.POST).sent
    if FILLING in request.headers:
        return _kept(request, filling, form, sent)
    context = filling.context | _window(request, filling.draft, sent)
    if request.POST.get("step") == SIGN:
        if sent:
            check_not_behind(filling.draft, sent)
        return take_in(request, form, context, lambda: _signed(request, filling, form), filling.after)
    fits = form.is_valid()
    if sent:
        _keep(request, filling, form, sent)
    return _second_look(request, filling, form) if fits else sheet(request, form, context, status=400)


def _signed(request: SignedInRequest, filling: Filling, form: RecordForm) -> Submitted:
    """Whoever rates vouches for it in person; what a patient has said is only entered. In a dosing session nothing
    stops the hand: those who were there sign the run-sheet with their passwords."""
    if filling.instrument.rater == "clinician" and not filling.place.session:
        check_shown_again(request)
    return filling.write(form)


def _opened(request: SignedInRequest, filling: Filling) -> HttpResponse:
    draft, initial = filling.draft, filling.initial
    if draft:
        kept = {
            "assessed_on": draft.assessed_on,
            "assessed_at": draft.assessed_at,
            "submission_id": draft.submission_id,
            "version": draft.version,
            "reason": draft.reason,
        }
        initial = initial | {name: value for name, value in kept.items() if value is not None}
    begun = draft or filling.place.corrects
    form = filling.kind(instrument=filling.worded, answers=begun.answers if begun else None, initial=initial)
    return sheet(request, form, filling.context | _window(request, draft, None))


def _window(request: SignedInRequest, draft: EntryDraft | None, sent: Sent | None) -> Context:
    """What the page must know to save as it goes. Its number is that of the next state."""
    seen = draft.number if draft else 0
    sent = sent or Sent(uuid.uuid4(), seen, seen)
    return {
        "window": {"window": sent.window, "seen": sent.seen, "number": sent.number + 1},
        "who": request.user.public_id,
        "draft": begun_entry(draft, Shelf()) if draft and request.method != "POST" else None,
        "kept_days": KEPT_FOR.days,
    }


def _kept(request: SignedInRequest, filling: Filling, form: RecordForm, sent: Sent | None) -> HttpResponse:
    """Keeps what can be kept, and names what cannot."""
    if sent is None:
        return JsonResponse({"refused": _("This page is out of date: open it again.")}, status=409)
    form.is_valid()
    try:
        _keep(request, filling, form, sent)
    except (Conflict, NotPermitted) as refusal:
        return JsonResponse({"refused": as_sentence(str(refusal))}, status=409)
    items = [(item, form[f"item-{item.code}"]) for item in form.items]
    wrong = {item.code: " ".join(map(str, field.errors)) for item, field in items if field.errors}
    return JsonResponse({"wrong": wrong})


def _keep(request: SignedInRequest, filling: Filling, form: RecordForm, sent: Sent) -> None:
    entry_drafts.keep_entry(
        by=request.user,
        place=filling.place,
        instrument=filling.instrument,
        answers=form.answers,
        sent=sent,
        submission_id=form.cleaned_data.get("submission_id"),
        wording=filling.pack,
        assessed_on=form.cleaned_data.get("assessed_on"),
        assessed_at=form.cleaned_data.get("assessed_at"),
        reason=form.cleaned_data.get("reason", ""),
    )


def _second_look(request: SignedInRequest, filling: Filling, form: RecordForm) -> HttpResponse:
    """All that will be stored, in words, with what it changes: of the version that is corrected, else since the form
    was opened again."""
    page = {
        "form": form,
        "instrument": form.instrument,
        "lines": answer_lines(form.instrument, form.answers),
        "changed": _changed(request, filling, form),
        "fulfils": _fulfils(filling, form),
        "on_record": _on_record(request, filling, form),
        "back": request.path,
        "typed": [(name, value) for name, value in request.POST.items() if name not in NOT_SENT],
        **running_context(form.instrument, form.answers),
    }
    return render(request, "tracking/answers/entry/look.html", filling.context | page)


def _changed(request: SignedInRequest, filling: Filling, form: RecordForm) -> list[Changed]:
    if filling.place.corrects:
        return changed(form.instrument, filling.place.corrects.answers, form.answers)
    draft = draft_at(request.user, filling.place)
    return changed_since(draft, form.instrument, form.answers) if draft else []


def _fulfils(filling: Filling, form: RecordForm) -> AssessmentRequest | None:
    """The request that this will answer, where its reader may know of it."""
    if isinstance(form, NewRecordForm):
        return form.answered
    return None if filling.context["blind"] else filling.place.request


def _on_record(request: SignedInRequest, filling: Filling, form: RecordForm) -> list[tuple[Assessment, bool]]:
    """What is on record of that day, each with whether it says the same; nothing in a session or for a blind rater."""
    if TWO_SHEETS not in form.fields or filling.context["blind"]:
        return []
    day = form.cleaned_data["assessed_on"]
    rows = sheets_of_day(request.user, filling.place.episode, form.instrument.key, day)
    return [(one, says_the_same(one, form.answers)) for one in rows]

"""The one way in which a filled sheet becomes an assessment, shared by rating and correcting."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from measures.instrument import Instrument, Item
from measures.scoring import Answer, skipped
from measures.skips import skippable
from tracking.actions.assessments import Submitted
from tracking.errors import InvalidInput
from tracking.models import EntryDraft, Patient, WordingPack
from tracking.pages.answers.answers_forms import RecordForm
from tracking.queries.names import whose
from tracking.queries.requests import running_scores
from tracking.rules.policies.wordings import pack_named, wording_for
from tracking.tasks import nudge_episode

Context = dict[str, object]


def whom(patient: Patient, *, blind: bool = False) -> Context:
    """Whom a sheet is about. Whoever rates blind is shown the study code in place of the name."""
    return {
        "patient": patient,
        "whose": whose(patient, blind=blind),
        "simulated": patient.is_simulated,
        "blind": blind,
    }


def words_on_sheet(
    request: HttpRequest, instrument: Instrument, patient: Patient, draft: EntryDraft | None = None
) -> WordingPack | None:
    """The wording that a sheet shows; for one that is sent in, the wording that it was filled in with. One that was
    begun stays in its words."""
    if request.method == "POST":
        return pack_named(request.POST.get("wording", ""), instrument, patient)
    return draft.wording_pack if draft else wording_for(instrument, patient)


def running(request: HttpRequest, form: RecordForm) -> HttpResponse:
    """The totals so far, computed as they will be when the sheet is submitted, and what needs no answer now."""
    form.is_valid()
    page = running_context(form.instrument, form.answers)
    return render(
        request, "tracking/answers/entry/running.html", page | {"falling_away": falling_away(form.instrument)}
    )


def running_context(instrument: Instrument, answers: Mapping[str, Answer]) -> Context:
    spared = skipped(instrument, answers)
    asked = [item for item in instrument.items if item.required and item.code not in spared]
    answered = sum(answers.get(item.code) is not None for item in asked)
    return {
        "scores": running_scores(instrument, answers),
        "answered": answered,
        "needed": len(asked),
        "skipped": set(spared),
    }


def falling_away(instrument: Instrument) -> list[Item]:
    """The items that another answer can make unnecessary."""
    dependent = skippable(instrument)
    return [item for item in instrument.items if item.code in dependent]


def sheet(request: HttpRequest, form: RecordForm, context: Context, status: int = 200) -> HttpResponse:
    """The page with every item. ``context`` says whom and what it is about."""
    answers = form.answers if form.is_bound else form.given
    page = {"form": form, "instrument": form.instrument, **running_context(form.instrument, answers)}
    return render(request, "tracking/answers/entry/sheet.html", page | context, status=status)


def take_in(
    request: HttpRequest,
    form: RecordForm,
    context: Context,
    write: Callable[[], Submitted],
    after: Callable[[Submitted], HttpResponse],
) -> HttpResponse:
    """Validates, writes, asks the worker to compute the course again, and goes on; or shows what is wrong."""
    if not form.is_valid():
        return sheet(request, form, context, status=400)
    try:
        submitted = write()
    except InvalidInput as error:
        form.refuse(error)
        return sheet(request, form, context, status=400)
    nudge_episode(submitted.assessment.episode_id)
    return after(submitted)

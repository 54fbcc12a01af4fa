"""Totals whose items are nowhere here: record them for a patient, correct them with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from measures.instrument import Instrument, Scale
from tracking.actions import totals as actions
from tracking.actions.assessments import Submitted
from tracking.errors import Conflict, InvalidInput
from tracking.models import Assessment, TreatmentEpisode
from tracking.pages.access import SignedInRequest
from tracking.pages.answers.too_late import differing_totals, too_late
from tracking.pages.answers.totals_forms import TotalsCorrectionForm, TotalsForm, shown_totals
from tracking.pages.refusals import refusals_shown
from tracking.pages.writing import Page, about, for_patient, form_page
from tracking.queries.assessments import latest_of
from tracking.queries.requests import totals_to_record
from tracking.rules.policies.assessments import TWO_SHEETS, check_totals_alone
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import instrument_of
from tracking.tasks import nudge_episode
from tracking.vocabulary import ReadPage


@for_patient(TreatmentEpisode, page=ReadPage.TOTAL_NEW)
def total_new(request: SignedInRequest, episode: TreatmentEpisode, instrument: str) -> HttpResponse:
    """Record totals from paper or another system."""
    definition = _instrument(episode, instrument)

    def write(**data: Any) -> HttpResponse:
        try:
            submitted = actions.record_total(by=request.user, episode=episode, instrument=definition, **data)
        except InvalidInput as refusal:
            if refusal.field == TWO_SHEETS:
                form.ask_two_sheets()
            raise
        return _recorded(request, submitted, _("Recorded."))

    initial = {"assessed_on": local_today(episode.patient), "submission_id": uuid.uuid4()}
    form = TotalsForm(request.POST or None, scales=definition.scales, initial=initial)
    title = _("{instrument}: record the total").format(instrument=definition.short_title)
    page = Page(title, pgettext("button", "Record"), _lead(definition))
    return form_page(request, form, write, page, **about(episode.patient))


@for_patient(Assessment, page=ReadPage.TOTAL_CORRECT)
@refusals_shown
def total_correct(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """Correct totals that were recorded or imported."""
    check_totals_alone(assessment)
    instrument = instrument_of(assessment.instrument, assessment.version, assessment.episode.study)

    def write(**data: Any) -> HttpResponse:
        try:
            submitted = actions.correct_total(by=request.user, assessment=assessment, **data)
        except Conflict:
            return _too_late(request, assessment, form)
        return _recorded(request, submitted, _("Corrected. The version before stays readable below."))

    initial = shown_totals(assessment.entered_totals) | {"assessed_on": assessment.assessed_on}
    form = TotalsCorrectionForm(request.POST or None, scales=_scales(instrument, assessment), initial=initial)
    if Assessment.objects.filter(supersedes=assessment).exists():
        return _too_late(request, assessment, form)
    title = _("Correct the total of {instrument}").format(instrument=instrument.short_title)
    page = Page(title, _("Store the correction"), _lead(instrument))
    back = reverse("assessment", args=[assessment.public_id])
    return form_page(request, form, write, page, **about(assessment.episode.patient) | {"back": back})


def _too_late(request: SignedInRequest, assessment: Assessment, form: TotalsCorrectionForm) -> HttpResponse:
    newer = latest_of(assessment)
    own = form.cleaned_data if form.is_bound and form.is_valid() else None
    lines = differing_totals(form.scales, assessment, newer, own and own["totals"])
    reason = own["reason"] if own else None
    context = about(assessment.episode.patient) | {"blind": False}
    return too_late(request, stored=newer, lines=lines, own_reason=reason, context=context)


def _instrument(episode: TreatmentEpisode, key: str) -> Instrument:
    found = next((one for one in totals_to_record(episode) if one.key == key), None)
    if found is None:
        raise Http404
    return found


def _scales(instrument: Instrument, assessment: Assessment) -> Iterable[Scale]:
    """Of an instrument that has items, only what a total was imported of: the others follow from items."""
    known = assessment.entered_totals
    return [scale for scale in instrument.scales if not instrument.items or scale.key in known]


def _lead(instrument: Instrument) -> str:
    words = f"{instrument.title}, {instrument.recall}. {instrument.rights.terms}"
    return format_html('<bdi lang="{}">{}</bdi>', instrument.language, words)


def _recorded(request: HttpRequest, submitted: Submitted, said: str) -> HttpResponse:
    if submitted.created:
        messages.success(request, said)
        nudge_episode(submitted.assessment.episode_id)
    else:
        messages.warning(request, _("This had already been received. Nothing was stored a second time."))
    return redirect("assessment", public_id=submitted.assessment.public_id)

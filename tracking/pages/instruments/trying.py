"""Scoring without storing. The answers come by POST alone, so that they stand in no address; nothing is logged."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from measures.instrument import Instrument
from tracking.pages.access import SignedInRequest
from tracking.pages.answers.answers_forms import AnswersForm
from tracking.pages.instruments.catalogue_forms import TotalsForm
from tracking.pages.instruments.tried import Tried, tried, tried_totals

Context = dict[str, Any]


def try_out(
    request: SignedInRequest, instrument: Instrument, template: str, context: Context
) -> HttpResponse:
    """The form of an instrument beside what the answers come to. With htmx the results alone, after each answer;
    without JavaScript the page again, with its results."""
    data = request.POST if request.method == "POST" else None
    form, result = _tried_answers(instrument, data) if instrument.items else _tried_totals(instrument, data)
    page = {"form": form, "instrument": instrument, "result": result, **context}
    if request.htmx and data is not None:
        return render(request, "tracking/instruments/catalogue/parts/results.html", page)
    return render(request, template, page, status=400 if form.errors else 200)


def _tried_answers(instrument: Instrument, data: Any) -> tuple[AnswersForm, Tried]:
    form = AnswersForm(data, instrument=instrument)
    form.is_valid()
    return form, tried(instrument, form.answers if form.is_bound else {})


def _tried_totals(instrument: Instrument, data: Any) -> tuple[TotalsForm, Tried]:
    form = TotalsForm(data, instrument=instrument)
    form.is_valid()
    return form, tried_totals(instrument, form.totals if form.is_bound else {})

"""The run-sheet of a dosing session, whole or as the part that an open page refreshes."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.charts import trend
from reports.pages.run_sheet.page import run_sheet_page
from tracking import clock
from tracking.models import TreatmentSession
from tracking.pages.access import SignedInRequest, one_or_404
from tracking.pages.answers.answers_forms import field_name
from tracking.pages.treatment.dosing import TAP
from tracking.pages.treatment.sessions import takes_doses
from tracking.pages.writing import about, for_patient
from tracking.queries.dosing import with_sheet
from tracking.vocabulary import DoseUnit, EventTopic, ReadPage, Route


@require_safe
@for_patient(TreatmentSession, page=ReadPage.RUN_SHEET)
def run_sheet(request: SignedInRequest, session: TreatmentSession) -> HttpResponse:
    """What happened when?"""
    if not takes_doses(session):
        raise Http404
    whole = one_or_404(
        with_sheet(TreatmentSession.objects.visible_to(request.user), request.user), pk=session.pk
    )
    page = run_sheet_page(whole, request.user, clock.now())
    context = {
        "page": page,
        "session": whole,
        "simulated": whole.episode.patient.is_simulated,
        "trend": trend(page.trend) if page.trend else None,
        "narrow_trend": trend(page.trend, key="trend-narrow", narrow=True) if page.trend else None,
        "new_id": uuid.uuid4,
        "vital_fields": [(item, field_name(item)) for item in page.vitals.items],
        "events": EventTopic.choices,
        "units": DoseUnit.choices,
        "routes": Route.choices,
    }
    template = "reports/parts/run_sheet.html" if TAP in request.headers else "reports/run_sheet.html"
    return render(request, template, context | about(whole.episode.patient))

"""Protocols: what does this treatment consist of, and when is what asked?"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.charts import schedule
from reports.pages.protocol.page import (
    dose_rows,
    medication_rows,
    origin,
    planned_schedule,
    protocol_entries,
    session_rows,
)
from reports.pages.protocol.words import outcome_rows, point_rows, watch_rows
from tracking.pages.access import roles_required
from tracking.rules import protocol as protocols
from tracking.vocabulary import Role

WHO = (Role.CLINICIAN, Role.RESEARCHER, Role.STEWARD, Role.ADMINISTRATOR)


@require_safe
@roles_required(*WHO)
def protocol_list(request: HttpRequest) -> HttpResponse:
    """Every treatment that can be run here."""
    return render(request, "reports/protocols.html", {"entries": protocol_entries()})


@require_safe
@roles_required(*WHO)
def protocol(request: HttpRequest, key: str, version: str = "") -> HttpResponse:
    """One treatment, in the version that is begun today or in an older one; ``?arm=`` chooses whose schedule
    is drawn."""
    found = protocols.find(key, version)
    if found is None:
        raise Http404
    arm = request.GET.get("arm", found.arms[0].key)
    if arm not in found.arm_keys:
        raise Http404
    plan = planned_schedule(found, arm)
    context = {
        "protocol": found,
        "arm": arm,
        "is_current": found.version == protocols.get(key).version,
        "older": [known for known in protocols.superseded(key) if known != found.version],
        "wide": schedule(plan),
        "narrow": schedule(plan, key="schedule-narrow", narrow=True),
        "sessions": session_rows(found),
        "doses": dose_rows(found),
        "medications": medication_rows(found),
        "washouts": [(row, origin(row.source)) for row in found.washouts],
        "watches": watch_rows(found),
        "outcomes": outcome_rows(found),
        "points": point_rows(found),
        "published": [(row, origin(row.source)) for row in found.published],
        "acute": origin(found.acute_source),
    }
    return render(request, "reports/protocol.html", context)

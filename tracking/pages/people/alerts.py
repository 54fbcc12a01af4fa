"""The safety alerts of the own patients: take one on, close it with what was done."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tracking.actions import audit, safety
from tracking.errors import InvalidInput
from tracking.models import SafetyAlert
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.refusals import refusals_shown
from tracking.queries.alerts import alert_lines, alert_worklist
from tracking.vocabulary import AlertStatus, ReadPage, Role

PER_PAGE = 25


@roles_required(Role.CLINICIAN)
@require_safe
def alerts(request: SignedInRequest) -> HttpResponse:
    """Open ones first, then those that somebody has taken on, then the closed ones."""
    return _worklist(request)


@roles_required(Role.CLINICIAN)
@require_POST
@refusals_shown
def acknowledge(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Takes an alert on."""
    alert = one_or_404(SafetyAlert.objects.visible_to(request.user), public_id=public_id)
    safety.acknowledge_alert(by=request.user, alert=alert)
    messages.success(request, _("You have taken this alert on. Close it with what was done."))
    return redirect("alerts")


@roles_required(Role.CLINICIAN)
@require_POST
@refusals_shown
def close(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Closes an alert with what was done; without that, says so and stores nothing."""
    alert = one_or_404(SafetyAlert.objects.visible_to(request.user), public_id=public_id)
    try:
        safety.close_alert(by=request.user, alert=alert, note=request.POST.get("note", "")[:2000])
    except InvalidInput as error:
        return _worklist(request, refused=alert, reason=error.reason, status=400)
    messages.success(request, _("Closed."))
    return redirect("alerts")


def _worklist(
    request: SignedInRequest, refused: SafetyAlert | None = None, reason: str = "", status: int = 200
) -> HttpResponse:
    rows = alert_worklist(request.user)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = {alert.episode.patient for alert in page}
    audit.record_reads(by=request.user, patients=shown, page=ReadPage.ALERTS)
    context = {
        "page": page,
        "lines": alert_lines(page),
        "open_count": rows.filter(status=AlertStatus.OPEN).count(),
        "refused": refused,
        "reason": reason,
    }
    return render(request, "tracking/people/alerts/alerts.html", context, status=status)

"""The first page of each role, and the clinician's two lists."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.pages.caseload.cases import Case, caseload, counts_of
from reports.stats.present import State, others_in_words
from tracking.actions.audit import record_reads
from tracking.models import Patient
from tracking.pages.access import SignedInRequest, roles_required
from tracking.queries.calls import calls_to_make
from tracking.queries.entry_drafts import begun_entries
from tracking.queries.records import moves_to_decide
from tracking.rules.entry_drafts import KEPT_FOR
from tracking.vocabulary import ReadPage, Role

FIRST_PAGES = {
    Role.CLINICIAN: "today",
    Role.RATER: "ratings",
    Role.RESEARCHER: "studies",
    Role.STEWARD: "releases",
    Role.ADMINISTRATOR: "administration",
    Role.OFFICER: "oversight",
    Role.PATIENT: "own-course",
}


@require_safe
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """Sends everybody to the first page of their first role."""
    for role, page in FIRST_PAGES.items():
        if request.user.has_role(role):
            return redirect(page)
    return render(request, "reports/no_role.html")


@require_safe
@roles_required(Role.CLINICIAN)
def today(request: SignedInRequest) -> HttpResponse:
    """Who needs me, and why?"""
    cases = _caseload(request)
    needed = [case for case in cases if case.reasons]
    begun = begun_entries(request.user)
    calls = calls_to_make(request.user)
    shown = [case.episode.patient for case in needed] + [one.patient for one in begun]
    _log(request, shown + [one.whose.patient for one in calls], ReadPage.TODAY)
    alerts = sum(case.present.state == State.SAFETY_ALERT for case in needed)
    others = others_in_words(case.present for case in cases if not case.reasons)
    context = {"needed": needed, "alerts": alerts, "others": others}
    context |= {"begun": begun, "kept_days": KEPT_FOR.days, "moves": moves_to_decide(request.user)}
    context |= {"calls": calls, "waiting": sum(line.agreed_for is None for line in calls)}
    return render(request, "reports/today.html", context)


@require_safe
@roles_required(Role.CLINICIAN)
def patients(request: SignedInRequest) -> HttpResponse:
    """Everybody on the caseload: where each stands, with the latest score, its age and its change."""
    cases = _caseload(request)
    _log(request, [case.episode.patient for case in cases], ReadPage.PATIENTS)
    needed = sum(1 for case in cases if case.reasons)
    context = {"cases": cases, "needed": needed, "counts": counts_of(cases)}
    return render(request, "reports/patients.html", context)


def _caseload(request: SignedInRequest) -> list[Case]:
    return caseload(request.user, timezone.now())


def _log(request: SignedInRequest, patients: list[Patient], page: ReadPage) -> None:
    """Everybody named on the page is in the read log, once, before it is shown."""
    named = {patient.pk: patient for patient in patients}
    record_reads(by=request.user, patients=named.values(), page=page)

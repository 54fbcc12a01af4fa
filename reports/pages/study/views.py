"""Studies: did it work, for whom, for how long?"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.pages.study.agreement import agreement_page
from reports.pages.study.page import study_page, with_outcome
from reports.pages.study.setting import study_setting
from tracking.actions.audit import record_reads
from tracking.models import Study
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.vocabulary import ReadPage, Role

WHO = (Role.CLINICIAN, Role.RESEARCHER, Role.STEWARD)


@require_safe
@roles_required(*WHO)
def studies(request: SignedInRequest) -> HttpResponse:
    """The studies that the user is a member of."""
    rows = Study.objects.visible_to(request.user).order_by("title")
    return render(request, "reports/studies.html", {"studies": with_outcome(rows)})


@require_safe
@roles_required(*WHO)
def study(request: SignedInRequest, key: str) -> HttpResponse:
    """One study: course by arm, rates, growth, predictors."""
    found = one_or_404(Study.objects.visible_to(request.user), key=key)
    page = study_page(request.user, found)
    simulated = settings.SITE_IS_DEMO and found.is_simulated
    return render(request, "reports/study.html", {"page": page, "simulated": simulated})


@require_safe
@roles_required(*WHO)
def setting(request: SignedInRequest, key: str) -> HttpResponse:
    """Set and setting over a study, and the integration of its doses: a table to be printed."""
    found = one_or_404(Study.objects.visible_to(request.user), key=key)
    page = study_setting(request.user, found)
    record_reads(by=request.user, patients=page.seen, page=ReadPage.STUDY_SETTING)
    simulated = settings.SITE_IS_DEMO and found.is_simulated
    return render(request, "reports/study_setting.html", {"page": page, "simulated": simulated})


@require_safe
@roles_required(*WHO)
def agreement(request: SignedInRequest, key: str) -> HttpResponse:
    """Of one study: do raters agree, was the treatment guessed, what was expected of it?"""
    found = one_or_404(Study.objects.visible_to(request.user), key=key)
    page = agreement_page(request.user, found)
    simulated = settings.SITE_IS_DEMO and found.is_simulated
    return render(request, "reports/study_agreement.html", {"page": page, "simulated": simulated})

"""The patient page, the part of it that keeps itself fresh, and closing a flag."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reports.actions.courses import close_flag
from reports.charts import Figure, timeline
from reports.models import CourseFlag
from reports.pages.patient.page import PatientPage, patient_page, revision_of
from tracking.errors import TrackingError
from tracking.models import Patient, TreatmentEpisode
from tracking.pages.access import SignedInRequest, one_or_404, opened, roles_required
from tracking.rules.policies.days import local_today
from tracking.vocabulary import ReadPage, Role


@require_safe
@roles_required(Role.CLINICIAN)
def patient(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Where is this person on the way, and what changed it?"""
    page = _page(request, public_id)
    return render(request, "reports/patient.html", {"page": page, **_figures(page)})


@require_safe
@roles_required(Role.CLINICIAN)
def course(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The course alone, for a page that is open: nothing to send while its revision is still the latest.

    Asked for every few seconds by the page itself, so it is not a sign that somebody is there.
    """
    episode = one_or_404(TreatmentEpisode.objects.visible_to(request.user), public_id=public_id)
    if request.GET.get("revision") == str(revision_of(episode)):
        return HttpResponse(status=204)
    page = _page(request, episode.patient.public_id, str(public_id))
    return render(request, "reports/parts/course.html", {"page": page, **_figures(page)})


@require_POST
@roles_required(Role.CLINICIAN)
def flag_close(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A clinician has dealt with a flag and says how."""
    flag = one_or_404(CourseFlag.objects.visible_to(request.user), public_id=public_id)
    try:
        close_flag(by=request.user, flag=flag, note=request.POST.get("note", ""))
    except TrackingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The flag is closed. It opens again only on new scores."))
    return redirect("patient", public_id=flag.episode.patient.public_id)


def _page(request: SignedInRequest, public_id: uuid.UUID, episode_id: str | None = None) -> PatientPage:
    found = one_or_404(Patient.objects.visible_to(request.user), public_id=public_id)
    opened(request, found, ReadPage.PATIENT)
    page = patient_page(request.user, found, episode_id or request.GET.get("episode"), local_today(found))
    if page is None:
        raise Http404
    return page


def _figures(page: PatientPage) -> dict[str, Figure]:
    return {
        "figure": timeline(page.timeline),
        "narrow_figure": timeline(page.timeline, key="timeline-narrow", narrow=True),
    }

"""One completed assessment: read it, and correct it with a reason."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tracking.actions import assessments
from tracking.actions.assessments import Submitted
from tracking.errors import Conflict
from tracking.models import Assessment, User
from tracking.pages.access import SignedInRequest, one_or_404, opened, roles_required
from tracking.pages.answers.answering import Context, whom
from tracking.pages.answers.answers_forms import CorrectionForm, HourCorrectionForm, MomentCorrectionForm
from tracking.pages.answers.filling import Filling, fill_in, is_by_itself, opened_unless_by_itself
from tracking.pages.answers.too_late import differing_answers, too_late
from tracking.pages.refusals import refusals_shown
from tracking.queries.assessments import AssessmentView, assessment_view, with_people
from tracking.queries.entry_drafts import Place, draft_at
from tracking.queries.requests import is_of_team
from tracking.rules.policies.assessments import check_has_answers, check_latest_version
from tracking.rules.policies.days import local_today
from tracking.rules.policies.instruments import instrument_of
from tracking.vocabulary import ReadPage, Role


@roles_required(Role.CLINICIAN, Role.RATER)
@require_safe
def assessment(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answers, scores, conclusions, and every version. A rater sees the own rating alone."""
    page, blind = _page(request.user, public_id)
    patient = page.assessment.episode.patient
    opened(request, patient, ReadPage.ASSESSMENT)
    context = {"page": page, "alerts": [] if blind else page.assessment.alerts.all()}
    return render(request, "tracking/answers/assessments/assessment.html", context | _whom(page, blind))


@roles_required(Role.CLINICIAN, Role.RATER)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def correct(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Writes a new version with a reason. Whoever comes second is told so, and nothing is stored."""
    page, blind = _page(request.user, public_id)
    row, patient = page.assessment, page.assessment.episode.patient
    check_has_answers(row)
    opened_unless_by_itself(request, patient, ReadPage.ASSESSMENT_CORRECT)
    place = Place(row.episode, row.instrument, corrects=row)
    filling = Filling(
        place=place,
        draft=draft_at(request.user, place),
        instrument=instrument_of(row.instrument, row.version),
        pack=page.pack,
        kind=_form_of(page),
        context={"correcting": row, "pack": page.pack} | _whom(page, blind),
        initial={"assessed_on": row.assessed_on, "assessed_at": row.assessed_at},
        write=lambda form: _correct(request.user, row, form),
        after=lambda submitted: _corrected(request, submitted),
    )
    try:
        check_latest_version(row)
        return fill_in(request, filling)
    except Conflict:
        newer = _page(request.user, public_id)[0].latest
        if newer == row or is_by_itself(request):
            raise
        return _too_late(request, filling, row, newer)


def _too_late(request: SignedInRequest, filling: Filling, row: Assessment, newer: Assessment) -> HttpResponse:
    """What was sent is read as it would have been; where nothing was, what had been begun."""
    draft, own, reason = filling.draft, None, None
    if request.method == "POST":
        form = filling.kind(request.POST, instrument=filling.worded)
        form.is_valid()
        own, reason = form.answers, form.cleaned_data.get("reason", "")
    elif draft:
        own, reason = draft.answers, draft.reason
    lines = differing_answers(filling.worded, row, newer, own)
    return too_late(request, stored=newer, lines=lines, own_reason=reason, context=filling.context)


def _correct(by: User, assessment: Assessment, form: CorrectionForm) -> Submitted:
    return assessments.correct_assessment(
        by=by,
        assessment=assessment,
        answers=form.answers,
        reason=form.cleaned_data["reason"],
        assessed_on=form.cleaned_data.get("assessed_on"),
        assessed_at=form.cleaned_data.get("assessed_at"),
    )


def _form_of(page: AssessmentView) -> type[CorrectionForm]:
    """What was recorded at a moment is corrected with its moment; one of which only the day of a dose is known can
    be given its hour."""
    if page.assessment.assessed_at:
        return MomentCorrectionForm
    return HourCorrectionForm if page.acute and page.acute.reason == "day_of_a_dose" else CorrectionForm


def _page(user: User, public_id: uuid.UUID) -> tuple[AssessmentView, bool]:
    """The assessment as this user may see it, and whether the user is blind to everything around it."""
    found = one_or_404(with_people(Assessment.objects.visible_to(user)), public_id=public_id)
    blind = not is_of_team(user, found.episode)
    if blind:
        found = one_or_404(_own_ratings(user), public_id=public_id)
    return assessment_view(found, _own_ratings(user) if blind else Assessment.objects.visible_to(user)), blind


def _own_ratings(user: User) -> QuerySet[Assessment]:
    """What the rater wrote, without the corrections of others: their reasons might tell of the treatment."""
    return with_people(Assessment.objects.open_to_rater(user))


def _whom(page: AssessmentView, blind: bool) -> Context:
    patient = page.assessment.episode.patient
    return whom(patient, blind=blind) | {"today": local_today(patient)}


def _corrected(request: SignedInRequest, submitted: Submitted) -> HttpResponse:
    session = submitted.assessment.session
    if session and is_of_team(request.user, submitted.assessment.episode):
        return redirect("run-sheet", session.public_id)
    messages.success(request, _("Corrected. The version before stays readable below."))
    return redirect("assessment", public_id=submitted.assessment.public_id)

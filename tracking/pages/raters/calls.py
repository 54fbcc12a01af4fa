"""A rater asks the team to call; the team agrees a time. Neither page tells the rater anything but that time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from measures.language import marked
from tracking.actions.calls import agree_call, ask_call
from tracking.models import RatingCall
from tracking.pages.access import SignedInRequest, roles_required
from tracking.pages.raters.raters_forms import CallForm
from tracking.pages.refusals import refusals_shown
from tracking.pages.writing import Page, about, for_patient, form_page
from tracking.queries.requests import ratings_due
from tracking.vocabulary import ReadPage, Role

ASKED = marked("The team is asked to call. The time stands here once it is agreed.")


@require_POST
@roles_required(Role.RATER)
@refusals_shown
def call_ask(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask the team to call the patient of a rating that can be made today; any other is as one that does not exist."""
    asked = next((one for one in ratings_due(request.user) if one.public_id == public_id), None)
    if asked is None:
        raise Http404
    ask_call(by=request.user, request=asked)
    messages.success(request, _(ASKED))
    return redirect("ratings")


@for_patient(RatingCall, page=ReadPage.CALL_AGREE)
def call_agree(request: SignedInRequest, call: RatingCall) -> HttpResponse:
    """Write down the time that was agreed with the patient for a rater."""
    patient = call.episode.patient

    def write(agreed_for: datetime) -> HttpResponse:
        agree_call(by=request.user, call=call, agreed_for=agreed_for)
        said = _("{name} is told the time, and nothing else.").format(name=call.asked_by.name)
        messages.success(request, said)
        return redirect("today")

    page = Page(_("Agree a time for a rating"), _("Save the time"))
    context = {"call": call, **about(patient)}
    form = CallForm(request.POST or None, initial={"agreed_for": call.agreed_for})
    return form_page(request, form, write, page, "tracking/raters/calls/agree.html", **context)

"""The independent rater's own pages: what is assigned, when ratings can be taken, and how a treatment became
known. Nothing here differs between two patients who differ in their treatment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.language import marked
from tracking import clock
from tracking.actions import availability as actions
from tracking.actions.audit import record_reads
from tracking.actions.unblinding import ask_unblinding
from tracking.errors import Conflict, InvalidInput
from tracking.pages.access import SignedInRequest, roles_required
from tracking.pages.raters.raters_forms import AvailabilityForm, EndAvailabilityForm, LearntForm
from tracking.pages.refusals import refusals_shown
from tracking.pages.writing import Page, form_page
from tracking.queries.calls import calls_asked
from tracking.queries.entry_drafts import begun_ratings
from tracking.queries.raters import availabilities, last_rated_episode, treatments_told
from tracking.queries.requests import ratings_due, ratings_made
from tracking.rules.entry_drafts import KEPT_FOR
from tracking.rules.policies.instruments import Shelf
from tracking.vocabulary import ReadPage, Role

REPORTED = marked(
    "Thank you for saying so. Somebody of the study decides; until then you do not rate this person."
)
NO_SUCH_RATING = marked("no rating of this code was assigned to you")


@roles_required(Role.RATER)
@require_safe
def ratings(request: SignedInRequest) -> HttpResponse:
    """Study code, instrument and last day of each rating that can be made today, and the time that the team has agreed
    for it; below them the own ones that can still be corrected."""
    shelf = Shelf()
    due, made = ratings_due(request.user), list(ratings_made(request.user))
    calls = calls_asked(request.user, due)
    begun = begun_ratings(request.user)
    shown = {*(one.episode.patient for one in due), *(one.episode.patient for one in made)}
    shown |= {one.draft.episode.patient for one in begun}
    record_reads(by=request.user, patients=shown, page=ReadPage.RATINGS)
    context = {
        "due": [(one, shelf.get(one.instrument, one.version), calls.get(one.pk)) for one in due],
        "made": [(one, shelf.get(one.instrument, one.version)) for one in made],
        "begun": begun,
        "kept_days": KEPT_FOR.days,
        "available": availabilities(request.user, clock.today()).exists(),
    }
    return render(request, "tracking/raters/ratings/ratings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.RATER)
def availability(request: SignedInRequest) -> HttpResponse:
    """From when to when ratings can be taken, and how many a week."""

    def write(**data: Any) -> HttpResponse:
        actions.set_availability(by=request.user, **data)
        said = _("Thank you. Ratings that fall due in these days can be given to you.")
        messages.success(request, said)
        return redirect("availability")

    page = Page(
        _("When I am available"),
        pgettext("button", "Save"),
        _(
            "Ratings are given to whoever is available and has least to do. Somebody may still ask you by name."
        ),
    )
    return form_page(
        request,
        AvailabilityForm(request.POST or None),
        write,
        page,
        "tracking/raters/ratings/availability.html",
        rows=availabilities(request.user, clock.today()),
        today=clock.today(),
        back=reverse("ratings"),
    )


@require_POST
@roles_required(Role.RATER)
@refusals_shown
def availability_end(request: SignedInRequest) -> HttpResponse:
    """Ends an availability of one's own with today."""
    form = EndAvailabilityForm(request.POST)
    if not form.is_valid():
        raise Conflict(_("nothing was said of that day"))
    actions.end_availability(by=request.user, **form.cleaned_data)
    messages.success(request, _("Ended. What was assigned to you before stays yours."))
    return redirect("availability")


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.RATER)
def learnt(request: SignedInRequest) -> HttpResponse:
    """A rater has come to know the treatment of somebody: who, and how. Below, what was decided."""

    def write(study_code: str, reason: str) -> HttpResponse:
        episode = last_rated_episode(request.user, study_code)
        if episode is None:
            raise InvalidInput("study_code", _(NO_SUCH_RATING))
        ask_unblinding(by=request.user, episode=episode, rater=request.user, reason=reason)
        messages.success(request, _(REPORTED))
        return redirect("rating-learnt")

    rows = treatments_told(request.user)
    shown = {row.unblinding.episode.patient for row in rows}
    record_reads(by=request.user, patients=shown, page=ReadPage.RATING_LEARNT)
    page = Page(
        _("I have learnt a treatment"),
        _("Report it"),
        _("It happens, and it does no harm when it is said. Somebody else then rates this person."),
    )
    return form_page(
        request,
        LearntForm(request.POST or None),
        write,
        page,
        "tracking/raters/ratings/learnt.html",
        rows=rows,
        back=reverse("ratings"),
    )

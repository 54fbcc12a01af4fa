"""Trying again what failed three times. An administrator learns how many there were, not whose."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reports.actions.jobs import release_parked
from tracking.pages.access import SignedInRequest, roles_required
from tracking.queries.administration import parked_jobs
from tracking.vocabulary import Role


@require_POST
@roles_required(Role.ADMINISTRATOR)
def parked_release(request: SignedInRequest) -> HttpResponse:
    """The parked computations of the own sites get three fresh tries; the next sweep asks for them."""
    released = release_parked(by=request.user, marks=parked_jobs(request.user))
    messages.success(request, _("To be tried again within five minutes: {n}.").format(n=released))
    return redirect("administration")

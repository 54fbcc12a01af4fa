"""The one page that is open to somebody whose second step of the sign-in is due: why, and where it is set up."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tracking.pages.access import SignedInRequest, roles_required
from tracking.queries.second_factor import is_due
from tracking.vocabulary import Role


@require_safe
@roles_required(*Role, without_second_factor=True)
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Who owes none any more goes on to work."""
    if request.second_factor_owed is None:
        return redirect("home")
    return render(
        request, "tracking/people/second_factor.html", {"is_due": is_due(request.second_factor_owed)}
    )

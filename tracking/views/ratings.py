"""The independent rater's list: what was assigned and what was rated, and nothing that could unblind."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tracking.instruments import Shelf
from tracking.queries.requests import ratings_due, ratings_made
from tracking.views.access import roles_required
from tracking.vocabulary import Role


@roles_required(Role.RATER)
@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    """Study code and instrument of each assigned rating; below them the own ratings."""
    shelf = Shelf()
    made = Paginator(ratings_made(request.user), 25).get_page(request.GET.get("page"))
    context = {
        "due": [(one, shelf.get(one.instrument, one.version)) for one in ratings_due(request.user)],
        "made": [(one, shelf.get(one.instrument, one.version)) for one in made],
        "page": made,
    }
    return render(request, "tracking/ratings/ratings.html", context)

"""How long a site keeps what it holds about people: what counts, whose time is over, in counts, and a new rule."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracking.actions.retention import set_retention
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.people.administration_forms import RetentionForm
from tracking.pages.writing import Page, form_page
from tracking.queries.administration import administered_sites
from tracking.queries.retention import retained
from tracking.vocabulary import Role


@require_http_methods(["GET", "HEAD", "POST"])
@roles_required(Role.ADMINISTRATOR)
def site_retention(request: SignedInRequest, site: str) -> HttpResponse:
    """What counts at a site, and from when on something else is to."""
    place = one_or_404(administered_sites(request.user), key=site)

    def write(holding: str, years: int, law: str) -> HttpResponse:
        set_retention(by=request.user, site=place, holding=holding, years=years, law=law)
        messages.success(request, _("Saved."))
        return redirect("site-retention", place.key)

    page = Page(_("How long it is kept"), _("Save"))
    context = {"site": place, "kept": retained(place), "back": reverse("administration")}
    template = "tracking/people/administration/retention.html"
    return form_page(request, RetentionForm(request.POST or None), write, page, template, **context)

"""The washout rules of a site. Nothing clinical about a person is read here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tracking.actions.washouts import set_washout_rule
from tracking.pages.access import SignedInRequest, roles_required
from tracking.pages.treatment.washouts_forms import WashoutRuleForm
from tracking.pages.writing import Page, form_page
from tracking.queries.washout import site_rules
from tracking.rules.medication_classes import classification
from tracking.vocabulary import Role

only_administrators = roles_required(Role.ADMINISTRATOR)


@require_safe
@only_administrators
def washouts(request: SignedInRequest) -> HttpResponse:
    """Every washout whose days are left to the site, and what the site has set."""
    context = {"rules": site_rules(request.user), "classification": classification()}
    return render(request, "tracking/people/administration/washouts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
def washout_set(request: SignedInRequest, site: str, protocol: str, number: int) -> HttpResponse:
    """Set for how many days one washout is asked for at one site."""
    place = (site, protocol, number)
    rule = next((row for row in site_rules(request.user) if row.place == place), None)
    if rule is None:
        raise Http404

    def write(days: int) -> HttpResponse:
        set_washout_rule(
            by=request.user, site=rule.site, protocol=protocol, what=rule.washout.what, days=days
        )
        messages.success(request, _("The rule is set. It counts for every dose recorded from now on."))
        return redirect("washouts")

    page = Page(
        _("{what}: washout at {site}").format(what=_(rule.washout.what), site=rule.site.name),
        _("Set the rule"),
        f"{_(rule.protocol.title)}. {_(rule.washout.words)}.",
    )
    initial = {"days": rule.latest.days} if rule.latest else {}
    form = WashoutRuleForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"back": reverse("washouts")}
    return form_page(request, form, write, page, **context)

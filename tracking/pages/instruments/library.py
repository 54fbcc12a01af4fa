"""A site's own instruments: upload a definition, try its scoring, publish it, retire a version."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracking.actions import library as actions
from tracking.errors import Conflict, TrackingError
from tracking.models import SiteInstrument
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.instruments.library_forms import DefinitionForm, RetireForm
from tracking.pages.instruments.structure import instrument_page
from tracking.pages.instruments.trying import try_out
from tracking.pages.refusals import refusals_shown
from tracking.pages.writing import Page, form_page
from tracking.queries.library import coming_change, open_requests, own_versions, published_change
from tracking.rules.definitions import Definition
from tracking.vocabulary import Role

TEMPLATES = "tracking/instruments/library/"
only_administrators = roles_required(Role.ADMINISTRATOR)


@require_safe
@only_administrators
def library(request: SignedInRequest) -> HttpResponse:
    """Every version of the own instruments, and how it stands."""
    return render(request, f"{TEMPLATES}library.html", {"versions": own_versions(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
def library_new(request: SignedInRequest) -> HttpResponse:
    """Upload a definition. A sound one is shown and can be tried; nothing is stored yet."""
    form = DefinitionForm(request.POST or None, request.FILES or None, by=request.user)
    if request.method == "POST" and form.is_valid() and form.definition:
        return _checked(request, form, form.definition)
    return _asked_for(request, form)


@require_POST
@only_administrators
def library_try(request: SignedInRequest) -> HttpResponse:
    """Scores answers to what was uploaded. Neither is stored."""
    form = DefinitionForm(request.POST, by=request.user)
    if form.is_valid() and form.definition:
        return _checked(request, form, form.definition)
    return _asked_for(request, form)


@require_POST
@only_administrators
def library_publish(request: SignedInRequest) -> HttpResponse:
    """Stores the definition that was shown, after it was checked once more."""
    form = DefinitionForm(request.POST, by=request.user)
    if not form.is_valid():
        return _asked_for(request, form)
    data = form.cleaned_data
    try:
        row = actions.publish_instrument(
            by=request.user, site=data["site"], definition=data["text"], file=data["name"]
        )
    except TrackingError as refusal:
        form.add_error(None, str(refusal))
        return _asked_for(request, form, status=409 if isinstance(refusal, Conflict) else 400)
    done = _("{title}, version {version}, can be asked from now on.")
    messages.success(request, done.format(title=row.title, version=row.version))
    return redirect("library-version", public_id=row.public_id)


@require_safe
@only_administrators
def library_version(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One published version: who published it, what it changed, whether it is still asked."""
    row = _version(request, public_id)
    context = {"row": row, "comparison": published_change(row), "waiting": open_requests(row)}
    return render(request, f"{TEMPLATES}version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_administrators
@refusals_shown
def library_retire(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a version out of what can be asked."""
    row = _version(request, public_id)

    def write(reason: str) -> HttpResponse:
        actions.retire_instrument(by=request.user, instrument=row, reason=reason)
        done = _("{title}, version {version}, is not asked any more.")
        messages.success(request, done.format(title=row.title, version=row.version))
        return redirect("library-version", public_id=row.public_id)

    title = _("Retire {title}, version {version}").format(title=row.title, version=row.version)
    lead = _("It is not asked any more. What was recorded with it stays, and is read by its rules.")
    page = Page(title, _("Retire"), lead)
    back = reverse("library-version", args=[row.public_id])
    return form_page(request, RetireForm(request.POST or None), write, page, back=back)


def _version(request: SignedInRequest, public_id: uuid.UUID) -> SiteInstrument:
    return one_or_404(own_versions(request.user), public_id=public_id)


def _asked_for(request: HttpRequest, form: DefinitionForm, status: int | None = None) -> HttpResponse:
    """The page of the upload, with what was refused."""
    code = status or (400 if form.errors else 200)
    return render(request, f"{TEMPLATES}upload.html", {"form": form}, status=code)


def _checked(request: SignedInRequest, form: DefinitionForm, definition: Definition) -> HttpResponse:
    """What was read from a sound definition, beside a form to try it."""
    site = form.cleaned_data["site"]
    context = {
        "definition": definition,
        "site": site,
        "name": form.cleaned_data["name"],
        "comparison": coming_change(definition.instrument, site),
        "page": instrument_page(definition.instrument),
    }
    return try_out(request, definition.instrument, f"{TEMPLATES}checked.html", context)

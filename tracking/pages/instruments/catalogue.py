"""The instrument catalogue: what there is, how each is scored, and a form to try it that keeps nothing."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from measures.errors import UnknownInstrument
from measures.fhir.names import logical_id
from tracking.pages.access import SignedInRequest, roles_required
from tracking.pages.instruments.catalogue_forms import CatalogueForm
from tracking.pages.instruments.structure import instrument_page
from tracking.pages.instruments.trying import try_out
from tracking.queries.catalogue import (
    Entry,
    catalogue,
    definition_text,
    entry_of,
    packs_of,
)
from tracking.vocabulary import Role

STAFF = tuple(role for role in Role if role != Role.PATIENT)


@roles_required(*STAFF)
@require_safe
def instruments(request: SignedInRequest) -> HttpResponse:
    """Every instrument on its shelf, narrowed by a search."""
    form = CatalogueForm(request.GET)
    search, who = form.wanted
    shelves = catalogue(request.user, search, who)
    context = {
        "form": form,
        "shelves": shelves,
        "count": sum(len(entries) for _, entries in shelves),
        "is_narrowed": bool(search or who),
        "administers": request.user.has_role(Role.ADMINISTRATOR),
    }
    return render(request, "tracking/instruments/catalogue/instruments.html", context)


@roles_required(*STAFF)
@require_safe
def instrument(request: SignedInRequest, key: str, version: str | None = None) -> HttpResponse:
    """How one instrument is made and scored; its latest version when none is named."""
    entry = _entry(request, key, version)
    context = {
        "entry": entry,
        "instrument": entry.instrument,
        "page": instrument_page(entry.instrument),
        "packs": packs_of(request.user, entry.instrument),
        "fhir_id": logical_id(key),
        "administers": request.user.has_role(Role.ADMINISTRATOR),
    }
    return render(request, "tracking/instruments/catalogue/instrument.html", context)


@roles_required(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_try(request: SignedInRequest, key: str, version: str) -> HttpResponse:
    """Fills in the instrument and sees what comes of it."""
    entry = _entry(request, key, version)
    return try_out(request, entry.instrument, "tracking/instruments/catalogue/try.html", {"entry": entry})


@roles_required(*STAFF)
@require_safe
def instrument_definition(request: SignedInRequest, key: str, version: str) -> HttpResponse:
    """The definition file itself."""
    entry = _entry(request, key, version)
    response = HttpResponse(definition_text(entry), content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}-{version}.toml"'
    return response


def _entry(request: SignedInRequest, key: str, version: str | None) -> Entry:
    try:
        return entry_of(request.user, key, version)
    except UnknownInstrument as error:
        raise Http404 from error

"""The administrator's pages about wording: what is installed, what is missing, upload, preview, withdrawal."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from measures.errors import DefinitionError, UnknownInstrument
from measures.instrument import Instrument
from measures.wording import Wording, WordingError, from_content
from measures.wording.templates import template_csv, template_toml
from tracking.actions import care
from tracking.actions.wordings import add_wording, read_wording, withdraw_wording
from tracking.errors import TrackingError
from tracking.models import WordingPack
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.instruments.wordings_forms import PackForm, SiteAskingForm, WithdrawForm
from tracking.pages.writing import Page, form_page, show_refusal
from tracking.queries.administration import administered_sites
from tracking.queries.wordings import instruments_of, on_paper, own_packs, pack_lines, worded_lines
from tracking.rules.languages import language_name
from tracking.rules.policies.instruments import instrument_of
from tracking.rules.policies.wordings import is_withdrawn
from tracking.vocabulary import Role

TEMPLATES = "tracking/instruments/wordings/"
INSTALL = "install"
WRITERS = {"csv": (template_csv, "text/csv"), "toml": (template_toml, "application/toml")}
only_administrators = roles_required(Role.ADMINISTRATOR)
reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@only_administrators
def wordings(request: SignedInRequest) -> HttpResponse:
    """What is installed at the own sites, and what is asked on paper for want of a wording."""
    sites = list(administered_sites(request.user))
    every = {one.key: one for site in sites for one in instruments_of(site)}
    context = {
        "lines": pack_lines(request.user),
        "missing": on_paper(sites),
        "instruments": every.values(),
        "sites": [(site, language_name(site.language)) for site in sites],
    }
    return render(request, f"{TEMPLATES}list.html", context)


@reads_and_writes
@only_administrators
def wording_new(request: SignedInRequest, instrument: str) -> HttpResponse:
    """Upload a pack: it is checked and shown as the patient will see it, and installed with a second press."""
    definition = _instrument(request, instrument)
    form = PackForm(request.POST or None, request.FILES or None, by=request.user)
    if request.method != "POST" or not form.is_valid():
        return _upload_page(request, definition, form)
    text = {name: form.cleaned_data[name] for name in ("text", "kind")}
    try:
        wording = read_wording(instrument=definition, **text)
        if request.POST.get("step") == INSTALL:
            site = form.cleaned_data["site"]
            pack = add_wording(by=request.user, site=site, instrument=definition, **text)
            done = _("Installed: new sittings show {wording} from now on.")
            messages.success(request, done.format(wording=pack.label))
            return redirect("wording", pack.public_id)
    except DefinitionError as error:
        return _upload_page(request, definition, form, _problems(error))
    except TrackingError as refusal:
        show_refusal(form, refusal)
        return _upload_page(request, definition, form)
    context = {"checked": text, "site": form.cleaned_data["site"]} | _preview(definition, wording)
    return render(request, f"{TEMPLATES}preview.html", context)


@require_safe
@only_administrators
def wording_template(request: SignedInRequest, instrument: str, kind: str) -> HttpResponse:
    """An empty pack with every code in it."""
    definition = _instrument(request, instrument)
    return _file(definition, None, kind, f"{definition.key}-{definition.version}")


@require_safe
@only_administrators
def wording(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One pack: where it is from, who installed it, and how it reads."""
    pack = _pack(request, public_id)
    context = {"pack": pack, "withdrawn": is_withdrawn(pack)}
    return render(request, f"{TEMPLATES}pack.html", context | _preview(_of(pack), from_content(pack.content)))


@require_safe
@only_administrators
def wording_file(request: SignedInRequest, public_id: uuid.UUID, kind: str) -> HttpResponse:
    """The pack as a file, to make the next revision from."""
    pack = _pack(request, public_id)
    name = f"{pack.instrument}-{pack.version}-{pack.label.replace('/', '-')}"
    return _file(_of(pack), from_content(pack.content), kind, name)


@reads_and_writes
@only_administrators
def wording_withdraw(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a wording no more."""
    pack = _pack(request, public_id)

    def write(**data: Any) -> HttpResponse:
        withdraw_wording(by=request.user, pack=pack, **data)
        messages.success(request, _("{wording} is withdrawn.").format(wording=pack.label))
        return redirect("wording", pack.public_id)

    page = Page(
        _("Withdraw {wording}").format(wording=pack.label),
        _("Withdraw wording"),
        _(
            "No new sitting shows it. One that has begun is finished in it, and what was answered stays readable."
        ),
    )
    form = WithdrawForm(request.POST or None)
    return form_page(request, form, write, page, back=reverse("wording", args=[pack.public_id]))


@reads_and_writes
@only_administrators
def site_asking(request: SignedInRequest, site: str) -> HttpResponse:
    """How a site asks whoever has not chosen themselves: in which language, and at which pace."""
    place = one_or_404(administered_sites(request.user), key=site)

    def write(language: str, tap_advances: bool) -> HttpResponse:
        if language != place.language:
            care.change_site_language(by=request.user, site=place, language=language)
        if tap_advances != place.tap_advances:
            care.change_site_tap(by=request.user, site=place, tap_advances=tap_advances)
        done = _("{site} asks in {language}.")
        messages.success(request, done.format(site=place.name, language=language_name(language)))
        return redirect("wordings")

    page = Page(_("How {site} asks").format(site=place.name), _("Save"))
    form = SiteAskingForm(request.POST or None, site=place)
    return form_page(request, form, write, page, back=reverse("wordings"))


def _instrument(request: SignedInRequest, key: str) -> Instrument:
    """An instrument that a site of this administrator has, with items to be worded."""
    for site in administered_sites(request.user):
        if found := next((one for one in instruments_of(site) if one.key == key), None):
            return found
    raise Http404


def _pack(request: SignedInRequest, public_id: uuid.UUID) -> WordingPack:
    return one_or_404(own_packs(request.user), public_id=public_id)


def _of(pack: WordingPack) -> Instrument:
    try:
        return instrument_of(pack.instrument, pack.version)
    except UnknownInstrument as error:
        raise Http404 from error


def _problems(error: DefinitionError) -> list[tuple[str, str]]:
    return list(error.problems) if isinstance(error, WordingError) else [(error.key, error.reason)]


def _upload_page(
    request: HttpRequest,
    instrument: Instrument,
    form: PackForm,
    problems: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    context = {"instrument": instrument, "form": form, "problems": problems or []}
    status = 400 if form.errors or problems else 200
    return render(request, f"{TEMPLATES}new.html", context, status=status)


def _preview(instrument: Instrument, wording: Wording) -> dict[str, object]:
    return {
        "instrument": instrument,
        "wording": wording,
        "language": language_name(wording.language),
        "lines": worded_lines(instrument, wording),
    }


def _file(instrument: Instrument, wording: Wording | None, kind: str, name: str) -> HttpResponse:
    if kind not in WRITERS:
        raise Http404
    write, media_type = WRITERS[kind]
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(
        write(instrument, wording), headers=disposition, content_type=f"{media_type}; charset=utf-8"
    )

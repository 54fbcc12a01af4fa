"""The language of the pages, chosen by whoever reads them; whom patients can call, by language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracking.actions.languages import change_contacts, choose_language
from tracking.models import Site
from tracking.pages.access import SignedInRequest, one_or_404, roles_required
from tracking.pages.people.languages_forms import ContactsForm, LanguageForm
from tracking.pages.writing import Page, form_page
from tracking.queries.administration import administered_sites
from tracking.vocabulary import Role

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@reads_and_writes
@roles_required(*Role, without_second_factor=True)
def language(request: SignedInRequest) -> HttpResponse:
    """The own language, wherever one signs in."""

    def write(language: str) -> HttpResponse:
        choose_language(by=request.user, language=language)
        translation.activate(language or settings.LANGUAGE_CODE)
        messages.success(request, _("Saved."))
        return redirect("language")

    page = Page(
        _("Language"), _("Save"), _("Of all pages. Names, notes and instruments stay as they were written.")
    )
    form = LanguageForm(request.POST or None, initial={"language": request.user.language})
    return form_page(request, form, write, page, "tracking/people/language.html", back=reverse("home"))


@reads_and_writes
@roles_required(Role.ADMINISTRATOR)
def site_contacts(request: SignedInRequest, site: str) -> HttpResponse:
    """Whom patients of a site are told to call, in each language in which they can be asked."""
    place = one_or_404(administered_sites(request.user), key=site)
    form = ContactsForm(request.POST or None, known=_known(place))

    def write(**contacts: str) -> HttpResponse:
        changed = {form.language_of(name): contacts[name] for name in form.changed_data}
        change_contacts(by=request.user, site=place, contacts=changed)
        messages.success(request, _("Saved. Sittings show it from now on."))
        return redirect("wordings")

    page = Page(
        _("Whom patients of {site} can call").format(site=place.name),
        _("Save"),
        _("Shown beside every question, and at once when an answer calls for it."),
    )
    return form_page(request, form, write, page, back=reverse("wordings"))


def _known(site: Site) -> dict[str, str]:
    """The contacts by language; under no language those for everybody else."""
    return {"": site.crisis_contacts} | dict(site.contacts.values_list("language", "contacts"))

"""In which language somebody reads the site, and whom a patient of a site can call in which language."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tracking.actions import audit
from tracking.actions.contacts_on_disk import keep_contacts_after_commit
from tracking.actions.moves import ANY_STATE, moved
from tracking.errors import InvalidInput, NotPermitted
from tracking.models import Site, SiteContacts, User
from tracking.queries.administration import administered_sites
from tracking.rules import checks
from tracking.rules.crisis import names_somebody
from tracking.vocabulary import AuditAction


@transaction.atomic
def choose_language(*, by: User, language: str) -> None:
    """The pages are in this language from now on, wherever this person signs in; empty for that of the browser."""
    codes = [code for code, name in settings.LANGUAGES]
    moved(by, ANY_STATE, language=checks.clean_choice("language", language, ["", *codes]))
    audit.record(by=by, action=AuditAction.CHOOSE_LANGUAGE, target=by, language=language)


@transaction.atomic
def change_contacts(*, by: User, site: Site, contacts: Mapping[str, str]) -> None:
    """Whom patients can call, by the language in which they are asked: one contact a line. No language is everybody
    else, who are never left without; an empty text leaves a language to what everybody else reads.

    Raises ``InvalidInput`` for a text that names nobody, ``NotPermitted`` for whoever does not administer the site.
    """
    if site not in administered_sites(by):
        raise NotPermitted(_("only an administrator of the site says whom its patients can call"))
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    for language, typed in contacts.items():
        _change(site, language, "\n".join(line.strip() for line in typed.splitlines() if line.strip()))
        audit.record(by=by, action=AuditAction.CHANGE_CONTACTS, target=site, site=site.key, language=language)
    keep_contacts_after_commit()


def _change(site: Site, language: str, contacts: str) -> None:
    if language:
        checks.clean_choice("language", language, [code for code, name in settings.LANGUAGES])
    if (contacts or not language) and not names_somebody(contacts):
        raise InvalidInput("contacts", _("must name somebody who can be reached"))
    if not language:
        moved(site, ANY_STATE, crisis_contacts=contacts)
    elif contacts:
        SiteContacts.objects.update_or_create(site=site, language=language, defaults={"contacts": contacts})
    else:
        SiteContacts.objects.filter(site=site, language=language).delete()

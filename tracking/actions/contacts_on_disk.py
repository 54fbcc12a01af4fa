"""Whom patients can call, kept beside the database: who is in danger must find it when the database does not answer."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable

from django.conf import settings
from django.db import Error, transaction

from tracking.models import Site
from tracking.rules.crisis import contacts_of

log = logging.getLogger(__name__)


def keep_contacts_on_disk() -> None:
    """Writes the file, or leaves it as it is and says so in the log: nothing else hangs on it."""
    try:
        _write(json.dumps(_by_language(), ensure_ascii=False))
    except (OSError, Error) as error:
        log.error("the crisis contacts are not kept on disk: %s", type(error).__name__)


def keep_contacts_after_commit() -> None:
    """As they stand when the change of them is stored."""
    transaction.on_commit(keep_contacts_on_disk)


def _by_language() -> dict[str, list[list[str]]]:
    """Label and number of all of them, by language: nobody knows at which site somebody is who cannot be looked up."""
    sites = list(Site.objects.order_by("pk").prefetch_related("contacts"))
    return {code: _of_all(_text(site, code) for site in sites) for code, _ in settings.LANGUAGES}


def _text(site: Site, language: str) -> str:
    own = {each.language: each.contacts for each in site.contacts.all()}
    return own.get(language, site.crisis_contacts)


def _of_all(texts: Iterable[str]) -> list[list[str]]:
    """Each once. One without a number is a place of that site alone, or says that everybody there is simulated."""
    found = (contact for text in texts for contact in contacts_of(text) if contact.phone)
    return [list(pair) for pair in dict.fromkeys((contact.label, contact.phone) for contact in found)]


def _write(text: str) -> None:
    """All of it or nothing: it is read while it is written."""
    part = settings.CONTACTS_FILE.with_suffix(f".{os.getpid()}")
    part.write_text(text)
    part.replace(settings.CONTACTS_FILE)

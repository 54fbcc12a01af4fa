"""The catalogues: one a package and language, beside what they translate."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests.translations.collect import APPS, ROOT, messages_of

LANGUAGES = ("de", "es", "ar")
WIDTH = 110
BEGUN = datetime(2026, 11, 30, tzinfo=UTC)  # of the catalogues: no line changes that no word has changed


def catalogue_path(app: str, language: str) -> Path:
    return ROOT / app / "locale" / language / "LC_MESSAGES" / "django.po"


def read(app: str, language: str) -> Catalog:
    path = catalogue_path(app, language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def renewed(app: str, language: str) -> Catalog:
    """The catalogue with every message of the source and no other, each with the translation that it has."""
    known = read(app, language)
    fresh = Catalog(
        locale=language,
        header_comment="# Written by `make translations`; the translations by hand.",
        project="Throughline",
        version="1",
        msgid_bugs_address="the issues of the project",
        last_translator="the project",
        language_team=language,
        creation_date=BEGUN,
        revision_date=BEGUN,
        fuzzy=False,
    )
    for message, places in messages_of(app).items():
        key = (message.text, message.plural) if message.plural else message.text
        held = known.get(message.text, context=message.context or None)
        said = held.string if held and isinstance(held.id, tuple) == bool(message.plural) else ""
        fresh.add(
            key,
            said,
            locations=[(place, None) for place in sorted(set(places))],
            context=message.context or None,
        )
    return fresh


def write(app: str, language: str, catalogue: Catalog) -> None:
    path = catalogue_path(app, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=WIDTH, omit_header=False, sort_output=True, include_lineno=False)


def renew() -> None:
    for app in APPS:
        for language in LANGUAGES:
            write(app, language, renewed(app, language))

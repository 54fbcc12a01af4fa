"""Wording packs as an administrator would upload them: invented words, the rules of the real instrument."""

from __future__ import annotations

from measures import registry
from measures.instrument import Instrument, Option
from measures.wording import WordedItem, Wording
from measures.wording.check import answers_of
from measures.wording.templates import template_csv
from tracking.actions.wordings import add_wording
from tracking.models import Site, User, WordingPack


def wording(instrument: Instrument, language: str = "en", mark: str = "", help_text: str = "") -> Wording:
    """Complete words, each with ``mark`` before it, so that a page tells whose they are. ``help_text`` stands
    with every question."""
    return Wording(
        instrument=instrument.key,
        version=instrument.version,
        language=language,
        name="invented",
        source="Invented for a test",
        permission="Nobody's words",
        instruction=f"{mark}How often?",
        purpose=f"{mark}To see.",
        recall=f"{mark}this week",
        items={
            item.code: WordedItem(
                f"{mark}Question {item.code}",
                help_text,
                tuple(Option(option.value, f"{mark}Answer {name}") for name, option in answers_of(item)),
            )
            for item in instrument.items
        },
    )


def as_csv(key: str, language: str = "en", mark: str = "", help_text: str = "") -> str:
    instrument = registry.get(key)
    return template_csv(instrument, wording(instrument, language, mark, help_text))


def installed(
    site: Site,
    key: str,
    *,
    by: User | None = None,
    language: str = "en",
    mark: str = "",
    help_text: str = "",
) -> WordingPack:
    """A pack of the site, through the real action."""
    text = as_csv(key, language, mark, help_text)
    return add_wording(by=by, site=site, instrument=registry.get(key), text=text, kind="csv")

"""A language in which every translated message stands in brackets: what is outside of them was never asked to be
translated."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db.models import CharField, TextField
from django.utils import translation

from tests.translations.bare import KNOWN, WORD, Reader
from tests.translations.collect import ROOT
from tracking.privacy import Privacy
from tracking.rules.crisis import contacts_of

OPEN, CLOSE = "⟦", "⟧"
INNERMOST = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
TAG = re.compile(r"<[^>]*>")
LIST = re.compile(r"[^,]+(,[^,\s][^,]*)+")  # of ``yesno``: no blank behind its commas
SWITCHES = {
    "decimal mark",
    "minus sign",
    "plus sign",
    "labels begin with a small letter inside a sentence: yes or no",
}
TYPED = {Privacy.IDENTIFIER, Privacy.FREE_TEXT}
TRANSLATED = ("scales", "outcomes", "levels")  # of an instrument: whose titles and labels are messages


def bracketed(message: str) -> str:
    """A message in brackets; of one that is a list, as "yes,no", each part."""
    if not message.strip():
        return message
    parts = message.split(",") if LIST.fullmatch(message) else [message]
    return ",".join(f"{OPEN}{part}{CLOSE}" for part in parts)


def speak(patch: pytest.MonkeyPatch) -> None:
    """From now on the interface speaks in brackets. What was asked for too early, at import, does not."""
    translation.gettext("")  # Django finds out here which functions these are
    voice = translation._trans
    patch.setattr(voice, "gettext", bracketed)
    patch.setattr(
        voice, "pgettext", lambda context, one: one if context in SWITCHES else bracketed(one), raising=False
    )
    patch.setattr(voice, "ngettext", lambda one, many, n: bracketed(one if n == 1 else many), raising=False)
    patch.setattr(
        voice, "npgettext", lambda context, one, many, n: bracketed(one if n == 1 else many), raising=False
    )


def outside(page: str, data: Iterable[str]) -> list[str]:
    """The pieces of a page in which a word is left when what is translated and what is data is taken away."""
    while (less := INNERMOST.sub(_tags_of, page)) != page:
        page = less
    reader = Reader()
    reader.feed(page)
    return [piece for piece in reader.found if set(WORD.findall(_less(piece, data))) - KNOWN]


def _tags_of(message: re.Match[str]) -> str:
    """A message may hold elements, and these words that are filled in, each of which is looked at by itself."""
    return " ".join(TAG.findall(message[0]))


def _less(piece: str, data: Iterable[str]) -> str:
    for text in data:
        if text in piece:
            piece = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", " ", piece)
    return piece


def data() -> list[str]:
    """What is no word of ours: what people typed, names, and the words of instruments. The longest first."""
    found = {*stored(), *of_definitions(), *names_of_places(), *names_of_languages()}
    pieces = {" ".join(piece.split()) for text in found for piece in (text, *text.splitlines())}
    return sorted((piece for piece in pieces if WORD.search(piece)), key=len, reverse=True)


def stored() -> Iterator[str]:
    """What people typed; also in the definitions of a site, and the contacts taken apart."""
    for app in ("tracking", "reports"):
        for model in apps.get_app_config(app).get_models():
            kinds = getattr(model, "privacy", {})
            for field in model._meta.get_fields():
                if (
                    isinstance(field, CharField | TextField)
                    and not field.choices
                    and kinds.get(field.name) in TYPED
                ):
                    yield from map(str, model._base_manager.values_list(field.name, flat=True))
    for site in apps.get_model("tracking", "site").objects.all():
        yield from (contact.label for contact in contacts_of(site.crisis_contacts))
    for own in apps.get_model("tracking", "siteinstrument").objects.all():
        yield from (own.title, *_strings(tomllib.loads(own.definition)))
    for declared in apps.get_model("tracking", "declaredscale").objects.all():
        yield from _strings(declared.definition)
    for answers in apps.get_model("tracking", "assessment").objects.values_list("answers", flat=True):
        yield from _strings(answers)
    for room in apps.get_model("tracking", "settingtemplate").objects.all():
        yield from _strings(room.answers)
    for pack in apps.get_model("tracking", "wordingpack").objects.all():
        yield from (pack.label, pack.source, *_strings(pack.content))
    for model in ("dose", "medicationcourse"):
        yield from apps.get_model("tracking", model).objects.values_list("substance", flat=True)
    for sentence in apps.get_model("reports", "courseflag").objects.values_list("sentence", flat=True):
        yield from sentence.values()  # stored in every language, before anybody spoke in brackets
    for study in apps.get_model("tracking", "study").objects.all():
        yield from (study.title, study.key)


def of_definitions() -> Iterator[str]:
    for path in ROOT.glob("measures/instruments/*/*.toml"):
        definition = tomllib.loads(path.read_text())
        yield definition["key"]
        yield from _strings({key: value for key, value in definition.items() if key not in TRANSLATED})
        yield from _sources(definition)
    for path in ROOT.glob("tracking/protocols/*.toml"):
        definition = tomllib.loads(path.read_text())
        yield definition["key"]
        yield from _sources(definition)

    for path in ROOT.glob("tracking/rules/*.toml"):
        known = tomllib.loads(path.read_text())
        classes = [
            {name: value for name, value in one.items() if name != "title"}
            for one in known.get("classes", [])
        ]
        yield from _strings(known | {"classes": classes})


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list | dict):
        for one in node.values() if isinstance(node, dict) else node:
            yield from _strings(one)


def _sources(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (
            value for key, value in node.items() if key in ("source", "key") and isinstance(value, str)
        )
    if isinstance(node, list | dict):
        for one in node.values() if isinstance(node, dict) else node:
            yield from _sources(one)


def names_of_places() -> Iterator[str]:
    yield from (zone.replace("_", " ") for zone in available_timezones())


def names_of_languages() -> Iterator[str]:
    yield from (name for code, name in settings.LANGUAGES)
    yield from (info["name_local"] for info in LANG_INFO.values() if "name_local" in info)

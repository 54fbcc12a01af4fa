"""Nothing that somebody reads is left unmarked, and everything that is marked is translated."""

from __future__ import annotations

import re
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo

from tests.translations import catalogues
from tests.translations.bare import bare
from tests.translations.collect import APPS, ROOT, messages_of
from tests.translations.pseudo import SWITCHES
from tests.translations.spoken import ELSEWHERE, unmarked

PIECES = "allauth/elements"  # a tag each, without words of its own
TEMPLATES = sorted(
    path
    for app in APPS
    for path in (ROOT / app).rglob("templates/**/*.html")
    if PIECES not in path.as_posix()
)
MODULES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if not {*path.parts} & {*ELSEWHERE}
)
EACH = [(app, language) for app in APPS for language in catalogues.LANGUAGES]
FILLED = re.compile(r"%\((\w+)\)s|\{(\w+)[^{}]*\}|<(/?\w+)")
END = re.compile(r"[.:…]?$")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def said(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def asked(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def messages(app: str, language: str) -> list[Message]:
    return [one for one in catalogues.read(app, language) if one.id]


def is_translated(message: Message) -> bool:
    return all(said(message)) and bool(message.string) and not message.fuzzy


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_word_of_a_template_is_unmarked(path: Path) -> None:
    assert bare(path.read_text()) == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_word_of_python_is_unmarked(path: Path) -> None:
    assert unmarked(path) == []


@pytest.mark.parametrize("app", APPS)
def test_the_catalogues_hold_what_the_source_says(app: str) -> None:
    """After a change of words: ``make translations``."""
    source = {(one.text, one.plural, one.context) for one in messages_of(app)}
    for language in catalogues.LANGUAGES:
        held = {(*asked(one), "")[:2] + (one.context or "",) for one in messages(app, language)}
        assert held == source, language


@pytest.mark.parametrize(("app", "language"), EACH)
def test_every_message_is_translated(app: str, language: str) -> None:
    assert [one.id for one in messages(app, language) if not is_translated(one)] == []


@pytest.mark.parametrize(("app", "language"), EACH)
def test_what_is_filled_in_is_the_same(app: str, language: str) -> None:
    """Names, elements and the end of a sentence; one plural may leave out its number."""
    for one in messages(app, language):
        for text in filter(None, said(one)) if one.context not in SWITCHES else ():
            allowed = [sorted(FILLED.findall(form)) for form in asked(one)]
            spared = [
                [found for found in form if found[:2] not in (("n", ""), ("", "n"))] for form in allowed
            ]
            found = sorted(FILLED.findall(text))
            assert found in allowed or isinstance(one.id, tuple) and found in spared, (one.id, text)
            assert {END.search(form)[0] for form in asked(one)} >= {END.search(text)[0]}, (one.id, text)
            assert text.strip() == text or asked(one)[0].strip() != asked(one)[0], (one.id, text)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_a_message_has_one_translation(language: str) -> None:
    """Wherever it stands: which catalogue is asked first must not matter."""
    found = defaultdict(set)
    for app in APPS:
        for one in messages(app, language):
            if is_translated(one):
                found[one.context, tuple(asked(one))].add(tuple(said(one)))
    assert {key: ways for key, ways in found.items() if len(ways) > 1} == {}


@pytest.mark.parametrize(("app", "language"), EACH)
def test_what_is_compiled_is_what_is_written(app: str, language: str) -> None:
    """Else ``make setup``: a page would show words of before."""
    fresh = BytesIO()
    write_mo(fresh, catalogues.read(app, language))
    fresh.seek(0)
    with catalogues.catalogue_path(app, language).with_suffix(".mo").open("rb") as file:
        compiled, written = read_mo(file), read_mo(fresh)
    assert content(compiled) == content(written)


def content(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    return {f"{one.context} {asked(one)}": tuple(said(one)) for one in catalogue if one.id}

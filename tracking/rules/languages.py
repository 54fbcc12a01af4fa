"""Languages by their tags (BCP 47) and by their names in the reader's own."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

from measures.wording import clean_language
from tracking.tongues import interface_for

_NAMES = {clean_language(code): str(info["name"]) for code, info in LANG_INFO.items() if "name" in info}


def by_name(tags: Iterable[str]) -> list[tuple[str, str]]:
    """Languages to choose from, by their names."""
    return sorted(((tag, language_name(tag)) for tag in set(tags)), key=lambda pair: pair[1])


def sitting_in_words(language: str) -> str:
    """The name of a language without its region, as a sitting is in it: "English" for ``en-gb``."""
    return language_name(language.split("-")[0]) if interface_for(language) else language_name(language)


def language_name(tag: str) -> str:
    """The name of a language, ``de-CH`` as "German (de-CH)"; the tag itself where none is known."""
    if tag in _NAMES:
        return _(_NAMES[tag])
    name = _NAMES.get(tag.split("-")[0])
    return f"{_(name)} ({tag})" if name else tag

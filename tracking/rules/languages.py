"""Languages by their tags (BCP 47) and by their names in the reader's own."""

from __future__ import annotations

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

from measures.wording import clean_language

_NAMES = {clean_language(code): str(info["name"]) for code, info in LANG_INFO.items() if "name" in info}


def languages() -> list[tuple[str, str]]:
    """The languages that can be chosen, by name."""
    return sorted(((tag, _(name)) for tag, name in _NAMES.items() if tag), key=lambda pair: pair[1])


def language_name(tag: str) -> str:
    """The name of a language, ``de-CH`` as "German (de-CH)"; the tag itself where none is known."""
    if tag in _NAMES:
        return _(_NAMES[tag])
    name = _NAMES.get(tag.split("-")[0])
    return f"{_(name)} ({tag})" if name else tag

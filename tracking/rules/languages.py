"""Languages by their tags (BCP 47) and by the names that people read."""

from __future__ import annotations

from django.conf.locale import LANG_INFO

from measures.wording import clean_language

_NAMES = {clean_language(code): str(info["name"]) for code, info in LANG_INFO.items() if "name" in info}


def languages() -> list[tuple[str, str]]:
    """The languages that can be chosen, by name."""
    return sorted(((tag, name) for tag, name in _NAMES.items() if tag), key=lambda pair: pair[1])


def language_name(tag: str) -> str:
    """The name of a language, ``de-CH`` as "German (de-CH)"; the tag itself where none is known."""
    if tag in _NAMES:
        return _NAMES[tag]
    name = _NAMES.get(tag.split("-")[0])
    return f"{name} ({tag})" if name else tag

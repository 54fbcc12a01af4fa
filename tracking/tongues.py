"""The languages of the interface: which one answers to somebody's own, and words that are stored in all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils import translation

SPOKEN = "Please talk to someone now"  # the message that must be heard


def check_compiled(**_: object) -> list[CheckMessage]:
    """Without compiled catalogues everybody would silently be spoken to in English."""
    silent = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            if code != settings.LANGUAGE_CODE and translation.gettext(SPOKEN) == SPOKEN:
                silent.append(name)
    hint = "Compile them: python -m config.translations"
    return (
        [Error(f"No translations in {', '.join(silent)}.", hint=hint, id="tracking.E001")] if silent else []
    )


def interface_for(tag: str) -> str | None:
    """The language of the interface for somebody of this language: ``de`` for ``de-CH``. ``None``: we do not speak it.

    >>> interface_for("en-US"), interface_for("fr")
    ('en-gb', None)
    """
    try:
        return translation.get_supported_language_variant(tag)
    except LookupError:
        return None


def language_of(*wishes: str) -> str:
    """In which language somebody is spoken to: the first of the wishes that the interface knows, else English."""
    return next(
        (code for wish in filter(None, wishes) if (code := interface_for(wish))), settings.LANGUAGE_CODE
    )


def in_every_language(say: Callable[[], str]) -> dict[str, str]:
    """What ``say`` says in each language of the interface, by its code: for a sentence that is derived and kept."""
    said = {}
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            said[code] = say()
    return said


def heard(said: Mapping[str, str] | str) -> str:
    """What was said, in the language of the moment; in that of the source where it was said before there was this one.
    What was kept before there were languages is the sentence itself."""
    if isinstance(said, str):
        return said
    return said.get(translation.get_language() or "", said[settings.LANGUAGE_CODE])


def is_said(value: object) -> bool:
    """Whether this is what ``in_every_language`` made, or made when there were fewer languages."""
    codes = {code for code, _ in settings.LANGUAGES}
    return isinstance(value, Mapping) and settings.LANGUAGE_CODE in value and set(value) <= codes

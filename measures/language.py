"""The language in which the core speaks: English, until whoever uses it lends another voice.

The core builds sentences (a rule in words, a flag with its numbers, what a chart shows) and knows no Django. It marks
them as ``gettext`` does, from the standard library, and asks the voice of the moment. A notebook hears English; the
site lends ``django.utils.translation``, so that each person hears their own. A constant is ``marked`` where it stands
and spoken where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from gettext import NullTranslations
from typing import Literal, Protocol

MINUS = "\u2212"


class Voice(Protocol):
    """What ``gettext.NullTranslations`` and ``django.utils.translation`` have in common."""

    def gettext(self, message: str, /) -> str: ...
    def ngettext(self, singular: str, plural: str, number: int, /) -> str: ...
    def pgettext(self, context: str, message: str, /) -> str: ...


Calendar = Callable[[date], str]
_voice: Voice = NullTranslations()
_calendar: Calendar = "{:%-d %B %Y}".format


def lend(voice: Voice, calendar: Calendar) -> None:
    """From now on, in this process, the core speaks through ``voice`` and writes days as ``calendar`` does."""
    global _voice, _calendar
    _voice, _calendar = voice, calendar


def gettext(message: str) -> str:
    """The message in the language of the moment. Values are filled in afterwards, by name: ``.format(day=day)``."""
    return _voice.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of the message for this number; ``{n}`` and what else stands in it is filled in afterwards."""
    return _voice.ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """A message that is one word in English and several elsewhere; ``context`` says which is meant."""
    return _voice.pgettext(context, message)


def marked(message: str) -> str:
    """The message itself, marked to be translated where it is used: for constants, which are made only once."""
    return message


def figure(value: float, form: str = "g") -> str:
    """A number as it is written in the language of the moment: ``13.5``, in German ``13,5``. ``form``: as of format().

    Only for sentences: what a machine reads again is formatted without it.
    """
    return written(format(value, form))


def written(number: str) -> str:
    """A number in digits, with the decimal mark and the signs of the language of the moment. From right to left a sign
    needs a mark of direction before it, or it is drawn behind its number."""
    signs: dict[str, str | int | None] = {
        ".": pgettext("decimal mark", "."),
        MINUS: pgettext("minus sign", "\u2212"),
        "+": pgettext("plus sign", "+"),
    }
    return number.translate(str.maketrans(signs))


def within(label: str) -> str:
    """A label as it stands inside a sentence: with a small first letter, where the language writes it so. German
    keeps the capital of its nouns."""
    is_small = pgettext("labels begin with a small letter inside a sentence: yes or no", "yes") == "yes"
    return label[:1].lower() + label[1:] if is_small else label


def dated(day: date) -> str:
    """A day as it is written in the language of the moment: "20 November 2026", in German "20. November 2026"."""
    return _calendar(day)


def beside(parts: Iterable[str], mark: Literal[",", ";"] = ",") -> str:
    """Parts beside each other, with the comma (or semicolon) of the language between them."""
    between = {",": pgettext("between parts", ", "), ";": pgettext("between parts", "; ")}
    return between[mark].join(parts)

"""How a time point of a protocol is said. It is stored as its protocol names it, in English and with its numbers."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from measures.language import marked

NUMBER = re.compile(r"[0-9]+")
PLACES = ("n", "m")  # the first number in a name, and the second
SHAPES = frozenset(
    {
        marked("after dose {n}"),
        marked("alliance"),
        marked("baseline"),
        marked("before session {n}"),
        marked("day {n}"),
        marked("day {n} without the drug"),
        marked("day after infusion {n}"),
        marked("end of course"),
        marked("end of treatment"),
        marked("medication visit {n}"),
        marked("month {n}"),
        marked("month {n} after therapy"),
        marked("month {n} without the drug"),
        marked("preparation"),
        marked("session {n}"),
        marked("taper step {n}"),
        marked("week {n}"),
        marked("week {n} after dose {m}"),
        marked("week {n} after exposure"),
        marked("week {n} after therapy"),
        marked("week {n} of maintenance"),
        marked("week {n} without the drug"),
    }
)


def shape_of(name: str) -> str:
    """A name without its numbers: ``week 3 after dose 1`` → ``week {n} after dose {m}``."""
    places = iter(PLACES)
    return NUMBER.sub(lambda found: f"{{{place}}}" if (place := next(places, "")) else found[0], name)


def time_point_in_words(name: str) -> str:
    """A time point of a protocol that ships in the language of the moment; any other as it was written."""
    shape = shape_of(name)
    if shape not in SHAPES:
        return name.replace("_", " ")
    return _(shape).format(**dict(zip(PLACES, NUMBER.findall(name), strict=False)))

"""Whether somebody who is about to be enrolled may be somebody on record: pure. Nothing here forbids.

Names, dates and numbers are compared as people type them: umlauts and accents in any spelling, double names in part,
given and family name exchanged, names that sound alike, day and month exchanged, one digit off. A name alone is no
likeness, and neither is a date of birth: twins have one family name and one date, and a record number each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from measures.language import gettext as _
from measures.language import marked
from tracking.rules.phonetics import cologne

FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "a", "œ": "o", "ı": "i"})
APOSTROPHES = re.compile(r"['’`´]")
WORDS = re.compile(r"[^\W\d_]+")
PARTICLES = {
    "von",
    "vom",
    "van",
    "der",
    "den",
    "de",
    "del",
    "della",
    "da",
    "di",
    "du",
    "la",
    "le",
    "zu",
    "zur",
    "zum",
}
SHORTEST = 4  # of fewer signs one is too large a part: "Tim" is not a slip for "Tom"


class Match(IntEnum):
    """How one piece of two identities compares."""

    OTHER = 0
    UNKNOWN = 1
    NEAR = 2
    SAME = 3


@dataclass(frozen=True)
class Known:
    """What is known of somebody. ``born``: ISO date, empty where it is not known; ``record``: empty where there is
    none, or where it is a number of another house."""

    given: str
    family: str
    born: str = ""
    record: str = ""

    @cached_property
    def given_parts(self) -> tuple[str, ...]:
        return parts_of(self.given)

    @cached_property
    def family_parts(self) -> tuple[str, ...]:
        return parts_of(self.family)

    @cached_property
    def digits(self) -> str:
        return self.born.replace("-", "")

    @cached_property
    def number(self) -> str:
        """The record number without what is lost on the way: zeros in front, blanks, hyphens, capitals."""
        return "".join(sign for sign in self.record.casefold() if sign.isalnum()).lstrip("0")


def likeness(one: Known, other: Known) -> tuple[str, ...]:
    """In words, why they may be one person; nothing: they are taken for two."""
    record, born = _record(one, other), _born(one, other)
    if max(record, born) <= Match.OTHER:
        return ()
    name, given = _name(one, other), _alike(one.given_parts, other.given_parts)
    if not _may_be_one(name, given, born, record):
        return ()
    found = (NAMES.get(name) or GIVEN.get(given), DATES.get(born), NUMBERS.get(record))
    return tuple(_(words) for words in found if words)


NAMES = {Match.SAME: marked("the same name"), Match.NEAR: marked("a name that is like it")}
GIVEN = {Match.SAME: marked("the same given name")}
DATES = {
    Match.SAME: marked("the same date of birth"),
    Match.NEAR: marked("a date of birth that is one slip away"),
}
NUMBERS = {
    Match.SAME: marked("the same record number"),
    Match.NEAR: marked("a record number that is one slip away"),
}


def _may_be_one(name: Match, given: Match, born: Match, record: Match) -> bool:
    """A record number of one's own outweighs what relatives share; the same number outweighs everything."""
    if record == Match.SAME:
        return True
    if record == Match.OTHER:
        return name == born == Match.SAME
    if record == Match.NEAR and name >= Match.NEAR:
        return True
    if name == Match.SAME:
        return born >= Match.UNKNOWN
    if name == Match.NEAR:
        return born >= Match.NEAR
    return given == born == Match.SAME  # the family name may have changed


def parts_of(name: str) -> tuple[str, ...]:
    """The words of a name as everybody spells them: "Müller-Lüdenscheidt" is ("muller", "ludenscheidt"). "ue" and "ü"
    and "u" are one, whoever wrote them; "von" and "de" are left out where more is left."""
    text = APOSTROPHES.sub("", name.casefold()).translate(FOLDED)
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    text = text.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    words = WORDS.findall(text)
    return tuple(word for word in words if word not in PARTICLES) or tuple(words)


def _name(one: Known, other: Known) -> Match:
    straight = min(_alike(one.given_parts, other.given_parts), _alike(one.family_parts, other.family_parts))
    if straight >= Match.NEAR:
        return straight
    exchanged = min(_alike(one.given_parts, other.family_parts), _alike(one.family_parts, other.given_parts))
    return min(exchanged, Match.NEAR)


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> Match:
    whole, whole_other = "".join(one), "".join(other)
    if whole == whole_other:
        return Match.SAME
    if set(one) <= set(other) or set(other) <= set(one) or _is_initial(one, other) or _is_initial(other, one):
        return Match.NEAR
    if _is_slip(whole, whole_other):
        return Match.NEAR
    sound = cologne(whole)
    return Match.NEAR if sound and sound == cologne(whole_other) else Match.OTHER


def _is_initial(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return len(short) == 1 and len(short[0]) == 1 and long[:1] != () and long[0].startswith(short[0])


def _born(one: Known, other: Known) -> Match:
    exchanged = one.digits[:4] + one.digits[6:] + one.digits[4:6]
    return _compared(one.digits, other.digits, lambda a, b: exchanged == b or _is_slip(a, b))


def _record(one: Known, other: Known) -> Match:
    return _compared(one.number, other.number, _is_slip)


def _compared(one: str, other: str, near: Callable[[str, str], bool]) -> Match:
    if not (one and other):
        return Match.UNKNOWN
    if one == other:
        return Match.SAME
    return Match.NEAR if near(one, other) else Match.OTHER


def _is_slip(one: str, other: str) -> bool:
    """One sign typed wrongly, left out, typed too much, or exchanged with its neighbour."""
    if min(len(one), len(other)) < SHORTEST or abs(len(one) - len(other)) > 1:
        return False
    at = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, rest_other = one[at:], other[at:]
    if len(one) != len(other):
        return rest[1:] == rest_other or rest == rest_other[1:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == rest_other[1:] or swapped == rest_other

"""Whom a patient can call now: the lines of a site's crisis contacts, taken apart for the screen. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

SEPARATOR = re.compile(r",|:\s")  # "Crisis line: 555 0100" is written as often as "Crisis line, 555 0100"
PHONE = re.compile(r"\+?\d[\d ()/-]*\d")  # "116 123", "+49 30 123456", "112"


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact: who answers and when (``label``), and the number to call (empty for a place to go)."""

    label: str
    phone: str


NUMBER = re.compile(r"\d{3}")  # also within a line: "Call 1737"
SHORTEST = 3  # words


def names_somebody(text: str) -> bool:
    """Whether crisis contacts say more than a word: a number to call, or a sentence that says why there is none.

    >>> names_somebody("none"), names_somebody("Samaritans, 116 123"), names_somebody("Nobody can be reached here")
    (False, True, True)
    """
    return NUMBER.search(text) is not None or len(text.split()) >= SHORTEST


def contacts_of(text: str) -> tuple[Contact, ...]:
    """The contacts in ``text``, one a line as "name, number, hours". What is not a number stays in the label.

    >>> contacts_of("Samaritans, 116 123, day and night")
    (Contact(label='Samaritans, day and night', phone='116 123'),)
    """
    return tuple(_contact(line) for line in text.splitlines() if line.strip())


def _contact(line: str) -> Contact:
    parts = [part.strip() for part in SEPARATOR.split(line) if part.strip()]
    phone = next((part for part in parts if PHONE.fullmatch(part)), "")
    return Contact(label=", ".join(part for part in parts if part != phone), phone=phone)

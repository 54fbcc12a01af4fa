"""What identifiers look like when they are encoded, and a quick exact search for many of them at once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

GRAM = 4  # bytes: what is sought can only be there if all its four-byte pieces are
SHORTEST = 8  # bytes: a shorter encoded needle turns up by chance in compressed data
BASE64_SKIPPED = (0, 2, 3)  # characters that also depend on what stands before, by offset
DIGITS_OF_A_NUMBER = 5


Sought = Literal["person", "phrase", "code"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something that finds a person or a place. ``what`` may be shown ("a patient's family name").

    A ``person`` is sought part by part and whole, a ``phrase`` whole, a ``code`` anywhere.
    """

    what: str
    text: str
    kind: Sought


class Haystack:
    """Bytes in which many needles are sought, in any case of ASCII letters or exactly."""

    def __init__(self, content: bytes) -> None:
        self.exact, self.lower = content, content.lower()
        self.grams = _grams(self.exact) | _grams(self.lower)

    def __contains__(self, needle: Needle) -> bool:
        if not all(needle.bytes[at : at + GRAM] in self.grams for at in range(len(needle.bytes) - GRAM + 1)):
            return False
        return needle.bytes in (self.exact if needle.is_exact else self.lower)


@dataclass(frozen=True, slots=True)
class Needle:
    """Bytes to be sought; ``is_exact`` when upper and lower case differ, as in base64."""

    bytes: bytes
    is_exact: bool = False


def encoded(identifier: Identifier) -> Iterator[Needle]:
    """The identifier in other clothes. Those below eight bytes are left out: they turn up by chance."""
    spellings = {identifier.text, identifier.text.lower(), identifier.text.upper()}
    for spelling in spellings:
        yield from (needle for needle in _clothes(spelling) if len(needle.bytes) >= SHORTEST)
    if identifier.kind == "code":
        for name in ("md5", "sha1", "sha256"):
            yield Needle(
                hashlib.new(name, identifier.text.encode(), usedforsecurity=False).hexdigest().encode()
            )


def digits_of(code: str) -> str:
    """The digits of a code that has no letters (a phone number), or nothing when they are too few."""
    digits = "".join(sign for sign in code if sign.isdigit())
    is_number = not any(sign.isalpha() for sign in code)
    return digits if is_number and len(digits) >= DIGITS_OF_A_NUMBER else ""


def _clothes(text: str) -> Iterator[Needle]:
    for encoding in ("utf-16-le", "utf-16-be"):
        yield Needle(text.encode(encoding).lower())
    plain = text.encode()
    yield Needle(plain.hex().encode())
    for offset in range(3):
        yield Needle(_inside_base64(plain, offset), is_exact=True)


def _inside_base64(plain: bytes, offset: int) -> bytes:
    """The characters that base64 has wherever ``plain`` begins ``offset`` bytes into a group of three."""
    whole = (offset + len(plain)) * 8 // 6
    return base64.b64encode(bytes(offset) + plain)[BASE64_SKIPPED[offset] : whole]


def _grams(content: bytes) -> set[bytes]:
    found: set[bytes] = set()
    for start in range(min(GRAM, max(len(content) - GRAM + 1, 0))):
        count = (len(content) - start) // GRAM
        pieces = np.unique(np.frombuffer(content, "<u4", count, start)).tobytes()
        found.update(pieces[at : at + GRAM] for at in range(0, len(pieces), GRAM))
    return found

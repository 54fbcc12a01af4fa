"""The last gate: does any byte of a finished package tell who somebody is, or when something was?

Sought in every member, in the names of the members and in what the zip says of itself:

* **Names of people** as whole words in any case, each part and the whole. Whole words, because "Mary" stands
  in "summary"; a name that is also a word of the codebook ("Will") is told from it only as part of the whole
  name. Parts of two or three letters are sought in the cells of the tables alone, single letters not at all:
  they cannot be told from ordinary text. **Phrases** (sites, teams, time zones) as a whole.
* **Codes** (mail, phone, record number, study code, ...) anywhere in any case; of digits alone, as whole
  numbers of at least five digits, since a shorter one cannot be told from a score.
* All of them as UTF-16, base64 (at each of its offsets) and hexadecimal; codes as MD5, SHA-1 and SHA-256 too.
* **Shapes** that no release has: mail addresses, UUIDs, digests other than those of the manifest, and dates
  other than the day of the release.
* **Stored dates** as numbers (epoch seconds and milliseconds, 20261121, spreadsheet serials): whole cells of
  the tables, and elsewhere from eight digits on, since a shorter number may be a count.

A finding says what kind of thing is where, never the thing.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from reports.export.needles import Haystack, Identifier, digits_of, encoded

MANIFEST, CODEBOOK = "manifest.json", "codebook.csv"
RELEASED_ON = re.compile(r'("released_on": )"\d{4}-\d{2}-\d{2}"')
MANIFEST_DIGEST = re.compile(r'("sha256": )"[0-9a-f]{64}"')
LONG_NAME, LONG_NUMBER, LONG_CODE = 4, 5, 4  # characters from which something can be told from ordinary text
LONG_NUMBER_IN_PROSE = 8
NO_TIME = (1980, 1, 1, 0, 0, 0)
SPREADSHEET_ZERO = date(1899, 12, 30)

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
SHAPES = {
    "a mail address": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "a UUID": re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.I),
    "a digest": re.compile(r"(?<![0-9a-z])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-z])", re.I),
    "a date": re.compile(
        r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?!\d)"
        r"|(?<!\d)\d{1,2}/\d{1,2}/\d{2}(?!\d)"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\.? {MONTH},? \d{{4}}\b"
        rf"|\b{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b",
        re.I,
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What was found where, fit for the screen."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where} holds {self.what}"


class Member:
    """One part of a package: its bytes, its text but for what may stand there, its cells if it is a table."""

    def __init__(self, name: str, content: bytes, text: str) -> None:
        self.name = name
        self.text = text.casefold()
        self.bytes = Haystack(content)
        self.words = words(text)
        self.spaced = _spaced(text)
        table = name.endswith(".csv") and name != CODEBOOK
        self.cells = {cell for row in csv.reader(io.StringIO(text)) for cell in row} if table else set()
        self.tokens = {token for cell in self.cells for token in re.findall(r"\w+", cell.casefold())}
        self.numbers = _numbers(self.cells, LONG_NUMBER) | set(
            re.findall(rf"(?<!\w)\d{{{LONG_NUMBER_IN_PROSE},}}(?!\w)", text)
        )
        self.whole_numbers = set(re.findall(rf"(?<!\w)\d{{{LONG_NUMBER},}}(?!\w)", text))


def scan(
    package: bytes,
    identifiers: Iterable[Identifier],
    moments: Iterable[date | datetime],
    vocabulary: Iterable[str],
) -> tuple[Finding, ...]:
    """Everything that must not leave. Empty means that the package may.

    ``vocabulary``: texts of ours that the package is made of, written without looking at a patient. Their words
    are no evidence that a name has leaked.
    """
    sought = [(identifier, tuple(encoded(identifier))) for identifier in identifiers]
    known = {word for text in vocabulary for word in words(text)}
    numbers = {number for moment in set(moments) for number in numeric_renderings(moment)}
    found = set(_times(package))
    for member in _members(package):
        found |= {Finding(member.name, what) for what in _shapes(member)}
        found |= {
            Finding(member.name, identifier.what)
            for identifier, needles in sought
            if any(needle in member.bytes for needle in needles) or _holds(member, identifier, known)
        }
        if member.numbers & numbers:
            found.add(Finding(member.name, "a stored date as a number"))
    return tuple(sorted(found))


def words(text: str) -> set[str]:
    """The words of a text: runs of letters, in one case."""
    return set(_word_list(text))


def numeric_renderings(moment: date | datetime) -> set[str]:
    """How a stored date may look as a number."""
    day = moment.date() if isinstance(moment, datetime) else moment
    at = moment if isinstance(moment, datetime) else datetime.combine(day, time(), UTC)
    seconds = int(at.timestamp())
    compact = {f"{day:%Y%m%d}", f"{day:%d%m%Y}", f"{day:%m%d%Y}"}
    serial = {str((day - SPREADSHEET_ZERO).days)}
    return compact | serial | {str(seconds), str(seconds * 1000), str(int(at.timestamp() * 1000))}


def _members(package: bytes) -> Iterator[Member]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        said = [
            info.filename + " " + (info.comment + info.extra).decode("latin-1") for info in archive.infolist()
        ]
        yield Member("the zip itself", package, " ".join([*said, archive.comment.decode("latin-1")]))
        for name in archive.namelist():
            content = archive.read(name)
            text = content.decode("utf-8", errors="replace")
            if name == MANIFEST:
                text = MANIFEST_DIGEST.sub(r'\1""', RELEASED_ON.sub(r'\1""', text, count=1))
            yield Member(name, content, text)


def _times(package: bytes) -> Iterator[Finding]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for info in archive.infolist():
            if info.date_time != NO_TIME:
                yield Finding(info.filename, "the time at which it was made")


def _shapes(member: Member) -> Iterator[str]:
    return (what for what, shape in SHAPES.items() if shape.search(member.text))


def _holds(member: Member, identifier: Identifier, known: set[str]) -> bool:
    if identifier.kind == "code":
        return _holds_code(member, identifier.text)
    phrase = _spaced(identifier.text)
    parts = _word_list(identifier.text)
    if len(phrase.split()) > 1 and phrase in member.spaced:
        return True
    if identifier.kind == "phrase" and len(phrase.split()) > 1:
        return False
    return any(_holds_part(member, part, known) for part in parts)


def _holds_code(member: Member, text: str) -> bool:
    digits = digits_of(text)
    if digits and digits in member.whole_numbers:
        return True
    bare = text.strip().casefold()
    return len(bare) >= LONG_CODE and not bare.isdigit() and bare in member.text


def _holds_part(member: Member, part: str, known: set[str]) -> bool:
    if part in known or len(part) < 2:
        return False
    return part in member.words if len(part) >= LONG_NAME else part in member.tokens


def _word_list(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


def _spaced(text: str) -> str:
    """The words and numbers of a text, each between blanks."""
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold())) + " "


def _numbers(cells: Iterable[str], digits: int) -> set[str]:
    """The whole parts of the cells that are numbers."""
    found = (re.fullmatch(r"(\d+)(?:\.\d+)?", cell.strip()) for cell in cells)
    return {match[1] for match in found if match and len(match[1]) >= digits}

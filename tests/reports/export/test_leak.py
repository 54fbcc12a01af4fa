"""The last gate, by planting: whatever is put anywhere must be found, and ordinary text must pass."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from reports.export.leak import scan
from reports.export.needles import Haystack, Identifier, Needle
from reports.export.writers import zip_bytes

BORN, SEEN = date(1984, 2, 29), date(2025, 3, 4)
IDENTIFIERS = [
    Identifier("family name", "Quillfeather", "person"),
    Identifier("given name", "Mary", "person"),
    Identifier("given name", "Will", "person"),
    Identifier("full name", "Will Ng", "person"),
    Identifier("short name", "Ng", "person"),
    Identifier("umlaut", "Müller-Wüßt", "person"),
    Identifier("record number", "4711007", "code"),
    Identifier("record number", "AB-12-99", "code"),
    Identifier("record number", "17", "code"),
    Identifier("ward number", "53-127", "code"),
    Identifier("phone", "+44 20 7946 0958", "code"),
    Identifier("mail", "q@example.org", "code"),
    Identifier("team", "Team 7", "phrase"),
    Identifier("site", "Harbour", "phrase"),
]
README = "A summary of what will follow, with 17 tables."
CLEAN = {
    "manifest.json": b'{\n  "released_on": "2025-03-04",\n  "sha256": "' + b"a1" * 32 + b'", "rows": 45720}',
    "README.txt": README.encode(),
    "scores.csv": b"study_id,day,value\nP4K7M2Q9X3B,-7,17\nP4K7M2Q9X3B,1204,12.5\n",
}


def found(members: dict[str, bytes]) -> list[str]:
    package = zip_bytes(CLEAN | members)
    return [str(each) for each in scan(package, IDENTIFIERS, [BORN, SEEN], [README])]


def planted(content: bytes) -> list[str]:
    return found({"x.csv": b"column\n" + content + b"\n"})


def test_an_ordinary_package_passes() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"QUILLFEATHER", "family name"),
        (b"x_quillfeather_1", "family name"),
        ("Quillfeather".encode("utf-16-le"), "family name"),
        ("Quillfeather".encode("utf-16-be"), "family name"),
        (b"Quillfeather".hex().encode(), "family name"),
        (b"Quillfeather".hex().upper().encode(), "family name"),
        (base64.b64encode(b"Quillfeather"), "family name"),
        (base64.b64encode(b"a Quillfeather b"), "family name"),
        (base64.b64encode(b"ab quillfeather"), "family name"),
        (base64.b64encode(b"Team 7"), "team"),  # of eight signs, the fewest that are sought
        (b"mary", "given name"),
        (b"'Mary", "given name"),
        (b"will ng", "full name"),
        (b"dr ng", "short name"),
        ("MÜLLER".encode(), "umlaut"),
        (b"4711007", "record number"),
        (b"ab-12-99", "record number"),
        (hashlib.md5(b"AB-12-99", usedforsecurity=False).hexdigest().encode(), "record number"),
        (hashlib.sha1(b"4711007", usedforsecurity=False).hexdigest().upper().encode(), "record number"),
        (hashlib.sha256(b"4711007").hexdigest().encode(), "record number"),
        (b"53127", "ward number"),  # of five digits, the fewest that are sought
        (b"442079460958", "phone"),
        (b"+44 20 7946 0958", "phone"),
        (b"q@example.org", "mail"),
        (b"team 7", "team"),
        (b"harbour", "site"),
        (b"somebody@else.example", "a mail address"),
        (b"6fa459ea-ee8a-3ca4-894e-db77e160355e", "a UUID"),
        (b"d41d8cd98f00b204e9800998ecf8427e", "a digest"),
        (b"2021-12-24", "a date"),
        (b"24/12/2021", "a date"),
        (b"24.12.2021", "a date"),
        (b"24/12/21", "a date"),
        (b"24 December 2021", "a date"),
        (b"Dec 24, 2021", "a date"),
        (b"24th Dec 2021", "a date"),
        (b"20250304", "a stored date as a number"),
        (b"04032025", "a stored date as a number"),
        (b"45720", "a stored date as a number"),
        (b"45720.5", "a stored date as a number"),
        (b"30741", "a stored date as a number"),
        (str(int(datetime(2025, 3, 4, tzinfo=UTC).timestamp())).encode(), "a stored date as a number"),
        (str(int(datetime(2025, 3, 4, tzinfo=UTC).timestamp()) * 1000).encode(), "a stored date as a number"),
    ],
)
def test_what_is_planted_in_a_cell_is_found(content: bytes, what: str) -> None:
    assert f"x.csv holds {what}" in planted(content)


@pytest.mark.parametrize("name", ["README.txt", "manifest.json", "codebook.md"])
def test_it_is_found_in_every_member(name: str) -> None:
    content = CLEAN.get(name, b"") + b" Quillfeather"
    assert found({name: content}) == [f"{name} holds family name"]


def test_it_is_found_in_the_name_of_a_member() -> None:
    assert "the zip itself holds family name" in found({"quillfeather.csv": b"a\n"})


def test_it_is_found_in_what_the_zip_says_of_itself() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), b"a\n")
        archive.comment = b"for Quillfeather"
    findings = [str(each) for each in scan(out.getvalue(), IDENTIFIERS, [], [])]
    assert findings == ["the zip itself holds family name"]


def test_the_time_of_making_is_found() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv", (2025, 3, 4, 1, 2, 4)), b"a\n")
    assert [str(each) for each in scan(out.getvalue(), [], [], [])] == [
        "a.csv holds the time at which it was made"
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"summary",
        b"primary",
        b"willing",
        b"17",
        b"1204",
        b"457",
        b"45721",
        b"123.45720",
        b"kingfisher",
        b"2021",
    ],
)
def test_ordinary_words_and_numbers_are_no_finding(content: bytes) -> None:
    assert planted(content) == []


def test_what_could_be_a_date_in_a_cell_is_a_count_in_a_text() -> None:
    assert found({"NOTES.txt": b"rows,45720,of which\n45720\n"}) == []
    assert found({"notes.csv": b"rows,45720,of which\n45720\n"}) != []


def test_only_the_manifest_says_when_it_was_released_and_what_its_files_come_to() -> None:
    said = CLEAN["manifest.json"]
    assert found({"README.txt": said}) == ["README.txt holds a date", "README.txt holds a digest"]


def test_a_short_name_is_looked_for_in_cells_alone() -> None:
    """In a text it is a unit, a syllable or a word of another language."""
    assert found({"NOTES.txt": b"in ng per ml"}) == []
    assert found({"notes.csv": b"in ng per ml"}) != []


def test_a_moment_is_found_by_its_seconds_and_by_its_milliseconds() -> None:
    moment = datetime(2025, 3, 4, 10, 11, 12, 345_000, tzinfo=UTC)
    seconds = 1_741_083_072
    for number, is_found in (
        (seconds, True),
        (seconds * 1000, True),
        (seconds * 1000 + 345, True),
        (seconds + 1, False),
    ):
        package = zip_bytes(CLEAN | {"x.csv": f"column\n{number}\n".encode()})
        assert bool(scan(package, [], [moment], [README])) == is_found, number


def test_a_second_release_date_in_the_manifest_is_found() -> None:
    content = b'{"released_on": "2025-03-04", "more": {"released_on": "2025-03-05"}}'
    assert found({"manifest.json": content}) == ["manifest.json holds a date"]


def test_a_finding_does_not_repeat_what_was_found() -> None:
    assert "uillfeather" not in " ".join(planted(b"Quillfeather"))


@pytest.mark.parametrize("length", range(1, 40))
def test_the_quick_search_misses_nothing_at_any_place(length: int) -> None:
    needle = Needle(bytes(range(100, 100 + length)))
    for before in range(6):
        assert needle in Haystack(bytes(before) + needle.bytes)
        assert needle not in Haystack(bytes(before) + needle.bytes[:-1] + b"\xff")

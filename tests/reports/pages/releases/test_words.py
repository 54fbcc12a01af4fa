"""What was kept in English about a release is found again, whatever the builders put into it."""

from __future__ import annotations

import pytest

from reports.actions import release_builds
from reports.export import generalise, package
from reports.export.deidentify import KNOWN, RULES
from reports.pages.releases import words

VALUES = {str(number): frozenset({f"Drug {number}"}) for number in range(40)}
STARTS = [20, 40, 60]
LEVELS = [
    *generalise.recorded_or_withheld(VALUES),
    *generalise.rare_levels(VALUES, 5),
]
KEPT = [
    *(level.words for level in LEVELS),
    package.TOLD_OF.format(n="fewer than 5", all=40, k=5),
    package.TOLD["age"].format(n=30, all=40, k=5),
    *(generalise.band(age, STARTS) for age in (25, 45, 65)),
    generalise.band(25, STARTS[:1]),
    generalise.NOT_RECORDED,
    generalise.OTHER,
    "withheld",
    package.few(0, 5),
    package.few(3, 5),
    release_builds.NOT_AUTHORISED,
    release_builds.LOST,
    release_builds.BROKEN_RECORD,
    release_builds.DISK_FULL,
    f"{release_builds.DISK_FULL} It will be tried again.",
    "It could not be built (OSError).",
    "scores.note has more than 20 different texts",
]


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_", lambda sentence: f"«{sentence}»")


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("text", sorted(set(KEPT)))
def test_a_kept_sentence_is_said_again(text: str) -> None:
    """With its numbers, and in the words of the reader."""
    assert words.said_again(text) == f"«{text}»"


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("text", ["12", "", "Somebody wrote this."])
def test_what_is_not_known_stays_as_it_was_kept(text: str) -> None:
    """A count, or a sentence of an earlier version."""
    assert words.said_again(text) == text


def test_all_that_helps_to_find_somebody_has_a_name() -> None:
    """Of every rule by which a release is generalised."""
    assert set(words.QUASI_IDENTIFIERS) == {*RULES, *KNOWN}

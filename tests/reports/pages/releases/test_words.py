"""What was kept in English about a release is found again, whatever the builders put into it."""

from __future__ import annotations

import pytest

from reports.actions import release_builds
from reports.export import generalise, package
from reports.export.deidentify import RULES
from reports.pages.releases import words

AGES = {str(number): frozenset({str(20 + number)}) for number in range(40)}
LEVELS = [
    *generalise.recorded_or_withheld(AGES),
    *generalise.age_levels(AGES, 5),
    *generalise.age_levels({"1": frozenset({"30"})}, 5),
    *generalise.rare_levels(AGES, 5),
]
KEPT = [
    *(level.words for level in LEVELS),
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
    assert set(words.QUASI_IDENTIFIERS) == set(RULES)

"""Set and setting: the topics of the ReSPCT consensus that are confirmed by number, and those that are not."""

import re

import pytest

from measures import registry
from measures.scoring import score

FORM = registry.get("set_and_setting")
FROM_0_TO_10 = ("mood_before", "anxiety_before", "readiness", "trust", "music_fit", "comfort")


def topics(section: str) -> set[int]:
    """The numbers of the consensus below one heading."""
    said = [item.aliases.get("respct", "") for item in FORM.sections[section]]
    return {int(re.match(r"\d+", each)[0]) for each in said if each}


def test_the_headings_of_the_consensus_in_the_order_of_a_session():
    assert list(FORM.sections) == [
        "Subjective experiences: before the dose",
        "Physical environment",
        "Dosing session procedure",
        "Therapeutic framework and protocol",
        "Subjective experiences: afterwards",
    ]


def test_topics_1_to_17_stand_below_their_headings():
    """Pronovost-Morgan 2025: physical environment 1 to 7, dosing session procedure 8 to 17."""
    assert topics("Physical environment") == set(range(1, 8))
    assert topics("Dosing session procedure") == set(range(8, 18))


def test_every_item_says_its_topic_and_none_claims_a_number_that_is_not_confirmed():
    for item in FORM.items:
        number = item.aliases.get("respct")
        if number:
            assert item.help.startswith(f"ReSPCT {number.rstrip('abc')}")
        else:
            assert item.help.endswith("ReSPCT 18–30; topic not confirmed")


def test_there_is_an_item_for_each_of_the_thirteen_topics_that_are_left():
    without = [item for item in FORM.items if not item.aliases and item.required]
    assert len(without) >= 30 - 17


@pytest.mark.parametrize("key", FROM_0_TO_10)
def test_each_question_from_0_to_10_stands_alone(key):
    scored = score(FORM, {key: 0})
    values = {name: result.value for name, result in scored.scales.items()}
    assert values == dict.fromkeys(FROM_0_TO_10) | {key: 0}


def test_nothing_is_concluded_from_it():
    assert (FORM.outcomes, FORM.levels, FORM.change) == ((), (), None)
    assert not any(item.critical for item in FORM.items)
    assert {scale.direction for scale in FORM.scales} == {"neutral"}

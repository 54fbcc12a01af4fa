"""The list of substances: which name was meant, which amounts tablets make up, and what a file of it is refused for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.errors import DefinitionError
from tracking.rules.substances import FILE, Substance, canonical, load, meant, substance, substances


def known(name: str) -> Substance:
    found = substance(name)
    assert found
    return found


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("psylocibin", "psilocybin"),  # the case that was reported
        ("Setraline ", "sertraline"),
        ("MDNA", "MDMA"),
        ("tranylcypromin", "tranylcypromine"),  # of a class, and not in the list itself
        ("psilocybin", ""),
        ("Sertraline hydrochloride 50", ""),  # a known name stands in it
        ("lysergide", ""),
        ("Placebo", ""),
        ("omeprazole", ""),  # like none
        ("rTMS", ""),
    ],
)
def test_a_misspelt_name_is_like_a_known_one(typed: str, name: str) -> None:
    assert meant(typed) == name


def test_what_is_planned_is_known_and_comes_first() -> None:
    assert meant("sertralin", ["sertralinum", "placebo"]) == "sertralinum"
    assert meant("sertralinum", ["Sertralinum"]) == ""
    assert meant("placbo", ["placebo"]) == ""  # a placebo is nobody's other name


def test_one_spelling_of_a_name() -> None:
    assert canonical(" Lysergide") == canonical("lsd") == "lsd"
    assert canonical(" Zentrafenol ") == "zentrafenol"
    assert substance("zentrafenol") is None


def test_amounts_are_made_of_tablets_and_halves_of_scored_ones() -> None:
    assert known("sertraline").amounts(Decimal(50)) == tuple(map(Decimal, ("12.5", "25", "37.5", "50")))
    assert known("duloxetine").amounts(Decimal(59)) == (20, 30, 40, 50)  # capsules: no half of 30
    assert known("escitalopram").amounts(Decimal(12)) == (5, 10)
    assert known("psilocybin").amounts(Decimal(25)) == ()


@given(st.sampled_from([one for one in substances() if one.tablets]), st.integers(1, 4))
def test_whole_tablets_always_make_up_an_amount(one: Substance, count: int) -> None:
    amount = one.tablets[-1] * count
    assert amount in one.amounts(amount)
    assert one.amounts(amount) == tuple(sorted(one.amounts(amount)))


def test_a_day_is_from_half_of_the_smallest_tablet_to_the_most() -> None:
    daily = known("levothyroxine").daily
    assert daily and (daily.low, daily.high, daily.unit) == (Decimal("12.5"), 300, "ug")
    assert known("MDMA").daily is None


def test_every_figure_says_where_it_comes_from() -> None:
    assert all(one.source.text and one.source.confidence for one in substances())
    assert all(one.once or one.daily for one in substances())


ONE = """[[substances]]
name = "sertraline"
unit = "mg"
most_a_day = 200
tablets = [25, 50]
halves = [25]
source = "S"
confidence = "high"
"""


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "tablets = [25, 50]",
            "tablets = []",
            "substances[1].tablets: must be a list of numbers, at least one",
        ),
        (
            "tablets = [25, 50]",
            "tablets = [50, 25]",
            "substances[1].tablets: must be more than nothing, rising",
        ),
        (
            "tablets = [25, 50]",
            "tablets = [0, 25]",
            "substances[1].tablets: must be more than nothing, rising",
        ),
        ("halves = [25]", "halves = [30]", "substances[1].halves: must be among the tablets"),
        ("most_a_day = 200\n", "", "substances[1].most_a_day: stands with the tablets, and they with it"),
        (
            "unit",
            "once = [50, 1]\nunit",
            "substances[1].once: must be the least and the most, more than nothing",
        ),
        (
            "unit",
            "once = [0, 1]\nunit",
            "substances[1].once: must be the least and the most, more than nothing",
        ),
        ("unit", "once = [1]\nunit", "substances[1].once: must be a list of 2 numbers"),
        ('unit = "mg"', 'unit = "pulses"', "substances[1].unit: must be one of mg, ug, mg/kg"),
        ("unit", 'also = ["Sertraline"]\nunit', "substances: must not name the same substance twice"),
        ("unit", "dose = 3\nunit", "dose"),
    ],
)
def test_what_a_file_is_refused_for(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    assert load(FILE)
    path = tmp_path / "substances.toml"
    path.write_text(ONE.replace(right, wrong, 1))
    with pytest.raises(DefinitionError) as refusal:
        load(path)
    assert message in str(refusal.value)

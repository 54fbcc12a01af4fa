"""Every shipped instrument, rule by rule, against a second entry of the same facts."""

import tomllib
from pathlib import Path

import pytest

from measures import registry
from tests.measures.double_entry import runs, short_form

ENTERED = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "double_entry.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("instrument", registry.all_latest(), ids=lambda one: one.key)
def test_both_entries_agree(instrument):
    assert short_form(instrument) == ENTERED[instrument.key]


def test_nothing_is_entered_that_does_not_ship():
    assert sorted(ENTERED) == list(registry.keys())


@pytest.mark.parametrize(
    ("codes", "short"),
    [
        (["1", "2", "3", "7"], "1-3 7"),
        (["1", "3"], "1 3"),
        (["A", "1", "2", "F"], "A 1-2 F"),
        (["fear_1", "fear_2", "death_3"], "fear_1-2 death_3"),
        (["6", "6r"], "6 6r"),
        ([], ""),
    ],
)
def test_the_short_form_of_a_row_of_items(codes, short):
    assert runs(codes) == short

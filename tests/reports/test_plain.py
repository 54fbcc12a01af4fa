"""Results as plain JSON: nothing rounded, nothing that is not a number, nothing by accident."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from django.utils import translation

from measures import registry
from reports.plain import plain, spoken
from reports.rules import rules_of


@dataclass(frozen=True, slots=True)
class Pair:
    left: object
    right: object


def test_records_become_objects_and_pairs_of_names_one_key() -> None:
    found = plain({"fit": Pair((1, 2.5), {("a", "b"): None})})
    assert found == {"fit": {"left": [1, 2.5], "right": {"a, b": None}}}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), np.float64("nan")])
def test_what_is_not_finite_is_missing(value: float) -> None:
    assert plain(value) is None


def test_numpy_numbers_are_taken_whole() -> None:
    found = plain([np.float64(1) / 3, np.int64(7), np.bool_(True)])
    assert json.loads(json.dumps(found)) == [1 / 3, 7, True]


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="a set is not a figure"):
        plain({"patients": {1, 2}})


def test_what_was_kept_in_every_language_is_spoken_in_one() -> None:
    kept = {
        "rates": [{"en-gb": "Better", "de": "Besser"}],
        "n": 3,
        "refused": {"en-gb": "", "fr": "Rien"},
        "old": "So",
    }
    with translation.override("de"):
        assert spoken(kept)["rates"] == ["Besser"]
    with translation.override("ar"):  # added after this was kept
        assert spoken(kept)["rates"] == ["Better"]
    assert (spoken(kept)["n"], spoken(kept)["old"]) == (3, "So")
    assert spoken(kept)["refused"] == kept["refused"]  # arms or predictors that are called like a language


def test_rules_hold_for_their_own_scale_alone() -> None:
    hamd = registry.get("hamd17")
    assert rules_of(hamd, "total") is hamd.change
    assert rules_of(hamd, "insomnia").response is None
    assert rules_of(hamd, "insomnia").version == "hamd17-1-insomnia"

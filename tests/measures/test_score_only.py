"""Scales of which only totals are known: how they are declared, and how a total becomes a score."""

from copy import deepcopy
from typing import Any

import pytest

from measures import registry, scoring
from measures.errors import AnswerError, DefinitionError
from measures.loader import instrument_from, load_text

ESTIMATE = {"policy": "prorate", "up_to": 1, "source": "none", "confidence": "policy"}
DECLARED: dict[str, Any] = {
    "key": "bdi",
    "version": "score-only",
    "title": "Beck Depression Inventory",
    "short_title": "BDI",
    "rater": "self",
    "recall": "the past week",
    "rights": {"holder": "The publisher", "terms": "Totals only", "wording": "score-only"},
    "sources": [{"source": "A paper", "confidence": "high"}],
    "scales": [
        {"key": "total", "title": "Total", "rule": "sum", "range": [0, 63], "direction": "higher_is_worse"},
        {
            "key": "item_mean",
            "title": "Mean",
            "rule": "mean",
            "range": [0, 3],
            "direction": "higher_is_worse",
        },
    ],
    "change": {
        "scale": "total",
        "version": "bdi-1",
        "response": {"percent": 50, "source": "Convention", "confidence": "high"},
    },
}


def declared(**changes: object) -> dict[str, Any]:
    return deepcopy(DECLARED) | changes


def test_a_declared_scale_has_scales_and_change_rules_but_no_items() -> None:
    instrument = instrument_from(declared(), "spec.toml declared[1]")
    assert instrument.items == ()
    assert instrument.primary_scale.maximum == 63
    assert instrument.change is not None and instrument.change.response is not None
    assert instrument.minutes == 0 and instrument.purpose == ""


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"version": "1"}, "version"),
        ({"scales": []}, "scales"),
        ({"sources": []}, "sources"),
        ({"items": [{"code": "1"}]}, "items"),
        ({"purpose": "to see"}, "purpose"),
        ({"rights": DECLARED["rights"] | {"wording": "labels"}}, "purpose"),
        ({"scales": [DECLARED["scales"][0] | {"items": ["1"]}]}, "scales[1].items"),
        ({"scales": [DECLARED["scales"][0] | {"missing": ESTIMATE}]}, "scales total.missing.up_to"),
        ({"change": DECLARED["change"] | {"scale": "sum"}}, "change.scale"),
    ],
)
def test_what_does_not_fit_a_declared_scale_is_refused_by_key(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        instrument_from(declared(**changes), "spec.toml declared[1]")
    assert (refused.value.file, refused.value.key) == ("spec.toml declared[1]", key)


def test_an_instrument_with_items_cannot_call_its_version_score_only() -> None:
    with pytest.raises(DefinitionError, match="version"):
        instrument_from({**declared(), "rights": DECLARED["rights"] | {"wording": "site"}, **FULL}, "x.toml")


FULL: dict[str, Any] = {
    "purpose": "To see how you are.",
    "minutes": 1,
    "instruction": "Answer.",
    "options": {"yes": {"0": "no", "1": "yes"}},
    "items": [{"code": "1", "label": "One", "options": "yes"}],
    "scales": [
        {
            "key": "total",
            "title": "Total",
            "items": ["1"],
            "rule": "sum",
            "range": [0, 1],
            "direction": "neutral",
        }
    ],
    "change": {"scale": "total", "version": "1"},
}


@pytest.mark.parametrize(
    ("total", "band"),
    [(0, "none"), (7, "none"), (8, "mild"), (22, "severe"), (23, "very_severe")],
)
def test_a_total_is_scored_with_its_band_and_claims_no_item(total: int, band: str) -> None:
    result = scoring.score_total(registry.get("hamd17"), "total", total)
    assert (result.value, result.band, result.band_set) == (total, band, "apa2000")
    assert (result.items_answered, result.items_missing, result.prorated) == (0, 0, None)


def test_a_total_in_percent_of_the_most_is_no_sum() -> None:
    known = registry.get("who5")
    percent = next(scale for scale in known.scales if scale.rule == "percent_of_max")
    result = scoring.score_total(known, percent.key, 48)
    assert (result.value, result.percent, result.sum, result.mean) == (48, 48.0, None, None)


def test_a_total_that_is_a_mean_is_no_sum() -> None:
    known, mean = next(
        (known, scale) for known in registry.all_latest() for scale in known.scales if scale.rule == "mean"
    )
    result = scoring.score_total(known, mean.key, mean.maximum)
    assert (result.mean, result.sum, result.percent) == (float(mean.maximum), None, None)


@pytest.mark.parametrize("total", [-1, 53, 20.5, float("nan"), float("inf"), "20", True, None])
def test_a_total_that_the_scale_cannot_reach_is_refused(total: object) -> None:
    with pytest.raises(AnswerError) as refused:
        scoring.score_total(registry.get("hamd17"), "total", total)
    assert refused.value.item == "total"


def test_no_answers_at_all_are_not_a_total_of_zero() -> None:
    with pytest.raises(AnswerError, match="only totals are known"):
        scoring.score(instrument_from(declared(), "spec.toml"), {})


def test_a_mean_may_have_a_fraction_and_a_declared_sum_may_not() -> None:
    instrument = instrument_from(declared(), "spec.toml")
    assert scoring.score_total(instrument, "item_mean", 1.5).mean == 1.5
    with pytest.raises(AnswerError, match="whole"):
        scoring.score_total(instrument, "total", 12.5)
    with pytest.raises(KeyError):
        scoring.score_total(instrument, "sum", 12)


class TestTotalsWithAFraction:
    """Lines measured in millimetres, an index of a value set: no sum of whole answers."""

    MILLIMETRES = {
        "key": "total",
        "title": "Lines",
        "rule": "sum",
        "decimals": True,
        "range": [0, 40],
        "direction": "higher_is_better",
    }

    def test_it_is_kept_as_entered(self) -> None:
        instrument = instrument_from(declared(scales=[self.MILLIMETRES]), "spec")
        result = scoring.score_total(instrument, "total", 23.4)
        assert (result.value, result.sum, result.mean) == (23.4, 23.4, None)

    def test_a_scale_that_does_not_say_so_refuses_it(self) -> None:
        whole = self.MILLIMETRES | {"decimals": False}
        instrument = instrument_from(declared(scales=[whole]), "spec")
        with pytest.raises(AnswerError, match="whole number"):
            scoring.score_total(instrument, "total", 23.4)

    @pytest.mark.parametrize("key", ["ors", "srs"])
    def test_the_session_scales_are_measured_in_millimetres(self, key: str) -> None:
        assert scoring.score_total(registry.get(key), "total", 23.4).value == 23.4

    def test_a_scale_with_items_says_it_of_its_items(self) -> None:
        text = (registry.FOLDER / "who5" / "1.toml").read_text(encoding="utf-8")
        with pytest.raises(DefinitionError, match="decimals"):
            load_text(text.replace('key = "raw"', 'key = "raw"\ndecimals = true'), "who5.toml")

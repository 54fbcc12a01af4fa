"""No figure of raters or blinding tells of a few patients."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from reports.pages.study.withholding import withhold
from reports.pages.study.withholding_raters import withhold_agreement, withhold_blinding
from reports.stats.blinding import bang_index
from reports.stats.counts import SAFE, CountRule

K = CountRule(5)
ICC = {"ICC(2,1)": {"value": 0.9, "low": 0.8, "high": 0.95, "subjects": 20}}


def scale(patients: int) -> dict[str, Any]:
    return {
        "key": "total",
        "title": "Total",
        "n": patients,
        "patients": patients,
        "icc": ICC,
        "limits": {"bias": 1},
        "drift": {"value": 1},
        "drift_of_size": {"value": 1},
    }


def item(patients: int) -> dict[str, Any]:
    return {
        "code": "1",
        "label": "Mood",
        "n": patients,
        "patients": patients,
        "kappa": 0.8,
        "equal": patients,
    }


def at(rater: str, patients: int) -> dict[str, Any]:
    return {
        "rater": rater,
        "period": 0,
        "patients": patients,
        "n": patients,
        "mean": 1.0,
        "low": 0.5,
        "high": 1.5,
    }


def agreed(patients: int = 20, **parts: Any) -> dict[str, Any]:
    plain = {"scales": [scale(20)], "items": [item(20)], "raters": [at("A", 20)], "periods": [at("A", 20)]}
    return {"pairs": patients, "patients": patients, "main": "total", "period_days": 183, **plain, **parts}


def arm(name: str, right: int, wrong: int, unknown: int, confident: int = 20) -> dict[str, Any]:
    told = {"right": right, "wrong": wrong, "unknown": unknown, "confidence": 3.2, "confident": confident}
    bang = asdict(bang_index(right, wrong, unknown))
    return {"arm": name, "is_control": name == "placebo", **told, "bang": bang}


def guessed(*arms: dict[str, Any], expectancy: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    one = {"guesser": "patient", "arms": list(arms), "james": {"value": 0.5, "n": 60}}
    return {"endpoint": "week 18", "guessers": [one], "expectancy": list(expectancy)}


class TestAgreement:
    def test_what_rests_on_enough_is_shown(self) -> None:
        assert withhold_agreement(agreed(), K) == agreed()

    def test_a_few_patients_tell_nothing(self) -> None:
        assert withhold_agreement(agreed(patients=4), K) == {
            "refused": "Fewer than 5 patients were rated twice."
        }

    def test_a_scale_an_item_and_a_rater_of_a_few_are_withheld_alone(self) -> None:
        parts = {
            "scales": [scale(20), scale(4)],
            "items": [item(4)],
            "raters": [at("A", 4)],
            "periods": [at("B", 1)],
        }
        found = withhold_agreement(agreed(**parts), K)
        assert found["scales"][0] == scale(20)
        few = found["scales"][1]
        assert few["n"] is None and all(
            "refused" in few[name] for name in ("icc", "limits", "drift", "drift_of_size")
        )
        assert found["items"][0] == {**item(4), "n": None, "patients": None, "kappa": None, "equal": None}
        for each in (found["raters"][0], found["periods"][0]):
            assert {each[name] for name in ("n", "patients", "mean", "low", "high")} == {None}


class TestBlinding:
    def test_what_rests_on_enough_is_shown(self) -> None:
        found = guessed(arm("placebo", 10, 10, 10), arm("mdma", 20, 10, 0))
        assert withhold_blinding(found, K) == found

    @pytest.mark.parametrize(
        "counts",
        [(4, 10, 10), (10, 1, 10), (10, 10, 3), (0, 10, 10), (10, 0, 0)],
        ids=["right", "wrong", "unknown", "nobody is right", "everybody is"],
    )
    def test_a_count_of_a_few_hides_its_arm_and_what_would_give_it_back(
        self, counts: tuple[int, int, int]
    ) -> None:
        found = withhold_blinding(guessed(arm("placebo", 10, 10, 10), arm("mdma", *counts)), K)
        (patients,) = found["guessers"]
        hidden = patients["arms"][1]
        assert {
            hidden[name] for name in ("right", "wrong", "unknown", "bang", "confidence", "confident")
        } == {None}
        assert patients["arms"][0]["bang"] == asdict(bang_index(10, 10, 10))
        assert patients["james"] == {
            "refused": "Withheld: a count of one arm is below 5, or everybody guessed alike."
        }

    def test_the_confidence_of_a_few_is_withheld(self) -> None:
        found = withhold_blinding(
            guessed(arm("placebo", 10, 10, 10, confident=3), arm("mdma", 10, 10, 10)), K
        )
        first = found["guessers"][0]["arms"][0]
        assert (first["confidence"], first["confident"]) == (None, None)
        assert first["bang"] == asdict(bang_index(10, 10, 10))

    def test_by_the_safe_rule_the_index_is_that_of_the_rounded_counts(self) -> None:
        found = withhold_blinding(guessed(arm("placebo", 13, 9, 8), arm("mdma", 22, 11, 0)), SAFE)
        (patients,) = found["guessers"]
        first, second = patients["arms"]
        assert (first["right"], first["wrong"], first["unknown"]) == (15, 10, 10)
        assert first["bang"] == asdict(bang_index(15, 10, 10))
        assert second["bang"] == asdict(bang_index(20, 10, 0))
        assert patients["james"]["n"] == 65

    def test_the_expectation_of_a_few_is_withheld(self) -> None:
        few = {"arm": "mdma", "time": "patient", "n": 4, "mean": 70.0, "sd": 9.0, "low": 60.0, "high": 80.0}
        (found,) = withhold_blinding(guessed(arm("mdma", 9, 9, 9), expectancy=(few,)), K)["expectancy"]
        assert {found[name] for name in ("n", "mean", "sd", "low", "high")} == {None}

    def test_a_reason_stays(self) -> None:
        for told in ({"refused": "Nobody was asked."}, guessed() | {"guessers": {"refused": "No control."}}):
            assert withhold_blinding(told, K) == told


def test_they_are_withheld_whatever_became_of_the_scores() -> None:
    results = {
        "course": {"refused": "There is no usable score."},
        "agreement": agreed(patients=4),
        "blinding": guessed(arm("placebo", 20, 20, 20)),
    }
    found = withhold(results, "week 18", K)
    assert found["agreement"] == {"refused": "Fewer than 5 patients were rated twice."}
    assert found["blinding"] == guessed(arm("placebo", 20, 20, 20))

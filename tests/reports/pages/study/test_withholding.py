"""No figure rests on a few patients, and none can be had by subtraction."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from django.utils import translation

from reports.pages.study.withholding import rounded_line, withhold
from reports.stats.cohort import mean_interval, rate_of
from reports.stats.counts import SAFE, CountRule

K = CountRule(5)


def rate(met: int, n: int, undecided: int = 0) -> dict[str, Any]:
    return asdict(rate_of(met, n, undecided))


def criterion(whole: dict[str, Any], **arms: dict[str, Any]) -> dict[str, Any]:
    return {"key": "response", "definition": "Treatment response", "all": whole, "by_arm": arms}


def mean(arm: str, time: str, n: int) -> dict[str, Any]:
    low, high = mean_interval(12.5, 3.0, n)
    return {"arm": arm, "time": time, "n": n, "mean": 12.5, "sd": 3.0, "low": low, "high": high}


def course(
    *means: dict[str, Any], rates: tuple[dict[str, Any], ...] = (), patients: int = 40
) -> dict[str, Any]:
    arms = sorted({each["arm"] for each in means})
    return {
        "patients": patients, "episodes": patients, "arms": arms, "means": list(means), "rates": list(rates),
        "time_points": [],
    }  # fmt: skip


FULL = [mean(arm, time, 20) for arm in ("active", "placebo") for time in ("baseline", "week 4")]
FIT = {"n_obs": 80, "n_groups": 40, "dropped": {"rows": 2}, "formula": "y ~ week"}
RESULTS: dict[str, Any] = {
    "course": course(*FULL),
    "growth": {"models": [{"random": "intercept", "fit": FIT, "slopes": {"active": 1, "placebo": 2}}]},
    "contrast": {"fit": FIT, "differences": {"x": 1}},
}


def shown(criterion_: dict[str, Any], rule: CountRule = K) -> dict[str, Any]:
    return withhold({"course": course(*FULL, rates=(criterion_,))}, "week 4", rule)["course"]["rates"][0]


class TestRates:
    def test_groups_that_are_large_enough_are_shown(self) -> None:
        found = shown(criterion(rate(20, 40), active=rate(14, 20), placebo=rate(6, 20)))
        assert found["by_arm"] == {"active": rate(14, 20), "placebo": rate(6, 20)}

    @pytest.mark.parametrize(
        "small", [rate(2, 20), rate(18, 20), rate(3, 4), rate(1, 1)], ids=["met", "not met", "both", "one"]
    )
    def test_one_small_arm_hides_every_arm_but_not_the_whole(self, small: dict[str, int]) -> None:
        found = shown(criterion(rate(20, 40), active=rate(15, 20), placebo=small))
        assert found["by_arm"] == {"active": None, "placebo": None}
        assert found["all"] == rate(20, 40)

    def test_a_small_whole_hides_everything(self) -> None:
        found = shown(criterion(rate(3, 40), active=rate(0, 20), placebo=rate(3, 20)))
        assert found["all"] is None
        assert found["by_arm"] == {"active": None, "placebo": None}

    def test_by_the_safe_rule_shares_and_intervals_are_those_of_the_rounded_counts(self) -> None:
        found = shown(criterion(rate(37, 83), active=rate(19, 42), placebo=rate(18, 41)), SAFE)
        assert found["by_arm"] == {"active": rate(20, 45), "placebo": rate(20, 45)}
        assert found["all"] == rate(40, 90)

    def test_patients_without_an_arm_are_not_told_by_the_arms_that_are_shown(self) -> None:
        found = shown(criterion(rate(22, 43), active=rate(14, 20), placebo=rate(6, 20)))
        assert found["by_arm"] == {"active": None, "placebo": None}

    @pytest.mark.parametrize("one", [rate(20, 20), rate(0, 20)], ids=["everybody", "nobody"])
    def test_what_everybody_or_nobody_of_an_arm_has_is_not_said(self, one: dict[str, int]) -> None:
        """It would be a fact about each who is known to be of the arm."""
        found = shown(criterion(rate(one["met"] + 10, 40), active=one, placebo=rate(10, 20)))
        assert found["by_arm"] == {"active": None, "placebo": None}
        assert found["all"] == rate(one["met"] + 10, 40)

    @pytest.mark.parametrize("met", [0, 40])
    def test_what_everybody_or_nobody_of_the_study_has_is_not_said(self, met: int) -> None:
        found = shown(criterion(rate(met, 40), active=rate(met // 2, 20), placebo=rate(met // 2, 20)))
        assert (found["all"], found["by_arm"]) == (None, {"active": None, "placebo": None})

    def test_a_few_undecided_are_not_counted_out(self) -> None:
        """The whole of them, less the six of the other arm, would be the three."""
        found = shown(criterion(rate(20, 40, 9), active=rate(14, 20, 3), placebo=rate(6, 20, 6)))
        assert found["all"]["undecided"] is None
        assert [each["undecided"] for each in found["by_arm"].values()] == [None, 6]


class TestMeansAndModels:
    def test_a_mean_of_a_few_is_withheld_with_its_count_and_the_total_of_scores(self) -> None:
        few = [mean("placebo", "month 6", 3)]
        found = withhold({**RESULTS, "course": course(*FULL, *few)}, "week 4", K)
        assert found["course"]["means"][-1] == {
            "arm": "placebo", "time": "month 6", "n": None, "mean": None, "sd": None, "low": None, "high": None,
        }  # fmt: skip
        assert found["growth"]["models"][0]["fit"]["n_obs"] is None
        assert found["contrast"]["fit"]["n_obs"] is None

    def test_what_was_dropped_is_never_counted(self) -> None:
        found = withhold(RESULTS, "week 4", K)
        assert "dropped" not in found["growth"]["models"][0]["fit"]
        assert found["growth"]["models"][0]["fit"]["n_obs"] == 80
        assert "dropped" not in found["contrast"]["fit"]

    def test_a_small_arm_has_no_slope_and_no_contrast(self) -> None:
        small = [each if each["arm"] == "active" else {**each, "n": 4} for each in FULL]
        found = withhold({**RESULTS, "course": course(*small)}, "week 4", K)
        assert "fewer than 5" in found["growth"]["models"][0]["refused"]
        assert "slopes" not in found["growth"]["models"][0]
        assert "fewer than 5" in found["contrast"]["refused"]

    def test_an_arm_of_few_at_the_endpoint_has_no_contrast_but_a_slope(self) -> None:
        left = [*FULL[:3], mean("placebo", "week 4", 2)]
        found = withhold({**RESULTS, "course": course(*left)}, "week 4", K)
        assert "fewer than 5" in found["contrast"]["refused"]
        assert found["growth"]["models"][0]["slopes"]

    def test_a_study_of_few_shows_nothing(self) -> None:
        found = withhold({**RESULTS, "course": course(*FULL, patients=4)}, "week 4", K)
        assert set(found) == set(RESULTS)
        assert all(set(each) == {"refused"} for each in found.values())


class TestPredictors:
    LINE = [{"x": 22.0 + 5 * step, "y": 20.0 - step, "low": 18.0, "high": 22.0} for step in range(25)]
    MODEL: dict[str, Any] = {
        "predictor": "meq30_first",
        "regression": {
            "n": 34,
            "terms": {"meq30_first": {"value": -0.4, "df": 31.0}, "armplacebo": {}},
            "dropped": {"rows": 3},
        },
        "line": LINE,
    }

    def found(self, **changes: Any) -> dict[str, Any]:
        predict = {"models": [self.MODEL], "refused": {}} | changes
        return withhold({"course": course(*FULL), "predict": predict}, "week 4", K)["predict"]

    def test_only_the_predictor_itself_is_told(self) -> None:
        (model,) = self.found()["models"]
        assert model["regression"] == {"n": 34, "terms": {"meq30_first": {"value": -0.4}}}

    def test_the_line_does_not_end_where_a_patient_is(self) -> None:
        line = rounded_line(self.LINE)
        assert [point["x"] for point in line] == [40, 60, 80, 100, 120, 140]
        assert line[1]["y"] == pytest.approx(20 - (60 - 22) / 5)

    def test_a_line_over_one_value_is_none(self) -> None:
        assert rounded_line([{"x": 3.0, "y": 1.0, "low": 0.0, "high": 2.0}]) == []

    def test_a_reason_does_not_count_a_few(self) -> None:
        refused = {"a": "3 complete cases; a model with 3 coefficients needs 30 (10 per coefficient)."}
        assert self.found(refused=refused)["refused"] == {
            "a": "Fewer than 5 complete cases; a model with 3 coefficients needs 30 (10 per coefficient)."
        }

    def test_a_reason_does_not_count_a_few_in_any_language(self) -> None:
        said = {
            "en-gb": "3 complete cases; a model with 7 coefficients needs 70.",
            "de": "3 vollständige Fälle; ein Modell mit 7 Koeffizienten braucht 70.",
            "ar": "ثلاث حالات كاملة",
        }
        with translation.override("en-gb"):
            found = self.found(refused={"a": said})["refused"]["a"]
        assert found["en-gb"] == "Fewer than 5 complete cases; a model with 7 coefficients needs 70."
        assert "3" not in found["de"] and "5" in found["de"] and "70" in found["de"]
        assert found["ar"] != said["ar"] and "5" in found["ar"]

    def test_a_reason_counts_many_as_everything_else_does(self) -> None:
        said = {"en-gb": "23 complete cases; 70 are needed.", "de": "23 vollständige Fälle; 70 sind nötig."}
        predict = {"models": [], "refused": {"a": said, "b": "6 complete cases; more are needed."}}
        found = withhold({"course": course(*FULL), "predict": predict}, "week 4", SAFE)["predict"]["refused"]
        assert found["a"]["en-gb"] == "25 complete cases; 70 are needed."
        assert found["a"]["de"] == "25 vollständige Fälle; 70 sind nötig."
        assert found["b"] == "Fewer than 8 complete cases; more are needed."

    def test_a_reason_that_counts_many_or_nobody_stands(self) -> None:
        refused = {"a": "21 complete cases; more are needed.", "b": "0 complete cases; more are needed."}
        assert self.found(refused=refused)["refused"] == refused


def test_an_analysis_that_was_refused_stays_refused() -> None:
    refused = {"refused": "there is no usable score."}
    assert withhold({"course": refused}, "week 4", K) == {"course": {"refused": "There is no usable score."}}


def test_nothing_computed_is_nothing_shown() -> None:
    assert withhold({}, "week 4", K) == {}


def test_a_median_duration_is_the_day_of_one_person_and_not_told() -> None:
    days = {
        "statistic": "duration",
        "n": 40,
        "met": 23,
        "undecided": 0,
        "value": 29.0,
        "low": 22.0,
        "high": 43.0,
    }
    days |= {"se": None, "published": 30.0, "inside": True, "reason": ""}
    found = {"course": course(mean("a", "baseline", 40)), "published": {"rows": [days]}}
    (told,) = withhold(found, "week 4", SAFE)["published"]["rows"]
    assert (told["value"], told["low"], told["high"], told["inside"]) == (None, None, None, None)
    assert (told["n"], told["met"]) == (40, 25)
    assert told["reason"] == "Withheld: a median is the day of one person."

"""``manage.py analyse`` on imported data of real trials, against lme4 and the published counts."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from reports.actions.studies import recompute_study
from reports.models import StudyResult
from reports.plain import spoken
from tracking.models import Study

DATA = Path(__file__).parents[2] / "tracking" / "imports" / "data"
REFERENCE = Path(__file__).parents[1] / "data" / "reference"


def load(name: str, study: str) -> None:
    call_command(
        "import_scores", str(DATA / f"{name}.csv"), "--study", study, "--spec", name, stdout=io.StringIO()
    )


def reference(name: str) -> dict:
    return json.loads((REFERENCE / f"{name}.json").read_text())


def analyse(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("analyse", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())["result"]


def same(found: dict[str, float], expected: dict[str, float], names: dict[str, str], digits: int = 4) -> None:
    """To so many significant digits; ``names`` from ours to theirs, as both orders of a product may occur."""
    assert {names.get(name, name) for name in found} == set(expected)
    for name, value in found.items():
        assert value == pytest.approx(expected[names.get(name, name)], rel=0.5 * 10 ** (1 - digits)), name


class Claus(TestCase):
    """Claus 2020: 43 inpatients, four occasions."""

    @classmethod
    def setUpTestData(cls) -> None:
        load("claus2020_totals", "claus2020")

    def growth(self, instrument: str, model: str, *more: str) -> dict:
        random = "slope" if model.startswith("ris") else "intercept"
        stated = ["--random", random, "--method", model.partition("_")[2], "--time-unit", "occasion"]
        return analyse("growth", "--study", "claus2020", "--instrument", instrument, *stated, *more)["fit"]

    def check(self, fit: dict, expected: dict, names: dict[str, str]) -> None:
        same(fit["coef"], expected["coef"], names)
        same(fit["se"], expected["se"], names)
        same(fit["varcomp"], expected["varcomp"], names)
        assert fit["log_likelihood"] == pytest.approx(expected["logLik"], abs=1e-4)
        assert fit["singular"] is expected["singular"]
        assert (fit["n_obs"], fit["n_groups"]) == (expected["n_obs"], expected["n_groups"])

    def test_growth_equals_lme4(self) -> None:
        names = {"occasion": "t0", "var_occasion": "var_t0", "cov_(Intercept)_occasion": "cov_(Intercept)_t0"}
        for scale, instrument in {"hamd": "hamd17", "bdi": "bdi2"}.items():
            for model, expected in reference("claus2020_totals")["lme4"][scale].items():
                with self.subTest(scale=scale, model=model):
                    self.check(self.growth(instrument, model), expected, names)

    def test_growth_by_arm_equals_lme4(self) -> None:
        names = {
            "occasion": "t0",
            "armplacebo amplification": "treatmentPA",
            "occasion:armplacebo amplification": "t0:treatmentPA",
        }
        expected = reference("claus2020_totals")["lme4"]["hamd_by_treatment_ri_REML"]
        fit = self.growth("hamd17", "ri_REML", "--by-arm", "--reference", "treatment as usual")
        self.check(fit, expected, names)

    def test_clinically_significant_change(self) -> None:
        expected = reference("claus2020_totals")["rci"]["hamd_1to4_rel.80_func8_8"]
        stated = ["--reliability", ".8", "--functional-mean", "8", "--functional-sd", "8"]
        found = analyse("course", "--study", "claus2020", "--instrument", "hamd17", *stated)
        found = found["significant_change"]
        for name in ("n", "recovered", "improved", "deteriorated"):
            assert found[name] == expected[name]
        assert found["unchanged"] == expected["rci_unchanged"]
        assert found["cutoff"] == pytest.approx(expected["cutoff_c"])
        assert found["s_diff"] == pytest.approx(expected["s_diff"])
        # The reference takes the exact normal quantile; the authors, and we after them, 1.96.
        assert found["threshold"] == pytest.approx(expected["rc_threshold"] * 1.96 / 1.959963985)

    def test_response_and_remission(self) -> None:
        expected = reference("claus2020_totals")["response_remission_hamd"]
        found = analyse("course", "--study", "claus2020", "--instrument", "hamd17")["rates"]
        rates = {rate["key"]: (rate["all"]["met"], rate["all"]["n"]) for rate in found}
        assert rates["response"] == (expected["responders_ge50pct"], expected["n"])
        assert rates["remission"] == (expected["remission_le7"], expected["n"])

    def test_the_worker_stores_what_the_command_prints(self) -> None:
        study = Study.objects.get(key="claus2020")
        recompute_study(study_id=study.pk)
        for analysis in ("course", "contrast", "predict"):
            stored = StudyResult.objects.get(
                study=study, analysis=analysis, instrument=study.outcome_instrument
            ).result
            assert spoken(stored) == analyse(analysis, "--study", "claus2020")
        growth = StudyResult.objects.get(
            study=study, analysis="growth", instrument=study.outcome_instrument
        ).result
        assert spoken(growth["models"][1]) == analyse(
            "growth", "--study", "claus2020", "--random", "slope", "--by-arm"
        )

    def test_the_table_says_when_a_fit_is_singular(self) -> None:
        out = io.StringIO()
        stated = ["--time-unit", "occasion", "--random", "slope", "--method", "ML"]
        call_command(
            "analyse", "growth", "--study", "claus2020", "--instrument", "hamd17", *stated, stdout=out
        )
        assert "The fit is singular" in out.getvalue()
        assert "-479.905140" in out.getvalue()

    def test_each_table_can_be_read(self) -> None:
        for analysis in ("course", "growth", "contrast", "predict"):
            out = io.StringIO()
            call_command("analyse", analysis, "--study", "claus2020", stdout=out)
            assert out.getvalue().startswith(f"study claus2020, analysis {analysis}, instrument hamd17")

    def test_what_cannot_be_asked_is_refused_in_words(self) -> None:
        refusals = {
            ("course", "--study", "nowhere"): "no study nowhere",
            ("course", "--study", "claus2020", "--scale", "mood"): "has no scale mood",
            ("course", "--study", "claus2020", "--reliability", ".8"): "needed together",
            ("growth", "--study", "claus2020", "--instrument", "wemwbs"): "no instrument 'wemwbs'",
            ("growth", "--study", "claus2020", "--instrument", "madrs"): "No row has all of madrs",
            ("growth", "--study", "claus2020", "--by-arm", "--reference", "P"): "reference level 'P'",
            ("contrast", "--study", "claus2020", "--endpoint", "week 52"): "no score at week 52",
            ("contrast", "--study", "claus2020", "--predictor", "mood"): "Nobody has a value of mood",
        }
        for arguments, reason in refusals.items():
            with self.subTest(arguments=arguments), pytest.raises(CommandError, match=reason):
                call_command("analyse", *arguments)


class Psilodep(TestCase):
    """Carhart-Harris 2021: psilocybin v. escitalopram."""

    SCALES = {"hamd": "hamd17", "qids": "qids_sr16", "bdi": "bdi", "madrs": "madrs"}

    @classmethod
    def setUpTestData(cls) -> None:
        load("psilodep2_scores", "psilodep2")
        load("psilodep2_baseline", "psilodep2")

    def test_response_and_remission_as_published(self) -> None:
        counts = reference("psilodep2_scores")["response_remission"]
        for scale, instrument in self.SCALES.items():
            found = analyse("course", "--study", "psilodep2", "--instrument", instrument)["rates"]
            rates = {rate["key"]: rate["by_arm"] for rate in found}
            for short, arm in {"E": "escitalopram", "P": "psilocybin"}.items():
                expected = counts[scale][short]
                with self.subTest(scale=scale, arm=arm):
                    assert rates["response"][arm]["met"] == expected["responders"]
                    assert rates["remission"][arm]["met"] == expected["remission"]
                    assert rates["response"][arm]["n"] == expected["n"]
        assert (counts["bdi"]["P"]["responders"], counts["bdi"]["E"]["responders"]) == (23, 12)
        assert (counts["qids"]["P"]["responders"], counts["qids"]["E"]["responders"]) == (21, 14)

    def test_contrast_of_arms_equals_lme4(self) -> None:
        names = {"tpweek 6": "tp6", "armpsilocybin": "armP", "tpweek 6:armpsilocybin": "tp6:armP"}
        for scale, instrument in self.SCALES.items():
            expected = reference("psilodep2_scores")["lme4"][scale]["change_REML"]
            fit = analyse("contrast", "--study", "psilodep2", "--instrument", instrument)["fit"]
            with self.subTest(scale=scale):
                same(fit["coef"], expected["coef"], names)
                same(fit["se"], expected["se"], names)
                assert fit["log_likelihood"] == pytest.approx(expected["logLik"], abs=1e-4)

    def test_expectancy_within_arm_equals_lme4(self) -> None:
        names = {"tpweek 6": "tp6", "tpweek 6:rtx": "tp6:exp", "rtx": "exp"}
        for scale, instrument in self.SCALES.items():
            for short, arm in {"E": "escitalopram", "P": "psilocybin"}.items():
                expected = reference("psilodep2_scores")["lme4"][scale][f"expectancy_within_{short}_REML"]
                asked = ["--instrument", instrument, "--predictor", "rtx", "--arm", arm]
                fit = analyse("contrast", "--study", "psilodep2", *asked)["fit"]
                with self.subTest(scale=scale, arm=arm):
                    same(fit["coef"], expected["coef"], names, digits=3)

    def test_change_on_alliance_and_expectancy_equals_lm(self) -> None:
        names = {"baseline": "pre", "armpsilocybin": "armP"}
        (expected, _) = reference("psilodep2_scores")["ols_hamd_change"]
        asked = ["--terms", "baseline", "arm", "ta", "rtx", "--errors", "classical", "--outcome", "change"]
        fit = analyse("predict", "--study", "psilodep2", "--instrument", "hamd17", *asked)
        assert (fit["n"], fit["r_squared"]) == (expected["n"], pytest.approx(expected["r2"]))
        same({name: term["value"] for name, term in fit["terms"].items()}, expected["coef"], names)
        same({name: term["se"] for name, term in fit["terms"].items()}, expected["se"], names)

    def test_one_predictor_beside_baseline_and_arm(self) -> None:
        found = analyse("predict", "--study", "psilodep2", "--predictor", "ta", "--predictor", "nothing")
        assert found["covariates"] == ["baseline", "arm"]
        assert found["models"][0]["regression"]["n"] == 55  # the alliance of four is not known
        assert found["refused"] == {"nothing": "Nobody has a value of nothing."}

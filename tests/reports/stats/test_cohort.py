from __future__ import annotations

import pandas as pd
import pytest

from reports.stats.cohort import mean_course, rate, rates_by_arm, significant_change
from tests.reports.stats.references import data_set, reference


def claus_pairs(scale: str) -> pd.DataFrame:
    wide = data_set("claus2020_totals").pivot(index="id", columns="time", values=scale)
    return wide.rename(columns={1: "pre", 4: "post"})


@pytest.mark.parametrize(
    ("scale", "key", "functional"),
    [("hamd", "hamd_1to4_rel.80_func8_8", 8), ("bdi", "bdi_1to4_rel.80_func7_7", 7)],
)
def test_significant_change_of_the_inpatient_trial(scale: str, key: str, functional: float) -> None:
    expected = reference("claus2020_totals")["rci"][key]
    found = significant_change(
        claus_pairs(scale),
        pre="pre",
        post="post",
        reliability=0.8,
        functional_mean=functional,
        functional_sd=functional,
        direction="higher_is_worse",
    )
    assert (found.n, found.unchanged) == (expected["n"], expected["rci_unchanged"])
    assert (found.recovered, found.improved) == (expected["recovered"], expected["improved"])
    assert found.recovered + found.improved == expected["rci_improved"]
    assert found.deteriorated == expected["rci_deteriorated"]
    assert found.s_diff == pytest.approx(expected["s_diff"])
    assert found.threshold == pytest.approx(expected["rc_threshold"], rel=2e-5)  # 1.96, not 1.95996
    assert found.cutoff == pytest.approx(expected["cutoff_c"])
    assert found.dropped == 3


def test_the_published_package_counts_the_same() -> None:
    """R package clinicalsignificance, method JT: 26 recovered, 3 improved, 10 unchanged, 1 deteriorated."""
    published = reference("claus2020_totals")["rci_published_package_snapshot"]["JT"]
    found = significant_change(
        claus_pairs("hamd"),
        pre="pre",
        post="post",
        reliability=0.8,
        functional_mean=8,
        functional_sd=8,
        direction="higher_is_worse",
    )
    assert (found.recovered, found.improved, found.unchanged, found.deteriorated) == tuple(
        published[name] for name in ("Recovered", "Improved", "Unchanged", "Deteriorated")
    )


def test_significant_change_mirrors_when_higher_is_better() -> None:
    pairs = claus_pairs("hamd")
    given = {"pre": "pre", "post": "post", "reliability": 0.8, "functional_sd": 8.0}
    found = significant_change(pairs, **given, functional_mean=8, direction="higher_is_worse")  # type: ignore[arg-type]
    mirrored = significant_change(60 - pairs, **given, functional_mean=52, direction="higher_is_better")  # type: ignore[arg-type]
    assert (found.recovered, found.improved, found.deteriorated) == (
        mirrored.recovered,
        mirrored.improved,
        mirrored.deteriorated,
    )


def test_one_pair_has_no_standard_deviation() -> None:
    with pytest.raises(ValueError, match="1 complete pairs"):
        significant_change(
            pd.DataFrame({"pre": [20, 21], "post": [10, None]}),
            pre="pre",
            post="post",
            reliability=0.8,
            functional_mean=8,
            functional_sd=8,
            direction="higher_is_worse",
        )


def test_means_and_numbers_at_week_six_of_the_antidepressant_trial() -> None:
    frame = data_set("antidepressant_hamd17")
    expected = reference("antidepressant_hamd17")["week6"]
    course = {
        (cell.arm, cell.time): cell for cell in mean_course(frame, outcome="hamd17", arm="arm", time="week")
    }
    for arm in ("DRUG", "PLACEBO"):
        cell = course[arm, 6]
        assert (cell.n, cell.mean) == (expected[arm]["n"], pytest.approx(expected[arm]["mean"]))
        assert cell.sd == pytest.approx(expected[arm]["sd"])


def test_t_interval_of_a_mean() -> None:
    """1, 2, 3, 4, 5: mean 3, sd 1.5811, t(4; 0.975) = 2.776445, so 3 +- 1.963243."""
    frame = pd.DataFrame({"y": [1, 2, 3, 4, 5], "arm": "a", "t": 0})
    (cell,) = mean_course(frame, outcome="y", arm="arm", time="t")
    assert (cell.low, cell.high) == (pytest.approx(1.036757, abs=1e-6), pytest.approx(4.963243, abs=1e-6))


def test_one_patient_has_a_mean_and_no_interval() -> None:
    (cell,) = mean_course(pd.DataFrame({"y": [7.0], "arm": "a", "t": 0}), outcome="y", arm="arm", time="t")
    assert (cell.n, cell.mean, cell.sd, cell.low) == (1, 7, None, None)


def test_wilson_interval_of_eight_in_ten() -> None:
    """Newcombe 1998, table I, method 3: 81/263 has 0.2553 to 0.3662; 0/20 has 0 to 0.1611."""
    frame = pd.DataFrame({"p": range(263), "met": [True] * 81 + [False] * 182})
    found = rate(frame, patient="p", outcome="met")
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.2553, 0.3662)
    none = rate(pd.DataFrame({"p": range(20), "met": False}), patient="p", outcome="met")
    assert (round(none.low or 0, 4), round(none.high or 0, 4)) == (0, 0.1611)


def test_a_patient_counts_once() -> None:
    frame = pd.DataFrame({"p": [1, 1, 2, 2, 3], "met": [False, True, False, None, None]})
    found = rate(frame, patient="p", outcome="met")
    assert (found.met, found.n, found.undecided) == (1, 2, 1)


def test_undecided_patients_stay_in_the_denominator_when_asked() -> None:
    frame = pd.DataFrame({"p": [1, 2, 3], "met": [True, False, None]})
    found = rate(frame, patient="p", outcome="met", missing="count_as_not_met")
    assert (found.met, found.n, found.undecided) == (1, 3, 1)


def test_nobody_in_the_denominator() -> None:
    found = rate(pd.DataFrame({"p": [1], "met": [None]}), patient="p", outcome="met")
    assert (found.n, found.undecided, found.proportion, found.low) == (0, 1, None, None)


def test_rates_by_arm() -> None:
    frame = pd.DataFrame({"p": [1, 2, 3], "arm": ["a", "a", "b"], "met": [True, False, True]})
    found = rates_by_arm(frame, patient="p", arm="arm", outcome="met")
    assert {arm: (cell.met, cell.n) for arm, cell in found.items()} == {"a": (1, 2), "b": (1, 1)}

"""Every case and every expected key of the reference vectors, instrument by instrument."""

from collections.abc import Callable
from typing import Any

import pytest

from measures import change, registry
from measures.algorithms import count_present
from measures.errors import AnswerError
from measures.instrument import Instrument
from measures.scoring import Scored, critical_level, score, with_policy
from tests.measures.vectors import cases, differences

Facts = dict[str, Any]


def totals(scored: Scored, key: str = "total") -> Facts:
    scale = scored.scales[key]
    return {"total": scale.value, "partial_sum": scale.partial, "n_missing": scale.items_missing}


def endorsed(scored: Scored, item: str) -> bool | None:
    return {"endorsed": True, "denied": False, "unanswered": None}[scored.critical[item]]


def in_band_set(instrument: Instrument, scale: str, band_set: str, value: float | None) -> str | None:
    bands = {one.key: one.bands for one in instrument.scale(scale).band_sets}[band_set]
    return next((band.key for band in bands if value is not None and band.low <= value <= band.high), None)


def hamd17(instrument: Instrument, scored: Scored) -> Facts:
    total, suicide = scored.scales["total"], scored.answers["3"]
    urgent = critical_level(instrument, "3", suicide) == "urgent"
    remission = (
        change.remission_met(instrument.change, total.value, "higher_is_worse")
        if total.sum is not None
        else None
    )
    return totals(scored) | {
        "band_apa2000": total.band,
        "band_zimmerman2013": in_band_set(instrument, "total", "zimmerman2013", total.value),
        "remission_le7": remission,
        "suicide_item3": suicide,
        "suicide_any": endorsed(scored, "3"),
        "suicide_ideas_or_attempt": None if suicide is None else urgent,
        "hamd7_remission_le3": scored.outcomes["hamd7_remission_range"],
        "hamd6_remission_le4": scored.outcomes["hamd6_remission_range"],
        "anxious_depression_ge7": scored.outcomes["anxious_depression"],
        "subscales": {
            name: scored.scales[key].value
            for name, key in {
                "hamd6_bech": "hamd6",
                "hamd7_mcintyre": "hamd7",
                "insomnia": "insomnia",
                "anxiety_somatization": "anxiety_somatization",
                "maier": "maier",
            }.items()
        },
    }


def hamd7(instrument: Instrument, scored: Scored) -> Facts:
    return totals(scored, "hamd7") | {
        "band": scored.scales["hamd7"].band,
        "remission_le3": scored.outcomes["hamd7_remission_range"],
    }


def phq9(instrument: Instrument, scored: Scored) -> Facts:
    total = scored.scales["total"]
    rule = instrument.outcome("major_depressive_syndrome").parameters
    core, _ = count_present(scored.answers, rule["core"], rule["cut"], rule["cuts"])
    others, _ = count_present(scored.answers, rule["others"], rule["cut"], rule["cuts"])
    return totals(scored) | {
        "total_prorated": total.prorated,
        "total_prorated_int": None if total.prorated is None else int(total.prorated + 0.5),
        "band": total.band,
        "screen_positive_10": scored.outcomes["screen_positive"],
        "item9_value": scored.answers["9"],
        "item9_positive": endorsed(scored, "9"),
        "difficulty_item10": scored.answers["10"],
        "phq2": scored.scales["phq2"].value,
        "phq8": scored.scales["phq8"].value,
        "n_core": core,
        "n_symptoms": core + others,
        "major_depressive_syndrome": scored.outcomes["major_depressive_syndrome"],
        "other_depressive_syndrome": scored.outcomes["other_depressive_syndrome"],
    }


def phq8(instrument: Instrument, scored: Scored) -> Facts:
    return totals(scored, "phq8") | {
        "band": scored.scales["phq8"].band,
        "screen_positive_10": scored.outcomes["phq8_screen_positive"],
    }


def phq2(instrument: Instrument, scored: Scored) -> Facts:
    return totals(scored, "phq2") | {"screen_positive_3": scored.outcomes["phq2_screen_positive"]}


def caps5(instrument: Instrument, scored: Scored) -> Facts:
    present = {}
    for cluster in "BCDE":
        rule = instrument.outcome(f"criterion_{cluster.lower()}").parameters
        present[cluster], _ = count_present(scored.answers, rule["items"], rule["cut"], {})
    return totals(scored) | {
        "subscales": {cluster: scored.scales[f"cluster_{cluster.lower()}"].value for cluster in "BCDE"},
        "n_symptoms": present,
        "n_symptoms_total": sum(present.values()),
        "criteria": {criterion: scored.outcomes[f"criterion_{criterion.lower()}"] for criterion in "ABCDEFG"},
        "dissociation_sum": scored.scales["dissociation"].value,
        "mapp2_entry_ge28": scored.outcomes["mapp2_entry"],
        "mapp1_entry_ge35": scored.outcomes["mapp1_entry"],
        "ptsd_diagnosis": scored.outcomes["ptsd_diagnosis"],
        "dissociative_subtype": scored.outcomes["dissociative_subtype"],
        "delayed_expression": scored.outcomes["delayed_expression"],
    }


def meq30(instrument: Instrument, scored: Scored) -> Facts:
    total = scored.scales["total"]
    return {
        "total_sum": total.sum,
        "total_mean": total.mean,
        "total_percent": total.percent,
        "partial_sum": total.partial,
        "n_missing": total.items_missing,
        "complete_mystical": scored.outcomes["complete_mystical"],
        "subscales": {
            scale.key: {
                "sum": scored.scales[scale.key].sum,
                "mean": scored.scales[scale.key].mean,
                "percent": scored.scales[scale.key].percent,
                "met_60": scored.outcomes[f"{scale.key}_met_60"],
            }
            for scale in instrument.scales[1:]
        },
    }


def mean_answered(scored: Scored, key: str) -> float | None:
    scale = scored.scales[key]
    return scale.partial / scale.items_answered if scale.items_answered else None


def wai_sr(instrument: Instrument, scored: Scored) -> Facts:
    return totals(scored) | {
        "total_mean": scored.scales["total"].mean,
        "mean_answered": mean_answered(scored, "total"),
        "subscales": {
            key: {
                "sum": scored.scales[key].value,
                "mean": scored.scales[key].mean,
                "mean_answered": mean_answered(scored, key),
            }
            for key in ("goal", "task", "bond")
        },
    }


# file of vectors -> key of the instrument, numbering of the answers, how to say a result in the file's words
READERS: dict[str, tuple[str, str | None, Callable[[Instrument, Scored], Facts]]] = {
    "hamd17": ("hamd17", None, hamd17),
    "hamd7": ("hamd17", "hamd7", hamd7),
    "phq9": ("phq9", None, phq9),
    "phq8": ("phq9", None, phq8),
    "phq2": ("phq9", None, phq2),
    "caps5": ("caps5", None, caps5),
    "meq30": ("meq30", None, meq30),
    "wai_sr": ("wai_sr", None, wai_sr),
}
NUMBER_OF_CASES = {
    "hamd17": 40,
    "hamd7": 8,
    "phq9": 30,
    "phq8": 7,
    "phq2": 7,
    "caps5": 33,
    "meq30": 45,
    "wai_sr": 24,
}


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=case["id"]) for name in READERS for case in cases(name)],
)
def test_vector(name, case):
    key, numbering, say = READERS[name]
    instrument = registry.get(key, case.get("version"))
    numbering = case.get("numbering", numbering)
    expected = case["expect"]
    if "error" in expected:
        assert expected == {"error": "invalid_value", "item": expected["item"]}
        with pytest.raises(AnswerError) as refusal:
            score(instrument, case["answers"], numbering)
        assert refusal.value.item == expected["item"]
        return
    # the vectors prorate over a missing safety item, which their README calls an option and we decline
    scored = score(with_policy(instrument, "prorate"), case["answers"], numbering)
    assert differences(say(instrument, scored), expected) == []


@pytest.mark.parametrize(("name", "count"), NUMBER_OF_CASES.items())
def test_no_case_is_lost(name, count):
    assert len(cases(name)) == count


def test_a_key_that_the_reader_does_not_know_fails():
    assert differences({"total": 1}, {"total": 1, "surprise": None}) == [
        "surprise: this test does not know it"
    ]


def test_none_is_not_false():
    assert differences({"met": None}, {"met": False}) and differences({"total": 0}, {"total": None})

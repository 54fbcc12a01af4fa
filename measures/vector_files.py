"""The files of reference vectors, and what each of their words stands for here.

Conventions of the vectors: ``total`` is the strict total; a file whose conclusions are ``strictly`` drawn
looks at that total alone, where this platform also concludes from an estimate. The PHQ-9 cases prorate
over item 9 as well, which the shipped policy does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from measures import change, registry
from measures.errors import UnknownInstrument
from measures.instrument import ChangeRules, Direction, Number, Reliability, Source
from measures.result import Scored
from measures.vector_terms import (
    Term,
    Vocabulary,
    answer,
    band_in,
    complete,
    endorsed,
    in_all,
    in_remission_range,
    level,
    mean_answered,
    metrics,
    outcome,
    present,
    scale,
    scoring,
    strictly,
    totals,
    urgent,
    whole_estimate,
)


def _alliance() -> dict[str, Term]:
    terms = totals() | {"total_mean": scale("total", "mean"), "mean_answered": mean_answered("total")}
    for key in ("goal", "task", "bond"):
        terms |= {
            f"subscales.{key}.sum": scale(key, "sum"),
            f"subscales.{key}.mean": scale(key, "mean"),
            f"subscales.{key}.mean_answered": mean_answered(key),
        }
    return terms


def _clusters() -> dict[str, Term]:
    """The symptom clusters of DSM-5, as the interview and the checklist both have them."""
    terms = totals()
    for cluster in "BCDE":
        criterion = f"criterion_{cluster.lower()}"
        terms |= {
            f"subscales.{cluster}": scale(f"cluster_{cluster.lower()}"),
            f"criteria.{cluster}": outcome(criterion),
            f"n_symptoms.{cluster}": present(criterion),
        }
    return terms | {"n_symptoms_total": in_all(*(present(f"criterion_{cluster}") for cluster in "bcde"))}


def _factors(keys: tuple[str, ...]) -> dict[str, Term]:
    """The factors of a questionnaire about one session, and its total."""
    terms = metrics("total_", "total") | {"n_missing": scale("total", "items_missing")}
    for key in keys:
        terms |= metrics(f"subscales.{key}.", key)
    return terms


@dataclass(frozen=True, slots=True)
class _Course:
    """Two totals of one instrument, and whether the diagnosis holds at the second (``None``: not known)."""

    rules: ChangeRules
    direction: Direction
    pre: Number
    post: Number
    diagnosis: bool | None


def _course(case: Mapping[str, Any]) -> _Course:
    given = case["answers"]
    instrument = registry.get(given["instrument"])
    if instrument.change is None:
        raise UnknownInstrument(f"{instrument.key} has no change rules")
    direction = instrument.primary_scale.direction
    pre, post = given["baseline_total"], given["followup_total"]
    return _Course(instrument.change, direction, pre, post, given.get("dx_followup"))


def _judged(rule: Callable[[ChangeRules, Number, Number, Direction], object]) -> Term:
    return lambda course: rule(course.rules, course.pre, course.post, course.direction)


def _remitted(course: _Course) -> bool | None:
    outcomes = {"ptsd_diagnosis": course.diagnosis}
    return change.remission_met(course.rules, course.post, course.direction, outcomes)


def _reliably_improved(course: _Course) -> bool | None:
    found = change.reliable_change(course.rules, course.pre, course.post, course.direction)
    return None if found is None else found.category == "improved"


def _reliable_change_index(case: Mapping[str, Any]) -> change.ReliableChange | None:
    given = case["answers"]
    rule = Reliability(given["sd"], given["reliability"], "of the case", Source("the case"))
    direction: Direction = "higher_is_worse" if given["higher_worse"] else "higher_is_better"
    return change.reliable_change(rule, given["pre"], given["post"], direction)


def _zone(scored: Scored) -> str | None:
    band = scored.scales["total"].band
    return None if band is None else {"zone_1": "I", "zone_2": "II", "zone_3": "III", "zone_4": "IV"}[band]


HAMD17 = totals() | {
    "band_apa2000": band_in("total", "apa2000"),
    "band_zimmerman2013": band_in("total", "zimmerman2013"),
    "remission_le7": in_remission_range,
    "suicide_item3": answer("3"),
    "suicide_any": endorsed("3"),
    "suicide_ideas_or_attempt": urgent("3"),
    "hamd7_remission_le3": outcome("hamd7_remission_range"),
    "hamd6_remission_le4": outcome("hamd6_remission_range"),
    "anxious_depression_ge7": outcome("anxious_depression"),
    "subscales.hamd6_bech": scale("hamd6"),
    "subscales.hamd7_mcintyre": scale("hamd7"),
    "subscales.insomnia": scale("insomnia"),
    "subscales.anxiety_somatization": scale("anxiety_somatization"),
    "subscales.maier": scale("maier"),
}

PHQ9 = totals() | {
    "total_prorated": scale("total", "prorated"),
    "total_prorated_int": whole_estimate("total"),
    "band": scale("total", "band"),
    "screen_positive_10": outcome("screen_positive"),
    "item9_value": answer("9"),
    "item9_positive": endorsed("9"),
    "difficulty_item10": answer("10"),
    "phq2": scale("phq2"),
    "phq8": scale("phq8"),
    "n_core": present("major_depressive_syndrome", "core"),
    "n_symptoms": in_all(
        present("major_depressive_syndrome", "core"), present("major_depressive_syndrome", "others")
    ),
    "major_depressive_syndrome": outcome("major_depressive_syndrome"),
    "other_depressive_syndrome": outcome("other_depressive_syndrome"),
}

CAPS5 = _clusters() | {
    **{f"criteria.{criterion}": outcome(f"criterion_{criterion.lower()}") for criterion in "AFG"},
    "dissociation_sum": scale("dissociation"),
    "mapp2_entry_ge28": outcome("mapp2_entry"),
    "mapp1_entry_ge35": outcome("mapp1_entry"),
    "ptsd_diagnosis": outcome("ptsd_diagnosis"),
    "dissociative_subtype": outcome("dissociative_subtype"),
    "delayed_expression": outcome("delayed_expression"),
}

_MEQ30_FACTORS = ("mystical", "positive_mood", "transcendence", "ineffability")
MEQ30 = _factors(_MEQ30_FACTORS) | {
    "partial_sum": scale("total", "partial"),
    "complete_mystical": outcome("complete_mystical"),
    **{f"subscales.{key}.met_60": outcome(f"{key}_met_60") for key in _MEQ30_FACTORS},
}

_CEQ_FACTORS = ("grief", "fear", "death", "insanity", "isolation", "physical_distress", "paranoia")
_SESSION = {
    "total_sum": scale("total", "sum"),
    "mean": scale("total", "mean"),
    "n_missing": scale("total", "items_missing"),
}

AUDIT = totals("all_items") | {
    "total_with_skips": scale("total"),
    "audit_c": scale("audit_c"),
    "dependence_4_6": scale("dependence"),
    "problems_7_10": scale("problems"),
    "zone": _zone,
    "hazardous_ge8": outcome("hazardous"),
}

COURSE: dict[str, Term] = {
    "change": lambda course: change.change(course.pre, course.post),
    "percent_reduction": lambda course: change.percent_reduction(course.pre, course.post),
}
DEPRESSION = COURSE | {
    "response_50": _judged(change.response_met),
    "partial_response_25_49": _judged(change.partial_response_met),
    "remission": _remitted,
    "mcid5": _judged(change.mcid_met),
}
PTSD = COURSE | {
    "response_ge10": _judged(change.response_met),
    "loss_of_diagnosis": lambda course: change.loss_of_outcome(True, course.diagnosis),
    "remission_mapp": _remitted,
    "reliable_13_marx2022": _reliably_improved,
    "reliable_15_marx2022": _reliably_improved,
    "csc_le28_marx2022": _judged(change.clinically_significant),
}
RCI: dict[str, Term] = {
    "sem": lambda found: found.sem,
    "s_diff": lambda found: found.s_diff,
    "threshold_points": lambda found: found.threshold,
    "rci": lambda found: found.index,
    "category": lambda found: found.category,
}

VOCABULARIES: dict[str, Vocabulary] = {
    "hamd17": scoring("hamd17", HAMD17),
    "hamd7": scoring(
        "hamd17",
        totals("hamd7") | {"band": scale("hamd7", "band"), "remission_le3": outcome("hamd7_remission_range")},
        numbering="hamd7",
    ),
    "phq9": scoring("phq9", PHQ9, policy="prorate"),
    "phq8": scoring(
        "phq9",
        totals("phq8")
        | {
            "band": strictly(scale("phq8", "band")),
            "screen_positive_10": strictly(outcome("phq8_screen_positive")),
        },
    ),
    "phq2": scoring("phq9", totals("phq2") | {"screen_positive_3": outcome("phq2_screen_positive")}),
    "caps5": scoring("caps5", CAPS5),
    "meq30": scoring("meq30", MEQ30),
    "wai_sr": scoring("wai_sr", _alliance()),
    "wai36": scoring("wai36", _alliance()),
    "ceq": scoring("ceq", _factors(_CEQ_FACTORS)),
    "ebi": scoring("ebi", _SESSION),
    "edi": scoring("edi", _SESSION),
    "audit": scoring("audit", AUDIT),
    "dudit": scoring(
        "dudit",
        totals()
        | {
            "cut_men_ge6": outcome("cut_men"),
            "cut_women_ge2": outcome("cut_women"),
            "dependence_ge25": outcome("dependence"),
        },
    ),
    "cssrs_screener": scoring(
        "cssrs_screener",
        {
            "complete": complete,
            "level": level("risk", "level"),
            "minimum_level": level("risk", "at_least"),
            "ideation_severity": scale("ideation_severity", "partial"),
        },
    ),
    "outcome_depression": Vocabulary(_course, DEPRESSION),
    "outcome_ptsd": Vocabulary(_course, PTSD),
    "rci": Vocabulary(_reliable_change_index, RCI),
}

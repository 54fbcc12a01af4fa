"""The files of reference vectors, and what each of their words stands for here.

Conventions of the vectors: ``total`` is the strict total; a file whose conclusions are ``strictly`` drawn
looks at that total alone, where this platform also concludes from an estimate. The cases of the
PHQ-9 and the CORE-10 prorate over the suicide item as well, which the shipped policy does not.
"""

from __future__ import annotations

from measures.instrument import Number
from measures.result import Scored
from measures.scoring import skipped
from measures.verify.changes import CHANGE_VOCABULARIES
from measures.verify.terms import (
    Term,
    Vocabulary,
    answer,
    band_in,
    complete,
    endorsed,
    in_all,
    in_remission_range,
    instrument_of,
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


def _wsas_scale(scored: Scored) -> str:
    """The scale without the item on work for a person to whom work does not apply, else the whole one."""
    struck = "1" in skipped(instrument_of(scored), scored.answers)
    return "without_work" if struck else "total"


def _wsas(field: str) -> Term:
    return lambda scored: getattr(scored.scales[_wsas_scale(scored)], field)


def _wsas_maximum(scored: Scored) -> Number:
    return instrument_of(scored).scale(_wsas_scale(scored)).maximum


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

GAD7 = totals() | {
    "total_prorated": scale("total", "prorated"),
    "band": strictly(scale("total", "band")),
    "screen_positive_10": strictly(outcome("screen_positive")),
    "screen_positive_8": strictly(outcome("screen_positive_8")),
    "gad2": scale("gad2"),
}

PCL5 = _clusters() | {
    "provisional_ptsd_dsm5_rule": outcome("provisional_ptsd"),
    "cut_31": outcome("screen_positive_31"),
    "cut_33": outcome("screen_positive_33"),
}

MADRS = totals() | {
    "band_snaith1986": band_in("total", "snaith1986"),
    "remission_le10": in_remission_range,
    "suicide_item10": answer("10"),
}

_QIDS_DOMAINS = (
    "sleep",
    "mood",
    "appetite_weight",
    "concentration",
    "self_view",
    "suicide",
    "interest",
    "energy",
    "psychomotor",
)
QIDS = {f"domains.{key}": scale(key, "partial") for key in _QIDS_DOMAINS} | {
    "complete": complete,
    "total": scale("total"),
    "total_lenient": scale("total", "partial"),
    "band": scale("total", "band"),
    "remission_le5": in_remission_range,
    "suicide_item12": answer("12"),
    "suicide_any": endorsed("12"),
}

WHO5 = {
    "raw": scale("raw"),
    "percent": scale("total"),
    "n_missing": scale("total", "items_missing"),
    "low_wellbeing_lt50": outcome("low_wellbeing"),
    "raw_below_13": outcome("raw_below_13"),
    "very_low_le28": outcome("very_low_wellbeing"),
}

WHODAS12 = {
    "simple_sum_0_48": scale("total"),
    "simple_sum_12_60": scale("sum_12_60"),
    "simple_percent": scale("total", "percent"),
    "one_missing_prorated_0_48": scale("total", "prorated"),
    "n_missing": scale("total", "items_missing"),
}

WSAS = {
    "total": _wsas("value"),
    "max_score": _wsas_maximum,
    "n_missing": _wsas("items_missing"),
    "band": scale("total", "band"),
}

CORE10 = totals() | {
    "clinical_score": scale("total", "best"),
    "valid_ge9_answered": lambda scored: scored.scales["total"].best is not None,
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
    "gad7": scoring("gad7", GAD7),
    "gad2": scoring("gad7", totals("gad2") | {"screen_positive_3": outcome("gad2_screen_positive")}),
    "pcl5": scoring("pcl5", PCL5),
    "madrs": scoring("madrs", MADRS),
    "qids_sr16": scoring("qids_sr16", QIDS),
    "isi": scoring("isi", totals() | {"band": scale("total", "band")}),
    "who5": scoring("who5", WHO5),
    "wsas": scoring("wsas", WSAS),
    "sds": scoring("sds", totals() | {"any_domain_ge5": outcome("impaired")}),
    "whodas12": scoring("whodas12", WHODAS12),
    "ymrs": scoring("ymrs", totals()),
    "core10": scoring("core10", CORE10, policy="prorate"),
    **CHANGE_VOCABULARIES,
}

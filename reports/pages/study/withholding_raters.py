"""What somebody who does not treat the patients may see of agreement and blinding. Pure.

Agreement says little of a patient, but of very few it says their scores: figures of fewer patients than the rule tells
of are withheld one by one. A guess counted by arm is a fact about a person, so that a count of a few, or of everybody
or nobody, hides its whole arm: index and interval would give it back. ``None`` stands for what is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from reports.stats.blinding import bang_index
from reports.stats.cohort import mean_interval
from reports.stats.counts import CountRule, is_told_of_all

Json = Mapping[str, Any]

FIGURES = ("mean", "low", "high")


def withhold_agreement(found: Json, rule: CountRule) -> Json:
    """One ``analyses.agreement``, as stored, without what a few patients would tell."""
    if "refused" in found:
        return found
    if found["patients"] < rule.smallest:
        return {"refused": _("Fewer than {n} patients were rated twice.").format(n=rule.smallest)}
    return {
        **found,
        "pairs": rule.told(found["pairs"]),
        "patients": rule.told(found["patients"]),
        "scales": [_scale(each, rule) for each in found["scales"]],
        "items": [_item(each, rule) for each in found["items"]],
        "raters": [_deviation(each, rule) for each in found["raters"]],
        "periods": [_deviation(each, rule) for each in found["periods"]],
    }


def withhold_blinding(found: Json, rule: CountRule) -> Json:
    """One ``analyses.blinding``, as stored, without what a few patients would tell."""
    if "refused" in found:
        return found
    guessers = found["guessers"]
    safe = guessers if "refused" in guessers else [_guesser(each, rule) for each in guessers]
    return {**found, "guessers": safe, "expectancy": [told_mean(each, rule) for each in found["expectancy"]]}


def told_mean(mean: Json, rule: CountRule) -> Json:
    """A mean with its interval from the count as it is told; nothing of it where it is of a few."""
    if rule.is_of_a_few(mean["n"]):
        return {**mean, "n": None, "sd": None, **dict.fromkeys(FIGURES)}
    n = rule.rounded(mean["n"])
    low, high = mean_interval(mean["mean"], mean["sd"], n)
    return {**mean, "n": n, "low": low, "high": high}


def _scale(scale: Json, rule: CountRule) -> Json:
    counts = {name: rule.told(scale[name]) for name in ("n", "patients")}
    if scale["patients"] >= rule.smallest:
        figures = {name: _counted(scale[name], rule) for name in ("limits", "drift", "drift_of_size")}
        icc = scale["icc"] if "refused" in scale["icc"] else _correlations(scale["icc"], rule)
        return {**scale, **counts, **figures, "icc": icc}
    few = {"refused": _("Fewer than {n} patients have both scores.").format(n=rule.smallest)}
    hidden = dict.fromkeys(("icc", "limits", "drift", "drift_of_size"), few)
    return {**scale, "n": None, "patients": None, **hidden}


def _counted(figures: Json, rule: CountRule) -> Json:
    return {**figures, "n": rule.told(figures["n"])} if "n" in figures else figures


def _correlations(icc: Json, rule: CountRule) -> Json:
    return {form: {**each, "subjects": rule.told(each["subjects"])} for form, each in icc.items()}


def _item(item: Json, rule: CountRule) -> Json:
    if item["patients"] < rule.smallest:
        return {**item, **dict.fromkeys(("n", "patients", "kappa", "equal"))}
    few = rule.is_of_a_few(item["equal"], item["n"] - item["equal"])
    equal = None if few else rule.rounded(item["equal"])
    return {**item, "n": rule.told(item["n"]), "patients": rule.told(item["patients"]), "equal": equal}


def _deviation(each: Json, rule: CountRule) -> Json:
    """Of double ratings, of which a patient may have several: the interval stays that of all of them."""
    if each["patients"] < rule.smallest:
        return {**each, "patients": None, "n": None, **dict.fromkeys(FIGURES)}
    return {**each, "patients": rule.told(each["patients"]), "n": rule.told(each["n"])}


def _guesser(guesser: Json, rule: CountRule) -> Json:
    arms = [_arm(each, rule) for each in guesser["arms"]]
    if "refused" in guesser["james"]:
        return {**guesser, "arms": arms}
    if all(each["bang"] is not None for each in arms):
        n = sum(each["bang"]["n"] for each in arms)
        return {**guesser, "arms": arms, "james": {**guesser["james"], "n": n}}
    few = _("Withheld: a count of one arm is below {n}, or everybody guessed alike.").format(n=rule.smallest)
    return {**guesser, "arms": arms, "james": {"refused": few}}


def _arm(arm: Json, rule: CountRule) -> Json:
    counts = [arm[name] for name in ("right", "wrong", "unknown")]
    if rule.is_of_a_few(*counts) or any(
        is_told_of_all(arm[name], sum(counts)) for name in ("right", "wrong")
    ):
        return {**arm, **dict.fromkeys(("right", "wrong", "unknown", "bang", "confidence", "confident"))}
    right, wrong, unknown = (rule.rounded(count) for count in counts)
    told = {
        "right": right,
        "wrong": wrong,
        "unknown": unknown,
        "bang": asdict(bang_index(right, wrong, unknown)),
    }
    sure = rule.told(arm["confident"])
    return {**arm, **told, "confident": sure, "confidence": None if sure is None else arm["confidence"]}

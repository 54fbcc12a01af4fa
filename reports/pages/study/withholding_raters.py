"""What somebody who does not treat the patients may see of agreement and blinding. Pure.

Agreement says little of a patient, but of very few it says their scores: figures of fewer than ``smallest``
patients are withheld one by one. A guess counted by arm is a fact about a person, so that a count of a few hides its
whole arm: index and interval would give it back. ``None`` stands for what is withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

Json = Mapping[str, Any]

FIGURES = ("mean", "low", "high")


def withhold_agreement(found: Json, smallest: int) -> Json:
    """One ``analyses.agreement``, as stored, without what a few patients would tell."""
    if "refused" in found:
        return found
    if found["patients"] < smallest:
        return {"refused": _("Fewer than {n} patients were rated twice.").format(n=smallest)}
    return {
        **found,
        "scales": [_scale(each, smallest) for each in found["scales"]],
        "items": [_item(each, smallest) for each in found["items"]],
        "raters": [_deviation(each, smallest) for each in found["raters"]],
        "periods": [_deviation(each, smallest) for each in found["periods"]],
    }


def withhold_blinding(found: Json, smallest: int) -> Json:
    """One ``analyses.blinding``, as stored, without what a few patients would tell."""
    if "refused" in found:
        return found
    guessers = found["guessers"]
    safe = guessers if "refused" in guessers else [_guesser(each, smallest) for each in guessers]
    return {**found, "guessers": safe, "expectancy": [_mean(each, smallest) for each in found["expectancy"]]}


def _scale(scale: Json, smallest: int) -> Json:
    if scale["patients"] >= smallest:
        return scale
    few = {"refused": _("Fewer than {n} patients have both scores.").format(n=smallest)}
    return {
        **scale,
        "n": None,
        "patients": None,
        **dict.fromkeys(("icc", "limits", "drift", "drift_of_size"), few),
    }


def _item(item: Json, smallest: int) -> Json:
    if item["patients"] >= smallest:
        return item
    return {**item, **dict.fromkeys(("n", "patients", "kappa", "equal"))}


def _deviation(each: Json, smallest: int) -> Json:
    if each["patients"] >= smallest:
        return each
    return {**each, "patients": None, "n": None, **dict.fromkeys(FIGURES)}


def _mean(mean: Json, smallest: int) -> Json:
    return mean if mean["n"] >= smallest else {**mean, "n": None, "sd": None, **dict.fromkeys(FIGURES)}


def _guesser(guesser: Json, smallest: int) -> Json:
    arms = [_arm(each, smallest) for each in guesser["arms"]]
    if all(each["bang"] is not None for each in arms):
        return {**guesser, "arms": arms}
    few = {"refused": _("Withheld: a count of one arm is below {n}.").format(n=smallest)}
    return {**guesser, "arms": arms, "james": guesser["james"] if "refused" in guesser["james"] else few}


def _arm(arm: Json, smallest: int) -> Json:
    if any(0 < arm[name] < smallest for name in ("right", "wrong", "unknown")):
        return {**arm, **dict.fromkeys(("right", "wrong", "unknown", "bang", "confidence", "confident"))}
    if 0 < arm["confident"] < smallest:
        return {**arm, "confidence": None, "confident": None}
    return arm

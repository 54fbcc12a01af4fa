"""What somebody who does not treat the patients may see of a study's figures. Pure.

No figure rests on fewer than ``smallest`` patients, and none follows from those that are shown by subtraction
within a table. Denominators of different time points are all shown: their differences count forms that are
missing, and say nothing of how anybody fared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import floor, log10
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from reports.pages.study.withholding_raters import withhold_agreement, withhold_blinding
from tracking.tongues import in_every_language

Json = Mapping[str, Any]
Reason = (
    str | Mapping[str, str]
)  # as it is stored: in every language, or in English alone by an older version

_OF_THE_STUDY = {"agreement": withhold_agreement, "blinding": withhold_blinding}  # whatever the scores allow

LINE_STEPS = 8  # about so many stretches of a fitted line
_COUNTED = re.compile(r"\b(\d+) (?:complete (?:cases|pairs)|scores|episodes|patients|people)\b")


def withhold(results: Mapping[str, Json], endpoint: str, smallest: int) -> dict[str, Json]:
    """The stored results of one scale of a study by analysis, without what small groups would tell.

    ``endpoint``: the time point at which the outcome is judged. A withheld mean or rate is ``None``; an analysis
    that would tell of a small arm is refused with that reason.
    """
    apart = {
        name: withheld(results[name], smallest) for name, withheld in _OF_THE_STUDY.items() if name in results
    }
    return (
        _of_course({name: found for name, found in results.items() if name not in apart}, endpoint, smallest)
        | apart
    )


def _of_course(results: Mapping[str, Json], endpoint: str, smallest: int) -> dict[str, Json]:
    course = results.get("course")
    if course is None or "means" not in course:
        return {
            name: _refused(_safe(result.get("refused", ""), smallest)) for name, result in results.items()
        }
    if course["patients"] < smallest:
        few = _refused(_("Fewer than {n} patients have a usable score.").format(n=smallest))
        return dict.fromkeys(results, few)
    safe: dict[str, Json] = {"course": _course(course, smallest)}
    hidden = any(mean["n"] is None for mean in safe["course"]["means"])
    small_arm = min(_arm_sizes(course).values(), default=0) < smallest
    few_at_end = min(_sizes_at(course, endpoint).values(), default=0) < smallest
    if "growth" in results:
        safe["growth"] = _growth(results["growth"], smallest, small_arm=small_arm, hidden=hidden)
    if "contrast" in results:
        safe["contrast"] = _contrast(
            results["contrast"], smallest, few=small_arm or few_at_end, hidden=hidden
        )
    if "predict" in results:
        safe["predict"] = _predict(results["predict"], smallest)
    if "relapse" in results:
        safe["relapse"] = _relapse(results["relapse"], smallest)
    if "published" in results:
        rows = [_compared(row, smallest) for row in results["published"]["rows"]]
        safe["published"] = {**results["published"], "rows": rows}
    return safe


def _compared(row: Json, smallest: int) -> Json:
    """A published figure stays; the computed one goes where it rests on a few, or would tell of a few."""
    counts = [row["n"]] if row["met"] is None else [row["n"], row["met"], row["n"] - row["met"]]
    few = _tells(counts, smallest) or (
        row["met"] is not None and _tells_of_all((counts[0], counts[1], counts[2]))
    )
    hidden = dict.fromkeys(("n", "met", "value", "low", "high", "se", "inside")) if few else {}
    reason = _("Withheld: fewer than {n} patients.").format(n=smallest) if few else row["reason"]
    return _undecided({**row, **hidden, "reason": reason}, smallest)


def _refused(reason: Reason) -> Json:
    return {"refused": reason}


def _safe(reason: Reason, smallest: int) -> Reason:
    """A reason without the size of a small group in it.

    What is counted can be told from the English words beside a number. In the other languages a number that counts a
    few in English is made coarse wherever it stands; a sentence that does not have it says no more than that.
    """
    if isinstance(reason, str):
        return _begun(_COUNTED.sub(lambda found: _coarser(found, smallest), reason))
    english = reason[settings.LANGUAGE_CODE]
    few = {found[1] for found in _COUNTED.finditer(english) if 0 < int(found[1]) < smallest}
    instead = in_every_language(lambda: _("fewer than {n}").format(n=smallest))
    withheld = in_every_language(lambda: _("Withheld: fewer than {n} patients.").format(n=smallest))
    safe = {
        code: _without(said, few, instead.get(code, "…")) or withheld.get(code, "…")
        for code, said in reason.items()
        if code != settings.LANGUAGE_CODE
    }
    return {**safe, settings.LANGUAGE_CODE: str(_safe(english, smallest))}


def _coarser(found: re.Match[str], smallest: int) -> str:
    few = 0 < int(found[1]) < smallest
    return found[0].replace(found[1], f"fewer than {smallest}", 1) if few else found[0]


def _without(said: str, counts: Iterable[str], instead: str) -> str:
    """A sentence with these numbers made coarse; nothing where one of them does not stand in it in digits."""
    for count in counts:
        number = re.compile(rf"\b{count}\b")
        if not number.search(said):
            return ""
        said = number.sub(instead, said)
    return _begun(said)


def _begun(said: str) -> str:
    return said[:1].upper() + said[1:]


def _arm_sizes(course: Json) -> dict[str, int]:
    """The most patients of each arm that any figure counts: never more than there are."""
    sizes = _sizes_at(course, None)
    for arm in sizes:
        counted = [each["by_arm"][arm]["n"] for each in course["rates"] if arm in each["by_arm"]]
        sizes[arm] = max([sizes[arm], *counted])
    return sizes


def _sizes_at(course: Json, time_point: str | None) -> dict[str, int]:
    """Patients of each arm seen at a time point, or at the one where most were seen."""
    sizes = dict.fromkeys(course["arms"] or {mean["arm"] for mean in course["means"]}, 0)
    for mean in course["means"]:
        if time_point in (None, mean["time"]):
            sizes[mean["arm"]] = max(sizes.get(mean["arm"], 0), mean["n"])
    return sizes


def _course(course: Json, smallest: int) -> Json:
    means = [mean if mean["n"] >= smallest else _no_figures(mean) for mean in course["means"]]
    return {**course, "means": means, "rates": [_criterion(each, smallest) for each in course["rates"]]}


def _no_figures(mean: Json) -> Json:
    return {**mean, **dict.fromkeys(("n", "mean", "sd", "low", "high"))}


def _criterion(criterion: Json, smallest: int) -> Json:
    """One small cell hides all arms: the whole, less the arms that are shown, would tell it."""
    whole, arms = criterion["all"], criterion["by_arm"]
    if _tells(_counts(whole), smallest) or _tells_of_all(_counts(whole)):
        return {**criterion, "all": None, "by_arm": dict.fromkeys(arms)}
    cells = [_counts(rate) for rate in arms.values()]
    rest = tuple(total - sum(parts) for total, *parts in zip(_counts(whole), *cells, strict=True))
    shown = not any(_tells(cell, smallest) or _tells_of_all(cell) for cell in (*cells, rest))
    by_arm = {arm: _undecided(rate, smallest) if shown else None for arm, rate in arms.items()}
    return {**criterion, "all": _undecided(whole, smallest), "by_arm": by_arm}


def _counts(rate: Json) -> tuple[int, int, int]:
    return rate["n"], rate["met"], rate["n"] - rate["met"]


def _tells(counts: Iterable[int], smallest: int) -> bool:
    """Whether a rate speaks of so few patients, met or not met, that it would point at them."""
    return any(0 < count < smallest for count in counts)


def _tells_of_all(counts: tuple[int, int, int]) -> bool:
    """Whether everybody or nobody of a group met it: then it is a fact about each who is known to be of the group."""
    n, met, not_met = counts
    return n > 0 and 0 in (met, not_met)


def _undecided(rate: Json, smallest: int) -> Json:
    return {**rate, "undecided": None} if _tells([rate["undecided"]], smallest) else rate


def _growth(growth: Json, smallest: int, *, small_arm: bool, hidden: bool) -> Json:
    return {**growth, "models": [_fitted(each, smallest, small_arm, hidden) for each in growth["models"]]}


def _fitted(model: Json, smallest: int, small_arm: bool, hidden: bool) -> Json:
    if "refused" in model:
        return {**model, "refused": _safe(model["refused"], smallest)}
    if small_arm or model["fit"]["n_groups"] < smallest:
        return {
            "random": model["random"],
            "refused": _("Withheld: an arm has fewer than {n} patients.").format(n=smallest),
        }
    return {**model, "fit": _fit(model["fit"], hidden)}


def _fit(fit: Json, hidden: bool) -> Json:
    """Without what was dropped and, where a mean is withheld, without the number of all scores."""
    safe = {name: value for name, value in fit.items() if name != "dropped"}
    return {**safe, "n_obs": None} if hidden else safe


def _contrast(contrast: Json, smallest: int, *, few: bool, hidden: bool) -> Json:
    if "refused" in contrast:
        return _refused(_safe(contrast["refused"], smallest))
    if few:
        return _refused(_("Withheld: an arm has fewer than {n} patients at the endpoint.").format(n=smallest))
    return {**contrast, "fit": _fit(contrast["fit"], hidden)}


def _predict(predict: Json, smallest: int) -> Json:
    if "models" not in predict:
        return _refused(_safe(predict["refused"], smallest))
    enough = [model for model in predict["models"] if model["regression"]["n"] >= smallest]
    few = [model["predictor"] for model in predict["models"] if model["regression"]["n"] < smallest]
    refused = {name: _safe(reason, smallest) for name, reason in predict["refused"].items()}
    return {
        **predict,
        "models": [_model(model) for model in enough],
        "refused": refused | dict.fromkeys(few, _("Fewer than {n} complete cases.").format(n=smallest)),
    }


def _model(model: Json) -> Json:
    """The predictor's own estimate; the terms beside it could be those of a small arm."""
    regression = {name: value for name, value in model["regression"].items() if name != "dropped"}
    own = {model["predictor"]: regression["terms"][model["predictor"]]}
    return {**model, "regression": {**regression, "terms": own}, "line": rounded_line(model["line"])}


def _relapse(found: Json, smallest: int) -> Json:
    if "arms" not in found:
        return _refused(_safe(found["refused"], smallest))
    return {**found, "arms": [_relapse_arm(arm, smallest) for arm in found["arms"]]}


def _relapse_arm(arm: Json, smallest: int) -> Json:
    """One day alone, the last that enough people are followed to: between two days the relapses of a few could be
    counted. A median is the day of one person."""
    found = (arm["n"], arm["relapses"], arm["n"] - arm["relapses"])
    few = _tells(found, smallest) or _tells_of_all(found)
    counts = dict.fromkeys(("n", "relapses") if few else ())
    hidden = dict.fromkeys(("median", "median_low", "median_high", "not_in_remission", "not_followed"))
    kept = [row for row in arm["at"] if row["at_risk"] >= smallest][-1:]
    withheld = _("Withheld: fewer than {n} relapsed, or did not.").format(n=smallest)
    said = withheld if few else arm["refused"]
    return {**arm, **counts, **hidden, "at": [] if few else kept, "refused": said}


def rounded_line(line: list[Json]) -> list[Json]:
    """The fitted line at round values only: its ends are the lowest and the highest value of a patient."""
    xs = [point["x"] for point in line]
    span = max(xs, default=0) - min(xs, default=0)
    if not span:
        return []
    size = 10 ** floor(log10(span / LINE_STEPS))
    step = next(each * size for each in (1, 2, 5, 10) if span / (each * size) <= LINE_STEPS)
    at = np.arange(floor(min(xs) / step) + 1, np.ceil(max(xs) / step)) * step
    columns = {name: np.interp(at, xs, [point[name] for point in line]) for name in ("y", "low", "high")}
    return [
        {"x": float(x), **{name: float(values[index]) for name, values in columns.items()}}
        for index, x in enumerate(at)
    ]

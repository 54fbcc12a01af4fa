"""What somebody who does not treat the patients may see of a study's figures. Pure.

No figure rests on fewer patients than the rule tells of, and none follows from those that are shown by subtraction
within a table: counts are told by ``CountRule``, a total is the sum of its parts as they are told, and shares and
intervals are computed anew from these. A group in which everybody or nobody has an outcome is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from math import floor, log10, sqrt
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from reports.pages.study.withholding_raters import told_mean, withhold_agreement, withhold_blinding
from reports.stats.cohort import rate_of
from reports.stats.counts import CountRule, is_told_of_all
from tracking.tongues import in_every_language

Json = Mapping[str, Any]
Reason = (
    str | Mapping[str, str]
)  # as it is stored: in every language, or in English alone by an older version

_OF_THE_STUDY = {"agreement": withhold_agreement, "blinding": withhold_blinding}  # whatever the scores allow

PERCENT = 100
LINE_STEPS = 8  # about so many stretches of a fitted line
_COUNTED = re.compile(r"\b(\d+) (?:complete (?:cases|pairs)|scores|episodes|patients|people)\b")


def withhold(results: Mapping[str, Json], endpoint: str, rule: CountRule) -> dict[str, Json]:
    """The stored results of one scale of a study by analysis, without what small groups would tell, by the ``rule``.

    ``endpoint``: the time point at which the outcome is judged. A withheld mean or rate is ``None``; an analysis
    that would tell of a small arm is refused with that reason.
    """
    apart = {
        name: withheld(results[name], rule) for name, withheld in _OF_THE_STUDY.items() if name in results
    }
    others = {name: found for name, found in results.items() if name not in apart}
    return {name: _without_df(found) for name, found in (_of_course(others, endpoint, rule) | apart).items()}


def _without_df(result: Any) -> Any:
    """Degrees of freedom are the number of people, less that of coefficients."""
    if isinstance(result, Mapping):
        return {name: _without_df(each) for name, each in result.items() if name != "df"}
    return [_without_df(each) for each in result] if isinstance(result, list | tuple) else result


def _of_course(results: Mapping[str, Json], endpoint: str, rule: CountRule) -> dict[str, Json]:
    course = results.get("course")
    if course is None or "means" not in course:
        return {name: _refused(_safe(result.get("refused", ""), rule)) for name, result in results.items()}
    if course["patients"] < rule.smallest:
        few = _refused(_("Fewer than {n} patients have a usable score.").format(n=rule.smallest))
        return dict.fromkeys(results, few)
    safe: dict[str, Json] = {"course": _course(course, rule)}
    hidden = any(mean["n"] is None for mean in safe["course"]["means"])
    small_arm = min(_arm_sizes(course).values(), default=0) < rule.smallest
    few_at_end = min(_sizes_at(course, endpoint).values(), default=0) < rule.smallest
    if "growth" in results:
        safe["growth"] = _growth(results["growth"], rule, small_arm=small_arm, hidden=hidden)
    if "contrast" in results:
        safe["contrast"] = _contrast(results["contrast"], rule, few=small_arm or few_at_end, hidden=hidden)
    if "predict" in results:
        safe["predict"] = _predict(results["predict"], rule)
    if "relapse" in results:
        safe["relapse"] = _relapse(results["relapse"], rule)
    if "published" in results:
        rows = [_compared(row, rule) for row in results["published"]["rows"]]
        safe["published"] = {**results["published"], "rows": rows}
    return safe


def _compared(row: Json, rule: CountRule) -> Json:
    """A published figure stays; the computed one goes where it rests on a few, or would tell of a few."""
    undecided = {"undecided": rule.told(row["undecided"])}
    n, met = row["n"], row["met"]
    if rule.is_of_a_few(n) if met is None else n > 0 and not _may_be_told(met, n, rule):
        hidden = dict.fromkeys(("n", "met", "value", "low", "high", "se", "inside"))
        return {**row, **undecided, **hidden, "reason": _few(rule)}
    if met is None:
        return {**row, **undecided, "n": rule.rounded(n)}
    counts = _parts(met, n, rule)
    if row["statistic"] == "duration":
        hidden = dict.fromkeys(("value", "low", "high", "inside"))
        told = {"met": counts[0], "n": sum(counts)}
        return {
            **row,
            **undecided,
            **hidden,
            **told,
            "reason": _("Withheld: a median is the day of one person."),
        }
    if row["value"] is None:
        return {**row, **undecided, "met": counts[0], "n": sum(counts)}
    return {**row, **undecided, **_share(*counts, row["published"])}


def _share(met: int, not_met: int, published: float) -> Json:
    """A share in percent with its interval, of counts as they are told."""
    n, rate = met + not_met, asdict(rate_of(met, met + not_met, 0))
    value, low, high = (PERCENT * rate[name] for name in ("proportion", "low", "high"))
    se = sqrt(value * (PERCENT - value) / n)
    inside = low <= published <= high
    return {"met": met, "n": n, "value": value, "low": low, "high": high, "se": se, "inside": inside}


def _few(rule: CountRule) -> str:
    return _("Withheld: fewer than {n} patients.").format(n=rule.smallest)


def _refused(reason: Reason) -> Json:
    return {"refused": reason}


def _safe(reason: Reason, rule: CountRule) -> Reason:
    """A reason without the size of a small group in it.

    What is counted can be told from the English words beside a number. In the other languages a number that counts
    people in English is made coarse wherever it stands; a sentence that does not have it says no more than that.
    """
    if isinstance(reason, str):
        return _begun(
            _COUNTED.sub(lambda found: found[0].replace(found[1], _coarser(found[1], rule), 1), reason)
        )
    english = reason[settings.LANGUAGE_CODE]
    counts = {found[1] for found in _COUNTED.finditer(english)}
    instead = {count: in_every_language(partial(_in_words, count, rule)) for count in counts}
    withheld = in_every_language(lambda: _few(rule))
    safe = {
        code: _without(said, {count: words.get(code, "…") for count, words in instead.items()})
        or withheld.get(code, "…")
        for code, said in reason.items()
        if code != settings.LANGUAGE_CODE
    }
    return {**safe, settings.LANGUAGE_CODE: str(_safe(english, rule))}


def _coarser(count: str, rule: CountRule) -> str:
    told = rule.told(int(count))
    return f"fewer than {rule.smallest}" if told is None else str(told)


def _in_words(count: str, rule: CountRule) -> str:
    told = rule.told(int(count))
    return _("fewer than {n}").format(n=rule.smallest) if told is None else str(told)


def _without(said: str, instead: Mapping[str, str]) -> str:
    """A sentence with these numbers made coarse; nothing where one of them does not stand in it in digits."""
    for count, words in instead.items():
        number = re.compile(rf"\b{count}\b")
        if words != count and not number.search(said):
            return ""
        said = number.sub(words, said)
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


def _course(course: Json, rule: CountRule) -> Json:
    return {
        **course,
        "patients": rule.told(course["patients"]),
        "episodes": rule.told(course["episodes"]),
        "means": [told_mean(mean, rule) for mean in course["means"]],
        "rates": [_criterion(each, rule) for each in course["rates"]],
        "significant_change": None,
    }


def _criterion(criterion: Json, rule: CountRule) -> Json:
    """One small cell hides all arms: the whole, less the arms that are shown, would tell it."""
    whole, arms = criterion["all"], criterion["by_arm"]
    if not _rate_may_be_told(whole, rule):
        return {**criterion, "all": None, "by_arm": dict.fromkeys(arms)}
    rest = {
        name: whole[name] - sum(rate[name] for rate in arms.values()) for name in ("n", "met", "undecided")
    }
    parts = [*arms.values(), rest]
    if not all(_rate_may_be_told(each, rule) for each in parts):
        return {**criterion, "all": _rate([whole], rule), "by_arm": dict.fromkeys(arms)}
    told = {arm: _rate([rate], rule) for arm, rate in arms.items()}
    return {**criterion, "all": _rate(parts, rule), "by_arm": told}


def _rate(parts: Sequence[Json], rule: CountRule) -> Json:
    """The rate of these parts together, each counted as it is told. Who is undecided is withheld where a part of them
    is: the whole less the others would tell it."""
    counts = [_parts(each["met"], each["n"], rule) for each in parts]
    met, not_met = (sum(column) for column in zip(*counts, strict=True))
    undecided = [rule.told(each["undecided"]) for each in parts]
    told = {"undecided": None if None in undecided else sum(each or 0 for each in undecided)}
    return {**asdict(rate_of(met, met + not_met, 0)), **told}


def _parts(met: int, n: int, rule: CountRule) -> tuple[int, int]:
    return rule.rounded(met), rule.rounded(n - met)


def _rate_may_be_told(rate: Json, rule: CountRule) -> bool:
    return rate["n"] == 0 or _may_be_told(rate["met"], rate["n"], rule)


def _may_be_told(met: int, n: int, rule: CountRule) -> bool:
    """Whether an outcome of a group may be told: neither of a few, met or not met, nor of everybody or nobody."""
    return not (rule.is_of_a_few(n, met, n - met) or is_told_of_all(met, n))


def _growth(growth: Json, rule: CountRule, *, small_arm: bool, hidden: bool) -> Json:
    return {**growth, "models": [_fitted(each, rule, small_arm, hidden) for each in growth["models"]]}


def _fitted(model: Json, rule: CountRule, small_arm: bool, hidden: bool) -> Json:
    if "refused" in model:
        return {**model, "refused": _safe(model["refused"], rule)}
    if small_arm or model["fit"]["n_groups"] < rule.smallest:
        return {
            "random": model["random"],
            "refused": _("Withheld: an arm has fewer than {n} patients.").format(n=rule.smallest),
        }
    return {**model, "fit": _fit(model["fit"], rule, hidden)}


def _fit(fit: Json, rule: CountRule, hidden: bool) -> Json:
    """Without what was dropped and, where a mean is withheld, without the number of all scores."""
    safe = {name: value for name, value in fit.items() if name != "dropped"}
    scores = None if hidden else rule.told(fit["n_obs"])
    return {**safe, "n_obs": scores, "n_groups": rule.told(fit["n_groups"])}


def _contrast(contrast: Json, rule: CountRule, *, few: bool, hidden: bool) -> Json:
    if "refused" in contrast:
        return _refused(_safe(contrast["refused"], rule))
    if few:
        return _refused(
            _("Withheld: an arm has fewer than {n} patients at the endpoint.").format(n=rule.smallest)
        )
    return {**contrast, "fit": _fit(contrast["fit"], rule, hidden)}


def _predict(predict: Json, rule: CountRule) -> Json:
    if "models" not in predict:
        return _refused(_safe(predict["refused"], rule))
    enough = [model for model in predict["models"] if model["regression"]["n"] >= rule.smallest]
    few = [model["predictor"] for model in predict["models"] if model["regression"]["n"] < rule.smallest]
    refused = {name: _safe(reason, rule) for name, reason in predict["refused"].items()}
    return {
        **predict,
        "models": [_model(model, rule) for model in enough],
        "refused": refused | dict.fromkeys(few, _("Fewer than {n} complete cases.").format(n=rule.smallest)),
    }


def _model(model: Json, rule: CountRule) -> Json:
    """The predictor's own estimate; the terms beside it could be those of a small arm."""
    regression = {name: value for name, value in model["regression"].items() if name != "dropped"}
    own = {model["predictor"]: regression["terms"][model["predictor"]]}
    told = {**regression, "n": rule.told(regression["n"]), "terms": own}
    return {**model, "regression": told, "line": rounded_line(model["line"])}


def _relapse(found: Json, rule: CountRule) -> Json:
    if "arms" not in found:
        return _refused(_safe(found["refused"], rule))
    return {**found, "arms": [_relapse_arm(arm, rule) for arm in found["arms"]]}


def _relapse_arm(arm: Json, rule: CountRule) -> Json:
    """One day alone, the last that enough people are followed to: between two days the relapses of a few could be
    counted. A median is the day of one person."""
    n, relapses = arm["n"], arm["relapses"]
    hidden = dict.fromkeys(("median", "median_low", "median_high", "not_in_remission", "not_followed"))
    if n > 0 and not _may_be_told(relapses, n, rule):
        withheld = _("Withheld: fewer than {n} relapsed, or did not.").format(n=rule.smallest)
        return {**arm, **hidden, "n": None, "relapses": None, "at": [], "refused": withheld}
    relapsed, others = _parts(relapses, n, rule)
    kept = [row for row in arm["at"] if _step_may_be_told(row, n, rule)][-1:]
    at = [
        {**row, "at_risk": rule.told(row["at_risk"]), "relapses": rule.told(row["relapses"])} for row in kept
    ]
    return {**arm, **hidden, "n": relapsed + others, "relapses": relapsed, "at": at}


def _step_may_be_told(row: Json, n: int, rule: CountRule) -> bool:
    """Whether the curve may be read at this day. Figures of an older version do not say how many had relapsed."""
    return row["at_risk"] >= rule.smallest and _may_be_told(row.get("relapses", 0), n, rule)


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

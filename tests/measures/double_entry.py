"""An instrument's definition written in the short form of tests/data/double_entry.toml."""

import re
from collections import defaultdict
from itertools import groupby

from measures.instrument import Instrument, Item, Outcome, Scale, Skip
from measures.words.phrases import number

SIDES = {"higher_is_worse": "worse", "higher_is_better": "better", "neutral": "neutral"}
DROPS = ("reliable_points", "mcid", "response", "partial_response", "deterioration")


def short_form(instrument: Instrument) -> dict[str, object]:
    """Everything in a definition that decides a score or a conclusion; parts that it does not have are left out."""
    parts: dict[str, object] = {
        "items": answers(instrument),
        "unscored": runs([item.code for item in instrument.items if not item.scored]),
        "reverse": runs([item.code for item in instrument.items if item.reverse]),
        "critical": {
            item.code: f"{number(item.critical.review)} {optional(item.critical.urgent)}"
            for item in instrument.items
            if item.critical
        },
        "skips": [skip_form(skip) for skip in instrument.skips],
        "scales": {scale.key: scale_form(scale) for scale in instrument.scales},
        "missing": {
            scale.key: f"{scale.missing.policy} {scale.missing.up_to}"
            for scale in instrument.scales
            if scale.missing.up_to
        },
        "bands": {
            f"{scale.key} {one.key}": " ".join(span(band.low, band.high) for band in one.bands)
            for scale in instrument.scales
            for one in scale.band_sets
        },
        "outcomes": {outcome.key: outcome_form(outcome) for outcome in instrument.outcomes},
        "levels": {
            one.key: ", ".join([one.lowest, *(f"{step.key}: {step.outcome}" for step in one.steps)])
            for one in instrument.levels
        },
        "change": change_form(instrument),
    }
    return {name: part for name, part in parts.items() if part}


def runs(codes: list[str]) -> str:
    """ "1-3 7 fear_1-5": neighbours in one number, in the order given."""
    said: list[str] = []
    for key, group in groupby(enumerate(codes), key=_stretch):
        first, *rest = [code for _, code in group]
        said.append(f"{first}-{rest[-1].removeprefix(str(key[0]))}" if rest else first)
    return " ".join(said)


def _stretch(placed: tuple[int, str]) -> tuple[str, int]:
    """The same for codes that follow each other: what stands before the number, and number less place."""
    place, code = placed
    found = re.fullmatch(r"(\D*)(\d+)", code)
    return (found[1], int(found[2]) - place) if found else (code, place)


def answers(instrument: Instrument) -> dict[str, str]:
    codes = defaultdict(list)
    for item in instrument.items:
        codes[answer_form(item)].append(item.code)
    return {form: runs(those) for form, those in codes.items()}


def answer_form(item: Item) -> str:
    if item.kind == "boolean":
        return "yes or no"
    if item.kind == "text":
        return f"text {item.max_length}"
    if item.kind == "number":
        return f"number {span(item.minimum, item.maximum)}{' decimals' if item.decimals else ''}"
    values = sorted(option.value for option in item.options)
    steps = {after - before for before, after in zip(values, values[1:], strict=False)}
    if steps == {1}:
        return span(values[0], values[-1])
    if len(steps) == 1 and len(values) > 3:
        return f"{span(values[0], values[-1])} by {number(steps.pop())}"
    return " ".join(map(number, values))


def scale_form(scale: Scale) -> str:
    made_of = " | ".join(runs(list(group)) for group in scale.groups) or runs(list(scale.items))
    rest = (" decimals" if scale.decimals else "") + ("" if scale.skips else ", skips are gaps")
    return f"{scale.rule} {made_of or span(scale.minimum, scale.maximum)} {SIDES[scale.direction]}{rest}"


def skip_form(skip: Skip) -> str:
    bound = f" <= {number(skip.at_most)}" if skip.at_most is not None else ""
    bound += f" >= {number(skip.at_least)}" if skip.at_least is not None else ""
    counts = f" counts {number(skip.counts_as)}" if skip.counts_as is not None else ""
    struck = " struck out" if skip.strikes else ""
    return f"{runs(list(skip.items))} when {runs(list(skip.when))}{bound}{counts}{struck}"


def outcome_form(outcome: Outcome) -> str:
    given = {
        name: runs(value) if name in {"items", "core"} else value
        for name, value in outcome.parameters.items()
    }
    forms = {
        "is_true": "{item} is yes",
        "item_at_least": "{item} >= {cut}",
        "item_at_most": "{item} <= {cut}",
        "longer_than": "{item} above {than}, at it {at_boundary}",
        "count_at_least": "{count} of {items} at {cut}",
        "score_at_least": "{scale} >= {cut}",
        "score_at_most": "{scale} <= {cut}",
        "score_below": "{scale} < {cut}",
        "percent_at_least": "{scale} >= {percent} %",
    }
    if outcome.algorithm in {"all_of", "any_of"}:
        return f"{outcome.algorithm.replace('_', ' ')} {' '.join(given['outcomes'])}"
    if outcome.algorithm == "syndrome":
        among = runs([*outcome.parameters["core"], *outcome.parameters["others"]])
        own = "".join(f", {code} at {cut}" for code, cut in given["cuts"].items())
        return f"1 of {given['core']} and {given['at_least']} to {given['at_most']} of {among} at {given['cut']}{own}"
    return forms[outcome.algorithm].format(**given)


def change_form(instrument: Instrument) -> dict[str, str]:
    rules = instrument.change
    if rules is None:
        return {}
    form = {"scale": rules.scale}
    for name in DROPS:
        drop = getattr(rules, name)
        if drop is not None:
            form[name] = (
                f"{number(drop.points)} points" if drop.points is not None else f"{number(drop.percent)} %"
            )
    if rules.reliability is not None:
        form["reliability"] = f"SD {rules.reliability.sd}, r {rules.reliability.reliability}"
    if rules.cutoff is not None:
        form["cutoff"] = number(rules.cutoff.threshold)
    if rules.remission is not None:
        one = rules.remission
        form["remission"] = f"{number(one.threshold)}, {one.days} days, {one.assessments} assessments"
        form["remission"] += f", without {one.absent_outcome}" if one.absent_outcome else ""
    if rules.relapse is not None:
        one = rules.relapse
        form["relapse"] = (
            f"{number(one.threshold)}, confirmed in {one.confirm_within_days} days, recovery {one.recovery_days} days"
        )
    return form


def span(low: float, high: float) -> str:
    return f"{number(low)}-{number(high)}"


def optional(value: float | None) -> str:
    return "-" if value is None else number(value)

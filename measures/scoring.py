"""From answers to scores: one pass over an instrument's definition, exact, no clinical number of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal

from measures.algorithms import ALGORITHMS, Case
from measures.errors import AnswerError, UnknownNumbering
from measures.exact import exact, plain, round_half_up
from measures.instrument import Critical, Instrument, Item, Number, Rule, Scale
from measures.result import Answer, CriticalState, ScaleResult, Scored

__all__ = ["Answer", "ScaleResult", "Scored", "check_answer", "critical_level", "score", "score_total"]

# What a complete sum over n items with a given highest sum comes to under each rule.
_RULES: dict[Rule, Callable[[Fraction, int, Fraction], Fraction]] = {
    "sum": lambda total, n, highest: total,
    "mean": lambda total, n, highest: total / n,
    "percent_of_max": lambda total, n, highest: 100 * total / highest,
}


def score(instrument: Instrument, answers: Mapping[str, object], numbering: str | None = None) -> Scored:
    """Score one set of answers.

    ``answers`` maps item codes to values; absent and ``None`` both mean unanswered. With ``numbering``
    the codes are those of another numbering that the instrument's file lists ("socq" for MEQ30).

    Missing answers: a scale's value is ``None`` as soon as one of its items is unanswered; see
    ``ScaleResult`` for the estimate, ``algorithms`` for three-valued conclusions.

    Raises ``AnswerError`` for the first answer that cannot be accepted (it is never clipped or dropped) and
    for a declared scale without items (see ``score_total``); ``UnknownNumbering``.
    """
    if not instrument.items:
        raise AnswerError("answers", f"cannot be scored: of {instrument.key} only totals are known")
    cleaned = _clean(instrument, answers, numbering)
    scales = {scale.key: _score_scale(instrument, scale, cleaned) for scale in instrument.scales}
    return Scored(
        instrument_key=instrument.key,
        version=instrument.version,
        scales=scales,
        outcomes=_decide(instrument, cleaned, scales),
        critical={
            item.code: _critical_state(item.critical, cleaned[item.code])
            for item in instrument.items
            if item.critical
        },
        answers=cleaned,
    )


def check_answer(item: Item, value: object) -> Answer:
    """The answer to one item, cleaned: 2.0 becomes 2, ``None`` stays unanswered.

    Raises ``AnswerError`` with a reason that says what is allowed and never repeats what was given.
    """
    if value is None:
        return None
    if item.kind == "boolean":
        if not isinstance(value, bool):
            raise AnswerError(item.code, "must be true or false")
        return value
    number = _finite_number(item.code, value)
    if item.kind == "choice":
        _check_choice(item, number)
    else:
        _check_range(item, number)
    return int(number) if number == int(number) else number


def score_total(instrument: Instrument, scale_key: str, total: object) -> ScaleResult:
    """The score of a scale of which only the total is known, as it was entered somewhere else.

    No item was seen, so nothing is known of missing answers: ``items_answered`` and ``items_missing`` are
    both 0, and neither conclusions nor safety items can be read from it.

    Raises ``AnswerError`` (``item`` is the scale) for a total that the scale cannot reach, ``KeyError``.
    """
    scale = instrument.scale(scale_key)
    number = exact(_finite_number(scale.key, total))
    if not exact(scale.minimum) <= number <= exact(scale.maximum):
        raise AnswerError(scale.key, f"must be from {scale.minimum} to {scale.maximum}")
    if number.denominator != 1 and _comes_whole(instrument, scale):
        raise AnswerError(scale.key, "must be a whole number")
    band_set = scale.band_sets[0].key if scale.band_sets else None
    return ScaleResult(
        value=plain(number),
        partial=0,
        items_answered=0,
        items_missing=0,
        prorated=None,
        band=_band(scale, number),
        band_set=band_set,
        sum=plain(number) if scale.rule == "sum" else None,
        mean=float(number) if scale.rule == "mean" else None,
        percent=float(number) if scale.rule == "percent_of_max" else None,
    )


def critical_level(
    instrument: Instrument, item_code: str, value: Answer
) -> Literal["review", "urgent"] | None:
    """How alarming one answer is. ``None``: not a safety item, below its threshold, or unanswered.

    An unanswered safety item is no denial: ask ``Scored.critical`` for that. Raises ``KeyError`` for an
    unknown item.
    """
    critical = instrument.item(item_code).critical
    if critical is None or value is None or value < critical.review:
        return None
    return "urgent" if critical.urgent is not None and value >= critical.urgent else "review"


def _finite_number(code: str, value: object) -> Number:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise AnswerError(code, "must be a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise AnswerError(code, "must be a finite number")
    return value


def _comes_whole(instrument: Instrument, scale: Scale) -> bool:
    """A sum of whole answers is whole. Of a declared scale no item is known; its sum is taken to be whole."""
    items = [instrument.item(code) for code in scale.items]
    return scale.rule == "sum" and all(
        not item.decimals and all(option.value == int(option.value) for option in item.options)
        for item in items
    )


def _check_choice(item: Item, number: Number) -> None:
    allowed = [option.value for option in item.options]
    if number not in allowed:
        raise AnswerError(item.code, f"must be one of {', '.join(map(str, allowed))}")


def _check_range(item: Item, number: Number) -> None:
    if not item.minimum <= number <= item.maximum:
        raise AnswerError(item.code, f"must be from {item.minimum} to {item.maximum}")
    if number != int(number) and not item.decimals:
        raise AnswerError(item.code, "must be a whole number")


def _clean(instrument: Instrument, answers: Mapping[str, object], numbering: str | None) -> dict[str, Answer]:
    items = _items_by_code(instrument, numbering)
    cleaned: dict[str, Answer] = dict.fromkeys(item.code for item in instrument.items)
    for given, value in answers.items():
        item = items.get(given)
        if item is None:
            raise AnswerError(str(given)[:40], f"is not an item of {instrument.key}")
        try:
            cleaned[item.code] = check_answer(item, value)
        except AnswerError as error:  # the sender knows the item by the code that was sent
            raise AnswerError(given, error.reason) from None
    return cleaned


def _items_by_code(instrument: Instrument, numbering: str | None) -> dict[str, Item]:
    if numbering is None:
        return {item.code: item for item in instrument.items}
    if numbering not in instrument.numberings:
        raise UnknownNumbering(f"{instrument.key} has no item numbering {numbering!r}")
    return {item.aliases[numbering]: item for item in instrument.items if numbering in item.aliases}


def _score_scale(instrument: Instrument, scale: Scale, answers: Mapping[str, Answer]) -> ScaleResult:
    given = [exact(answer) for code in scale.items if (answer := answers[code]) is not None]
    n, missing = len(scale.items), len(scale.items) - len(given)
    highest = sum((exact(item.maximum) for item in instrument.items_of(scale)), Fraction(0))
    partial = sum(given, Fraction(0))
    total = partial if not missing else None
    value = None if total is None else _RULES[scale.rule](total, n, highest)
    estimate = None
    if given and 0 < missing <= scale.prorate_up_to:
        estimate = _RULES[scale.rule](partial * n / len(given), n, highest)
    return ScaleResult(
        value=None if value is None else plain(value),
        partial=plain(partial),
        items_answered=len(given),
        items_missing=missing,
        prorated=None if estimate is None else plain(estimate),
        band=_band(scale, value if value is not None else estimate),
        band_set=scale.band_sets[0].key if scale.band_sets else None,
        sum=None if total is None else plain(total),
        mean=None if total is None else float(total / n),
        percent=None if total is None else float(100 * total / highest),
    )


def _band(scale: Scale, value: Fraction | None) -> str | None:
    if value is None:
        return None
    points = round_half_up(value)
    return next((band.key for band in scale.bands if band.low <= points <= band.high), None)


def _decide(
    instrument: Instrument, answers: Mapping[str, Answer], scales: Mapping[str, ScaleResult]
) -> dict[str, bool | None]:
    decided: dict[str, bool | None] = {}
    for outcome in instrument.outcomes:
        case = Case(instrument, answers, scales, decided)
        decided[outcome.key] = ALGORITHMS[outcome.algorithm].decide(case, **outcome.parameters)
    return decided


def _critical_state(critical: Critical, answer: Answer) -> CriticalState:
    if answer is None:
        return "unanswered"
    return "endorsed" if answer >= critical.review else "denied"

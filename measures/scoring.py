"""From answers to scores: one pass over an instrument's definition, exact, no clinical number of its own.

The steps: every answer is checked (``check_answer``), items that need no answer are found (``skips``), each
scale is computed (``scales``), conclusions are drawn (``algorithms``, ``levels``), safety items are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal
from unicodedata import category

from measures.algorithms import ALGORITHMS, Case
from measures.errors import AnswerError, UnknownNumbering
from measures.exact import exact, plain
from measures.instrument import Critical, Instrument, Item, Number, Policy, Scale
from measures.language import gettext as _
from measures.language import ngettext, written
from measures.levels import levels_of
from measures.result import Answer, CriticalState, Reply, ScaleResult, Scored
from measures.scales import band_of, score_scale
from measures.skips import skipped

__all__ = [
    "Answer",
    "ScaleResult",
    "Scored",
    "check_answer",
    "critical_level",
    "items_by_code",
    "score",
    "score_total",
    "skipped",
    "with_policy",
]


_UNWRITTEN = {"Cc", "Cs", "Cn"}  # control characters, half a surrogate pair, code points of nothing


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
        reason = _("cannot be scored: of {instrument} only totals are known")
        raise AnswerError("answers", reason.format(instrument=instrument.key))
    cleaned = _clean(instrument, answers, numbering)
    replies = {code: answer for code, answer in cleaned.items() if not isinstance(answer, str)}
    left_out = skipped(instrument, cleaned)
    scales = {scale.key: score_scale(instrument, scale, replies, left_out) for scale in instrument.scales}
    outcomes = _decide(instrument, replies | left_out, scales)
    return Scored(
        instrument_key=instrument.key,
        version=instrument.version,
        scales=scales,
        outcomes=outcomes,
        levels=levels_of(instrument, outcomes),
        critical={
            item.code: _critical_state(item.critical, replies[item.code])
            for item in instrument.items
            if item.critical and item.code not in left_out
        },
        answers=cleaned,
    )


def with_policy(instrument: Instrument, policy: Policy) -> Instrument:
    """The instrument with another named policy for missing answers on every scale that has an estimate."""
    scales = (
        replace(scale, missing=replace(scale.missing, policy=policy)) if scale.missing.up_to else scale
        for scale in instrument.scales
    )
    return replace(instrument, scales=tuple(scales))


def check_answer(item: Item, value: object) -> Answer:
    """The answer to one item, cleaned: 2.0 becomes 2, an empty text or ``None`` is unanswered.

    Raises ``AnswerError`` with a reason that says what is allowed and never repeats what was given.
    """
    if value is None:
        return None
    if item.kind == "boolean":
        if not isinstance(value, bool):
            raise AnswerError(item.code, _("must be true or false"))
        return value
    if item.kind == "text":
        return _checked_text(item, value)
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
        raise AnswerError(scale.key, _not_within(scale))
    if number.denominator != 1 and _comes_whole(instrument, scale):
        raise AnswerError(scale.key, _("must be a whole number"))
    band_set = scale.band_sets[0].key if scale.band_sets else None
    return ScaleResult(
        value=plain(number),
        partial=0,
        items_answered=0,
        items_missing=0,
        prorated=None,
        band=band_of(scale, number),
        band_set=band_set,
        sum=None if scale.rule in {"mean", "percent_of_max"} else plain(number),
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
    if critical is None or value is None or isinstance(value, str) or value < critical.review:
        return None
    return "urgent" if critical.urgent is not None and value >= critical.urgent else "review"


def items_by_code(instrument: Instrument, numbering: str | None) -> dict[str, Item]:
    """The items under the codes of a numbering, or under their own. Raises ``UnknownNumbering``."""
    if numbering is None:
        return {item.code: item for item in instrument.items}
    if numbering not in instrument.numberings:
        raise UnknownNumbering(f"{instrument.key} has no item numbering {numbering!r}")
    return {item.aliases[numbering]: item for item in instrument.items if numbering in item.aliases}


def _finite_number(code: str, value: object) -> Number:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise AnswerError(code, _("must be a number"))
    if isinstance(value, float) and not math.isfinite(value):
        raise AnswerError(code, _("must be a finite number"))
    return value


def _checked_text(item: Item, value: object) -> str | None:
    if not isinstance(value, str):
        raise AnswerError(item.code, _("must be a text"))
    text = value.strip()
    if len(text) > item.max_length:
        reason = ngettext(
            "must not be longer than {n} character",
            "must not be longer than {n} characters",
            item.max_length,
        )
        raise AnswerError(item.code, reason.format(n=item.max_length))
    if any(category(character) in _UNWRITTEN and character not in "\n\t" for character in text):
        raise AnswerError(item.code, _("must not have control characters"))
    return text or None


def _comes_whole(instrument: Instrument, scale: Scale) -> bool:
    """A sum of whole answers is whole. Of a score-only scale no item is known; its sum is taken to be whole
    unless its definition says otherwise."""
    items = [instrument.item(code) for code in scale.items]
    comes_whole = scale.rule not in {"mean", "percent_of_max"} and not scale.decimals
    return comes_whole and all(
        not item.decimals and all(option.value == int(option.value) for option in item.options)
        for item in items
    )


def _check_choice(item: Item, number: Number) -> None:
    allowed = [option.value for option in item.options]
    if number not in allowed:
        values = ", ".join(written(str(value)) for value in allowed)
        raise AnswerError(item.code, _("must be one of {values}").format(values=values))


def _check_range(item: Item, number: Number) -> None:
    if not item.minimum <= number <= item.maximum:
        raise AnswerError(item.code, _not_within(item))
    if number != int(number) and not item.decimals:
        raise AnswerError(item.code, _("must be a whole number"))


def _not_within(part: Item | Scale) -> str:
    lowest, highest = written(str(part.minimum)), written(str(part.maximum))
    return _("must be from {lowest} to {highest}").format(lowest=lowest, highest=highest)


def _clean(instrument: Instrument, answers: Mapping[str, object], numbering: str | None) -> dict[str, Answer]:
    items = items_by_code(instrument, numbering)
    cleaned: dict[str, Answer] = dict.fromkeys(item.code for item in instrument.items)
    for given, value in answers.items():
        item = items.get(given)
        if item is None:
            reason = _("is not an item of {instrument}").format(instrument=instrument.key)
            raise AnswerError(str(given)[:40], reason)
        try:
            cleaned[item.code] = check_answer(item, value)
        except AnswerError as error:  # the sender knows the item by the code that was sent
            raise AnswerError(given, error.reason) from None
    return cleaned


def _decide(
    instrument: Instrument, answers: Mapping[str, Reply], scales: Mapping[str, ScaleResult]
) -> dict[str, bool | None]:
    decided: dict[str, bool | None] = {}
    for outcome in instrument.outcomes:
        case = Case(instrument, answers, scales, decided)
        decided[outcome.key] = ALGORITHMS[outcome.algorithm].decide(case, **outcome.parameters)
    return decided


def _critical_state(critical: Critical, answer: Reply) -> CriticalState:
    if answer is None:
        return "unanswered"
    return "endorsed" if answer >= critical.review else "denied"

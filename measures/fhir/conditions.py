"""When is an item asked? Skip rules as ``enableWhen``, where flat conditions can say exactly the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from measures.exact import exact
from measures.fhir.names import answers_system, code_of
from measures.instrument import Instrument, Item, Number, Skip

Condition = dict[str, object]


@dataclass(frozen=True, slots=True)
class Enabled:
    """The item is asked when all, or any, of these conditions hold."""

    when: tuple[Condition, ...]
    behaviour: Literal["all", "any"] = "all"


def skips_of(instrument: Instrument, item: Item) -> list[Skip]:
    """The rules by which this item may need no answer."""
    return [skip for skip in instrument.skips if item.code in skip.items]


def enabled(instrument: Instrument, item: Item) -> Enabled | None:
    """When the item is asked. ``None``: flat conditions cannot say it, and nothing else is said in its place.

    FHIR's ``!=`` holds for an unanswered question, too, as an unanswered item makes no skip rule apply. Two
    items that excuse each other would each hide the other's answer, so they are not said this way.
    """
    said = [_unless(instrument, skip) for skip in skips_of(instrument, item)]
    known = [each for each in said if each is not None]
    if len(known) < len(said):
        return None
    if len(known) == 1:
        return known[0]
    if any(each.behaviour == "any" and len(each.when) > 1 for each in known):
        return None
    return Enabled(tuple(condition for each in known for condition in each.when))


def in_words(skip: Skip) -> str:
    """One skip rule as a sentence for whoever builds a form."""
    bound = "" if skip.at_most is None else f" at most {skip.at_most}"
    bound = bound if skip.at_least is None else f" at least {skip.at_least}"
    many = len(skip.when) > 1
    bound = bound and f" {'and add up to' if many else 'with'}{bound}"
    given = f"Needs no answer when {_list(skip.when)} {'are' if many else 'is'} answered{bound}"
    counted = "" if skip.counts_as is None else f"; it then counts as {skip.counts_as}"
    struck = "; an answer given all the same does not count" if skip.strikes else ""
    return f"{given}{counted}{struck}."


def _list(codes: Iterable[str]) -> str:
    return " and ".join(f"item {code}" for code in codes)


def _unless(instrument: Instrument, skip: Skip) -> Enabled | None:
    """Asked unless this rule applies."""
    when = [instrument.item(code) for code in skip.when]
    if _is_mutual(instrument, skip):
        return None
    if skip.at_most is None and skip.at_least is None:
        return Enabled(tuple(_unanswered(item) for item in when), "any")
    if len(when) > 1:
        return _unless_all_at_one_end(instrument, skip, when)
    if when[0].kind == "number":
        return Enabled((_unanswered(when[0]), _beyond(when[0], skip)), "any")
    return Enabled(
        tuple(
            _is_not(instrument, when[0], value) for value in _values(when[0]) if _within(skip, exact(value))
        )
    )


def _is_mutual(instrument: Instrument, skip: Skip) -> bool:
    return any(
        set(skip.items) & set(other.when) and set(skip.when) & set(other.items) for other in instrument.skips
    )


def _unless_all_at_one_end(instrument: Instrument, skip: Skip, when: list[Item]) -> Enabled | None:
    """Exact where only one set of answers makes the rule apply: every item at its lowest, or its highest."""
    if any(item.kind == "number" for item in when):
        return None
    ends = [sorted(_values(item), reverse=skip.at_least is not None) for item in when]
    total = sum((exact(values[0]) for values in ends), Fraction(0))
    step = min((exact(values[1]) - exact(values[0]) for values in ends), key=abs)
    if not _within(skip, total) or _within(skip, total + step):
        return None
    pairs = zip(when, ends, strict=True)
    return Enabled(tuple(_is_not(instrument, item, values[0]) for item, values in pairs), "any")


def _values(item: Item) -> list[Number]:
    return [0, 1] if item.kind == "boolean" else [option.value for option in item.options]


def _within(skip: Skip, total: Fraction) -> bool:
    if skip.at_most is not None:
        return total <= exact(skip.at_most)
    return skip.at_least is not None and total >= exact(skip.at_least)


def _unanswered(item: Item) -> Condition:
    return {"question": item.code, "operator": "exists", "answerBoolean": False}


def _is_not(instrument: Instrument, item: Item, value: Number) -> Condition:
    condition: Condition = {"question": item.code, "operator": "!="}
    if item.kind == "boolean":
        return condition | {"answerBoolean": bool(value)}
    return condition | {"answerCoding": {"system": answers_system(instrument), "code": code_of(value)}}


def _beyond(item: Item, skip: Skip) -> Condition:
    bound = skip.at_most if skip.at_most is not None else skip.at_least
    operator = ">" if skip.at_most is not None else "<"
    kind = "answerDecimal" if item.decimals else "answerInteger"
    return {"question": item.code, "operator": operator, kind: bound}

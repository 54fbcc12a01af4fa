"""Terms: how one figure is looked up in what was computed for a case of a vector file.

A vector file names its figures in its own way ("band_snaith1986", "cut_31"); ``files`` lists, file
by file, which term each name stands for. A term only looks up: the rules stand in the instruments' files.
It raises ``KeyError`` for a scale, outcome or item that the instrument does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from measures import change, registry
from measures.algorithms import count_present
from measures.exact import exact, round_half_up
from measures.instrument import Instrument, Policy
from measures.result import Scored
from measures.scoring import critical_level, score, skipped, with_policy

Term = Callable[[Any], object]
Count = Callable[[Scored], int]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How one vector file is read: what a case comes to, and the term for each key of its ``expect``."""

    read: Callable[[Mapping[str, Any]], object]
    terms: Mapping[str, Term]


def scoring(
    key: str, terms: Mapping[str, Term], *, numbering: str | None = None, policy: Policy | None = None
) -> Vocabulary:
    """Cases that are scored by one instrument: ``policy`` for missing answers when not the shipped one."""

    def read(case: Mapping[str, Any]) -> Scored:
        instrument = registry.get(key, case.get("version"))
        chosen = with_policy(instrument, policy) if policy else instrument
        return score(chosen, case["answers"], case.get("numbering", numbering))

    return Vocabulary(read, terms)


def instrument_of(scored: Scored) -> Instrument:
    """The instrument, as shipped, that a result was computed by."""
    return registry.get(scored.instrument_key, scored.version)


def scale(key: str, field: str = "value") -> Term:
    """One field of a scale's result."""
    return lambda scored: getattr(scored.scales[key], field)


def totals(key: str = "total") -> dict[str, Term]:
    """The three keys that most files have: the strict total, the sum of what was answered, the gaps."""
    return {
        "total": scale(key),
        "partial_sum": scale(key, "partial"),
        "n_missing": scale(key, "items_missing"),
    }


def metrics(prefix: str, key: str) -> dict[str, Term]:
    """Sum, mean and percentage of one scale."""
    return {f"{prefix}{metric}": scale(key, metric) for metric in ("sum", "mean", "percent")}


def outcome(key: str) -> Term:
    """A three-valued conclusion."""
    return lambda scored: scored.outcomes[key]


def answer(item: str) -> Term:
    """The answer to one item."""
    return lambda scored: scored.answers[item]


def strictly(term: Term) -> Term:
    """The term when no estimate is allowed. Most files conclude from the strict total alone."""

    def without_estimate(scored: Scored) -> object:
        return term(score(with_policy(instrument_of(scored), "strict"), scored.answers))

    return without_estimate


def endorsed(item: str) -> Term:
    """A safety item: true when endorsed, false when denied, open when unanswered."""
    return lambda scored: {"endorsed": True, "denied": False, "unanswered": None}[scored.critical[item]]


def urgent(item: str) -> Term:
    """The answer to a safety item is at its urgent threshold or above."""

    def is_urgent(scored: Scored) -> bool | None:
        given = scored.answers[item]
        return None if given is None else critical_level(instrument_of(scored), item, given) == "urgent"

    return is_urgent


def band_in(key: str, band_set: str) -> Term:
    """The band of the strict score in one set of the scale, whichever set is the first."""

    def band(scored: Scored) -> str | None:
        value = scored.scales[key].value
        bands = {one.key: one.bands for one in instrument_of(scored).scale(key).band_sets}[band_set]
        return next((one.key for one in bands if value is not None and one.low <= value <= one.high), None)

    return band


def in_remission_range(scored: Scored) -> bool | None:
    """The strict score of the primary scale meets the remission threshold."""
    instrument = instrument_of(scored)
    primary = instrument.primary_scale
    value = scored.scales[primary.key].value
    if value is None or instrument.change is None:
        return None
    return change.remission_met(instrument.change, value, primary.direction)


def present(key: str, among: str = "items") -> Count:
    """How many of the items that an outcome counts are present. ``among``: the parameter that lists them."""

    def count(scored: Scored) -> int:
        rule: dict[str, Any] = instrument_of(scored).outcome(key).parameters
        replies = {code: given for code, given in scored.answers.items() if not isinstance(given, str)}
        return count_present(replies, rule[among], rule["cut"], rule.get("cuts", {}))[0]

    return count


def in_all(*counts: Count) -> Term:
    """Several counts added up."""
    return lambda scored: sum(count(scored) for count in counts)


def mean_answered(key: str) -> Term:
    """The mean of the answers that were given, without regard to the gaps."""

    def mean(scored: Scored) -> float | None:
        result = scored.scales[key]
        return result.partial / result.items_answered if result.items_answered else None

    return mean


def whole_estimate(key: str) -> Term:
    """The estimate of a scale rounded half up."""

    def rounded(scored: Scored) -> int | None:
        estimate = scored.scales[key].prorated
        return None if estimate is None else round_half_up(exact(estimate))

    return rounded


def complete(scored: Scored) -> bool:
    """Nothing that had to be answered is unanswered."""
    instrument = instrument_of(scored)
    free = skipped(instrument, scored.answers)
    asked = (item.code for item in instrument.items if item.required and item.code not in free)
    return all(scored.answers[code] is not None for code in asked)


def level(key: str, field: str) -> Term:
    """The category of a triage, or how high it is already."""
    return lambda scored: getattr(scored.levels[key], field)

"""Do the parts of an instrument fit together? Each check refuses with the file and the key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NoReturn

from measures.algorithms import ALGORITHMS, ParameterKind
from measures.errors import DefinitionError
from measures.exact import exact, is_finite_number
from measures.instrument import BandSet, Instrument, Item, Number, Outcome, Scale

_SLUG = re.compile(r"[a-z][a-z0-9_]*")


def check(instrument: Instrument, file: str) -> None:
    """Refuse an instrument whose parts contradict each other. Raises ``DefinitionError``."""
    _Check(instrument, file).run()


class _Check:
    def __init__(self, instrument: Instrument, file: str) -> None:
        self.instrument, self.file = instrument, file
        self.items = {item.code: item for item in instrument.items}
        self.scales = {scale.key: scale for scale in instrument.scales}

    def refuse(self, key: str, reason: str) -> NoReturn:
        raise DefinitionError(self.file, key, reason)

    def run(self) -> None:
        self.check_names()
        for item in self.instrument.items:
            self.check_critical(item)
        self.check_numberings()
        for scale in self.instrument.scales:
            self.check_scale(scale)
        self.check_every_item_is_used()
        self.check_outcomes()
        self.check_change()
        self.check_loinc()

    def check_names(self) -> None:
        instrument = self.instrument
        score_only = instrument.rights.wording == "score-only"
        for part in ("sources", "scales") if score_only else ("sources", "items", "scales"):
            if not getattr(instrument, part):
                self.refuse(part, "is missing")
        if score_only != (instrument.version == "score-only"):
            self.refuse("version", 'must be "score-only" exactly where the wording is')
        if not _SLUG.fullmatch(instrument.key):
            self.refuse("key", "must be lower-case letters, digits and _")
        self.check_unique("items.code", (item.code for item in instrument.items))
        self.check_slugs("scales.key", [scale.key for scale in instrument.scales])
        self.check_slugs("outcomes.key", [outcome.key for outcome in instrument.outcomes])

    def check_slugs(self, key: str, names: list[str]) -> None:
        self.check_unique(key, names)
        for name in names:
            if not _SLUG.fullmatch(name):
                self.refuse(f"{key} {name}", "must be lower-case letters, digits and _")

    def check_unique(self, key: str, names: Iterable[str]) -> None:
        for name, count in Counter(names).items():
            if count > 1:
                self.refuse(f"{key} {name}", f"stands {count} times")

    def check_critical(self, item: Item) -> None:
        critical = item.critical
        if critical is None:
            return
        if not item.minimum < critical.review <= item.maximum:
            self.refuse(f"items {item.code}.critical.review", "is outside the answers of the item")
        if critical.urgent is not None and not critical.review <= critical.urgent <= item.maximum:
            self.refuse(
                f"items {item.code}.critical.urgent", "must lie between review and the highest answer"
            )

    def check_numberings(self) -> None:
        for numbering in sorted(self.instrument.numberings):
            codes = (item.aliases[numbering] for item in self.instrument.items if numbering in item.aliases)
            self.check_unique(f"items.aliases.{numbering}", codes)

    def check_scale(self, scale: Scale) -> None:
        key = f"scales {scale.key}"
        for code in scale.items:
            if code not in self.items:
                self.refuse(f"{key}.items", f"names no item of this file: {code}")
            if not self.items[code].scored or self.items[code].kind == "boolean":
                self.refuse(f"{key}.items", f"item {code} is not scored, or has no number to add")
        if scale.prorate_up_to >= max(len(scale.items), 1):
            self.refuse(f"{key}.prorate_up_to", "must leave at least one answer to estimate from")
        if scale.items and (exact(scale.minimum), exact(scale.maximum)) != self.range_of(scale):
            self.refuse(f"{key}.range", "is not what the answers of its items can reach")
        self.check_unique(f"{key}.band_sets.key", (band_set.key for band_set in scale.band_sets))
        for band_set in scale.band_sets:
            self.check_bands(scale, band_set)

    def range_of(self, scale: Scale) -> tuple[Fraction, Fraction]:
        items = [self.items[code] for code in scale.items]
        low = sum((exact(item.minimum) for item in items), Fraction(0))
        high = sum((exact(item.maximum) for item in items), Fraction(0))
        if scale.rule == "mean":
            return low / len(items), high / len(items)
        return (100 * low / high, Fraction(100)) if scale.rule == "percent_of_max" else (low, high)

    def check_bands(self, scale: Scale, band_set: BandSet) -> None:
        key = f"scales {scale.key}.band_sets {band_set.key}"
        self.check_unique(f"{key}.bands.key", (band.key for band in band_set.bands))
        expected: Number = scale.minimum
        for band in band_set.bands:
            if band.low != expected or band.high < band.low:
                self.refuse(f"{key}.bands {band.key}", f"must begin at {expected}: no gap, no overlap")
            expected = band.high + 1
        if expected != scale.maximum + 1:
            self.refuse(f"{key}.bands", f"must end at {scale.maximum}")

    def check_every_item_is_used(self) -> None:
        used = {code for scale in self.instrument.scales for code in scale.items}
        for item in self.instrument.items:
            if item.scored and item.code not in used:
                self.refuse(f"items {item.code}", "is in no scale: say scored = false if that is meant")

    def check_outcomes(self) -> None:
        decided: set[str] = set()
        for outcome in self.instrument.outcomes:
            self.check_parameters(outcome, decided)
            decided.add(outcome.key)

    def check_parameters(self, outcome: Outcome, decided: set[str]) -> None:
        key = f"outcomes {outcome.key}"
        algorithm = ALGORITHMS.get(outcome.algorithm)
        if algorithm is None:
            self.refuse(f"{key}.algorithm", f"is not known: {outcome.algorithm}")
        for name in algorithm.parameters.keys() ^ outcome.parameters.keys():
            self.refuse(
                f"{key}.{name}", "is missing" if name in algorithm.parameters else "is not a known key"
            )
        for name, kind in algorithm.parameters.items():
            if not self.fits(outcome.parameters[name], kind, decided):
                self.refuse(f"{key}.{name}", f"is not the {kind} that {outcome.algorithm} asks for")

    def fits(self, value: object, kind: ParameterKind, decided: set[str]) -> bool:
        tests: dict[ParameterKind, Callable[[object], bool]] = {
            "item": lambda given: given in self.items,
            "scale": lambda given: given in self.scales,
            "items": lambda given: _is_list_from(given, self.items),
            "outcomes": lambda given: _is_list_from(given, decided),
            "number": is_finite_number,
            "count": lambda given: type(given) is int and given >= 0,
            "cuts": lambda given: (
                isinstance(given, dict)
                and all(code in self.items and is_finite_number(cut) for code, cut in given.items())
            ),
        }
        return tests[kind](value)

    def check_change(self) -> None:
        rules = self.instrument.change
        if rules is None:
            return
        scale = self.scales.get(rules.scale)
        if scale is None or scale.direction == "neutral":
            self.refuse("change.scale", f"names no scale of this file with a direction: {rules.scale}")
        for name in ("cutoff", "remission", "relapse"):
            rule = getattr(rules, name)
            if rule is not None and not scale.minimum <= rule.threshold <= scale.maximum:
                self.refuse(f"change.{name}.threshold", "is outside the scale")
        for name in ("reliable_points", "mcid", "response", "partial_response", "deterioration"):
            rule = getattr(rules, name)
            if rule is not None and (rule.points or 0) > scale.maximum - scale.minimum:
                self.refuse(f"change.{name}.points", "is more than the scale can move")
        self.check_remission_before_relapse(scale)
        absent = rules.remission.absent_outcome if rules.remission else None
        if absent is not None and absent not in {outcome.key for outcome in self.instrument.outcomes}:
            self.refuse("change.remission.absent_outcome", f"names no outcome of this file: {absent}")

    def check_remission_before_relapse(self, scale: Scale) -> None:
        rules = self.instrument.change
        if rules is None or rules.remission is None or rules.relapse is None:
            return
        step = rules.relapse.threshold - rules.remission.threshold
        if (step if scale.direction == "higher_is_worse" else -step) <= 0:
            self.refuse("change.relapse.threshold", "must be worse than the remission threshold")

    def check_loinc(self) -> None:
        known = {"panel", *self.items, *self.scales}
        for name, code in self.instrument.loinc.items():
            if name not in known:
                self.refuse(f"loinc.{name}", "names no item or scale of this file")
            if not _has_loinc_check_digit(code):
                self.refuse(f"loinc.{name}", "has a wrong form or check digit")


def _is_list_from(value: object, known: Iterable[str]) -> bool:
    return isinstance(value, list) and bool(value) and set(map(str, value)) <= set(known)


def _has_loinc_check_digit(code: str) -> bool:
    """LOINC's last digit is the Luhn (mod 10) digit of those before the hyphen: it catches typing errors."""
    if not re.fullmatch(r"\d{1,7}-\d", code):
        return False
    body, given = code.split("-")
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    total = sum(value // 10 + value % 10 for value in doubled)
    return (10 - total % 10) % 10 == int(given)

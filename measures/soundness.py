"""Do the parts of an instrument fit together? Each check refuses with the file and the key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import groupby
from typing import NoReturn

from measures.algorithms import ALGORITHMS, ParameterKind
from measures.errors import DefinitionError
from measures.exact import exact, is_finite_number
from measures.instrument import BandSet, Instrument, Item, Number, Outcome, Scale, Skip
from measures.language import gettext as _
from measures.language import ngettext, written

_SLUG = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,39}")
_ADDS = {"sum", "mean", "percent_of_max", "sum_from_one"}  # rules that add the items up


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
            self.check_item(item)
        self.check_sections()
        self.check_numberings()
        self.check_skips()
        for scale in self.instrument.scales:
            self.check_scale(scale)
        self.check_every_item_is_used()
        self.check_outcomes()
        self.check_levels()
        self.check_change()
        self.check_loinc()

    def check_names(self) -> None:
        instrument = self.instrument
        score_only = instrument.rights.wording == "score-only"
        for part in ("sources", "scales") if score_only else ("sources", "items", "scales"):
            if not getattr(instrument, part):
                self.refuse(part, _("is missing"))
        if score_only != (instrument.version == "score-only"):
            self.refuse("version", _('must be "score-only" exactly where the wording is'))
        if not _SLUG.fullmatch(instrument.key):
            self.refuse("key", _("must be lower-case letters, digits and _"))
        self.check_unique("items.code", (item.code for item in instrument.items))
        self.check_slugs("scales.key", [scale.key for scale in instrument.scales])
        self.check_slugs("outcomes.key", [outcome.key for outcome in instrument.outcomes])
        self.check_slugs("levels.key", [levels.key for levels in instrument.levels])

    def check_slugs(self, key: str, names: list[str]) -> None:
        self.check_unique(key, names)
        for name in names:
            if not _SLUG.fullmatch(name):
                self.refuse(f"{key} {name}", _("must be lower-case letters, digits and _"))

    def check_unique(self, key: str, names: Iterable[str]) -> None:
        for name, count in Counter(names).items():
            if count > 1:
                reason = ngettext("stands {n} time", "stands {n} times", count).format(n=count)
                self.refuse(f"{key} {name}", reason)

    def check_item(self, item: Item) -> None:
        if not _CODE.fullmatch(item.code):
            self.refuse(f"items {item.code}", _("must have a code of letters, digits and _, at most 40"))
        if item.kind == "text" and (item.scored or item.critical):
            self.refuse(f"items {item.code}", _("is free text: say scored = false, and no critical"))
        critical = item.critical
        if critical is None:
            return
        if not item.minimum < critical.review <= item.maximum:
            self.refuse(f"items {item.code}.critical.review", _("is outside the answers of the item"))
        if critical.urgent is not None and not critical.review <= critical.urgent <= item.maximum:
            self.refuse(
                f"items {item.code}.critical.urgent", _("must lie between review and the highest answer")
            )

    def check_sections(self) -> None:
        begun = [section for section, _items in groupby(item.section for item in self.instrument.items)]
        for section, count in Counter(begun).items():
            if section and count > 1:
                self.refuse(f"items.section {section}", _("is interrupted: its items must stand together"))

    def check_numberings(self) -> None:
        for numbering in sorted(self.instrument.numberings):
            codes = (item.aliases[numbering] for item in self.instrument.items if numbering in item.aliases)
            self.check_unique(f"items.aliases.{numbering}", codes)

    def check_skips(self) -> None:
        for place, skip in enumerate(self.instrument.skips, start=1):
            key = f"skips[{place}]"
            for name, codes in (("items", skip.items), ("when", skip.when)):
                for code in codes:
                    if code not in self.items or self.items[code].kind == "text":
                        reason = _("names no item of this file that can be scored: {code}").format(code=code)
                        self.refuse(f"{key}.{name}", reason)
            if set(skip.items) & set(skip.when) and not skip.strikes:
                self.refuse(f"{key}.items", _("must not be among the items of its own condition"))
            for code in skip.items:
                self.check_skipped(key, skip, self.items[code])

    def check_skipped(self, key: str, skip: Skip, item: Item) -> None:
        if skip.counts_as is not None and not item.minimum <= skip.counts_as <= item.maximum:
            self.refuse(f"{key}.counts_as", _("is outside the answers of item {code}").format(code=item.code))
        if skip.strikes and (item.critical or skip.counts_as is not None):
            self.refuse(f"{key}.strikes", _("would count, or silence, item {code}").format(code=item.code))

    def check_scale(self, scale: Scale) -> None:
        key = f"scales {scale.key}"
        kinds = {"boolean"} if scale.rule == "highest_yes" else {"choice", "number"}
        for code in scale.items:
            if code not in self.items:
                self.refuse(f"{key}.items", _("names no item of this file: {code}").format(code=code))
            if not self.items[code].scored or self.items[code].kind not in kinds:
                reason = _("item {code} is not scored, or not by this rule").format(code=code)
                self.refuse(f"{key}.items", reason)
        self.check_missing(scale)
        if scale.items and sum(exact(self.items[code].maximum) for code in scale.items) <= 0:
            self.refuse(
                f"{key}.range", _("must reach above 0: it is also given in percent of the highest sum")
            )
        if scale.items and (exact(scale.minimum), exact(scale.maximum)) != self.range_of(scale):
            self.refuse(f"{key}.range", _("is not what the answers of its items can reach"))
        self.check_unique(f"{key}.band_sets.key", (band_set.key for band_set in scale.band_sets))
        for band_set in scale.band_sets:
            self.check_bands(scale, band_set)

    def check_missing(self, scale: Scale) -> None:
        key, up_to = f"scales {scale.key}", scale.missing.up_to
        if up_to and (scale.rule not in _ADDS or up_to >= len(scale.items)):
            self.refuse(f"{key}.missing.up_to", _("must leave at least one answer to estimate a sum from"))
        for skip in self.instrument.skips if scale.skips and scale.rule in _ADDS else ():
            if skip.counts_as is None and set(skip.items) & set(scale.items):
                self.refuse(f"{key}.skips", _("adds an item that may be skipped: say what it counts_as"))

    def range_of(self, scale: Scale) -> tuple[Fraction, Fraction]:
        items = [self.items[code] for code in scale.items]
        if scale.rule == "highest_yes":
            return Fraction(0), Fraction(len(items))
        if scale.rule == "max_of_groups":
            groups = [[self.items[code] for code in group] for group in scale.groups]
            lowest = (max(exact(item.minimum) for item in group) for group in groups)
            highest = (max(exact(item.maximum) for item in group) for group in groups)
            return sum(lowest, Fraction(0)), sum(highest, Fraction(0))
        low = sum((exact(item.minimum) for item in items), Fraction(0))
        high = sum((exact(item.maximum) for item in items), Fraction(0))
        if scale.rule == "mean":
            return low / len(items), high / len(items)
        if scale.rule == "percent_of_max":
            return 100 * low / high, Fraction(100)
        return (low + len(items), high + len(items)) if scale.rule == "sum_from_one" else (low, high)

    def check_bands(self, scale: Scale, band_set: BandSet) -> None:
        key = f"scales {scale.key}.band_sets {band_set.key}"
        self.check_unique(f"{key}.bands.key", (band.key for band in band_set.bands))
        expected: Number = scale.minimum
        for band in band_set.bands:
            if band.low != expected or band.high < band.low:
                reason = _("must begin at {score}: no gap, no overlap").format(score=written(str(expected)))
                self.refuse(f"{key}.bands {band.key}", reason)
            expected = band.high + 1
        if expected != scale.maximum + 1:
            self.refuse(f"{key}.bands", _("must end at {score}").format(score=written(str(scale.maximum))))

    def check_every_item_is_used(self) -> None:
        used = {code for scale in self.instrument.scales for code in scale.items}
        for item in self.instrument.items:
            if item.scored and item.code not in used:
                self.refuse(f"items {item.code}", _("is in no scale: say scored = false if that is meant"))

    def check_outcomes(self) -> None:
        decided: set[str] = set()
        for outcome in self.instrument.outcomes:
            self.check_parameters(outcome, decided)
            decided.add(outcome.key)

    def check_parameters(self, outcome: Outcome, decided: set[str]) -> None:
        key = f"outcomes {outcome.key}"
        algorithm = ALGORITHMS.get(outcome.algorithm)
        if algorithm is None:
            self.refuse(f"{key}.algorithm", _("is not known: {name}").format(name=outcome.algorithm))
        for name in algorithm.parameters.keys() ^ outcome.parameters.keys():
            self.refuse(
                f"{key}.{name}", _("is missing") if name in algorithm.parameters else _("is not a known key")
            )
        for name, kind in algorithm.parameters.items():
            if not self.fits(outcome.parameters[name], kind, decided):
                reason = _("is not the {kind} that {algorithm} asks for")
                self.refuse(f"{key}.{name}", reason.format(kind=kind, algorithm=outcome.algorithm))

    def fits(self, value: object, kind: ParameterKind, decided: set[str]) -> bool:
        scorable = [item.code for item in self.instrument.items if item.kind != "text"]
        yes_no = [item.code for item in self.instrument.items if item.kind == "boolean"]
        sums = [scale.key for scale in self.instrument.scales if scale.rule in _ADDS]
        tests: dict[ParameterKind, Callable[[object], bool]] = {
            "item": lambda given: given in scorable,
            "yes_no": lambda given: given in yes_no,
            "scale": lambda given: given in list(self.scales),
            "sum": lambda given: given in sums,
            "items": lambda given: _is_list_from(given, scorable),
            "outcomes": lambda given: _is_list_from(given, decided),
            "number": is_finite_number,
            "count": lambda given: type(given) is int and given >= 0,
            "cuts": lambda given: (
                isinstance(given, dict)
                and all(code in self.items and is_finite_number(cut) for code, cut in given.items())
            ),
        }
        return tests[kind](value)

    def check_levels(self) -> None:
        outcomes = {outcome.key for outcome in self.instrument.outcomes}
        for levels in self.instrument.levels:
            key = f"levels {levels.key}"
            if not levels.steps:
                self.refuse(f"{key}.steps", _("is missing"))
            self.check_unique(f"{key}.steps.key", [levels.lowest, *(step.key for step in levels.steps)])
            for step in levels.steps:
                if step.outcome not in outcomes:
                    self.refuse(f"{key}.steps {step.key}.outcome", _("names no outcome of this file"))

    def check_change(self) -> None:
        rules = self.instrument.change
        if rules is None:
            return
        scale = self.scales.get(rules.scale)
        if scale is None or scale.direction == "neutral":
            self.refuse(
                "change.scale",
                _("names no scale of this file with a direction: {scale}").format(scale=rules.scale),
            )
        for name in ("cutoff", "remission", "relapse"):
            rule = getattr(rules, name)
            if rule is not None and not scale.minimum <= rule.threshold <= scale.maximum:
                self.refuse(f"change.{name}.threshold", _("is outside the scale"))
        for name in ("reliable_points", "mcid", "response", "partial_response", "deterioration"):
            rule = getattr(rules, name)
            if rule is not None and (rule.points or 0) > scale.maximum - scale.minimum:
                self.refuse(f"change.{name}.points", _("is more than the scale can move"))
        self.check_remission_before_relapse(scale)
        absent = rules.remission.absent_outcome if rules.remission else None
        if absent is not None and absent not in {outcome.key for outcome in self.instrument.outcomes}:
            self.refuse(
                "change.remission.absent_outcome",
                _("names no outcome of this file: {outcome}").format(outcome=absent),
            )

    def check_remission_before_relapse(self, scale: Scale) -> None:
        rules = self.instrument.change
        if rules is None or rules.remission is None or rules.relapse is None:
            return
        step = rules.relapse.threshold - rules.remission.threshold
        if (step if scale.direction == "higher_is_worse" else -step) <= 0:
            self.refuse("change.relapse.threshold", _("must be worse than the remission threshold"))

    def check_loinc(self) -> None:
        known = {"panel", *self.items, *self.scales}
        for name, code in self.instrument.loinc.items():
            if name not in known:
                self.refuse(f"loinc.{name}", _("names no item or scale of this file"))
            if not _has_loinc_check_digit(code):
                self.refuse(f"loinc.{name}", _("has a wrong form or check digit"))


def _is_list_from(value: object, known: Iterable[str]) -> bool:
    """A list of texts that are known, each once. The number 1 is no item: its code is the text "1"."""
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
    return bool(names) and names == value and len(set(names)) == len(names) and set(names) <= set(known)


def _has_loinc_check_digit(code: str) -> bool:
    """LOINC's last digit is the Luhn (mod 10) digit of those before the hyphen: it catches typing errors."""
    if not re.fullmatch(r"\d{1,7}-\d", code):
        return False
    body, given = code.split("-")
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    total = sum(value // 10 + value % 10 for value in doubled)
    return (10 - total % 10) % 10 == int(given)

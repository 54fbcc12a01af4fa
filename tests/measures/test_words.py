"""The scoring of every shipped instrument in sentences: complete, and with no number of its own."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import pytest

from measures import registry
from measures.algorithms import ALGORITHMS
from measures.instrument import (
    Critical,
    Instrument,
    Item,
    Levels,
    Missing,
    Outcome,
    Scale,
    Skip,
    Source,
    Step,
)
from measures.words import ScoringWords, Statement, scoring_in_words
from measures.words.outcomes import SENTENCES, outcome_in_words
from measures.words.phrases import number

SHIPPED = [
    registry.get(one.key, version) for one in registry.all_latest() for version in registry.versions(one.key)
]
NUMBER = re.compile(r"\d+(?:\.\d+)?")
PAPER = Source("a paper", "low")
PHQ9 = registry.get("phq9")


def statements(words: ScoringWords) -> list[Statement]:
    return [
        *words.skips,
        *words.safety,
        *words.outcomes,
        *words.levels,
        *words.change,
        *(scale.missing for scale in words.scales),
    ]


def sentences(words: ScoringWords) -> list[str]:
    of_scales = [text for scale in words.scales for text in (scale.score, scale.range, scale.reversed)]
    texts = [statement.text for statement in statements(words)]
    return [text for text in (*of_scales, *texts, words.unsaid) if text]


def values(of: object) -> Iterator[str]:
    """Every number in a definition, those in its texts and codes too."""
    if isinstance(of, bool) or of is None:
        return
    if isinstance(of, int | float):
        yield from NUMBER.findall(number(of))  # a sign is no part of it
    elif isinstance(of, str):
        yield from NUMBER.findall(of)
    elif is_dataclass(of):
        for field in fields(of):
            yield from values(getattr(of, field.name))
    elif isinstance(of, dict):
        yield from values(list(of.items()))
    else:
        for each in of:
            yield from values(each)


def computed(instrument: Instrument) -> Iterator[float]:
    """What the sentences count or work out: sizes, sums of maxima, ends of reversed items, the reliable change."""
    for scale in instrument.scales:
        highest = sum(item.maximum for item in instrument.items_of(scale))
        yield from (len(scale.items), len(scale.groups), highest)
        percents = (
            o.parameters["percent"]
            for o in instrument.outcomes
            if o.parameters.get("scale") == scale.key and "percent" in o.parameters
        )
        yield from (percent * highest / 100 for percent in percents)
    yield from (item.minimum + item.maximum for item in instrument.items)
    spread = instrument.change and instrument.change.reliability
    if spread:
        yield 1.96
        yield float(f"{1.96 * spread.sd * math.sqrt(2 * (1 - spread.reliability)):.1f}")


@pytest.mark.parametrize("instrument", SHIPPED, ids=lambda one: f"{one.key}-{one.version}")
class TestEveryShippedInstrument:
    def test_no_number_that_is_not_its_own(self, instrument: Instrument) -> None:
        own = {*values(instrument), *map(number, computed(instrument))}
        said = {found for text in sentences(scoring_in_words(instrument)) for found in NUMBER.findall(text)}
        assert said - own == set()

    def test_each_sentence_is_one(self, instrument: Instrument) -> None:
        for text in sentences(scoring_in_words(instrument)):
            assert re.match(r"[A-Z“\d]", text) and text.endswith("."), text
            assert not re.search(r"None|[{}<>]|\bTrue\b|  |\.\.|\bitems? [,.]|“”", text), text

    def test_nothing_is_left_out(self, instrument: Instrument) -> None:
        words = scoring_in_words(instrument)
        assert [scale.title for scale in words.scales] == [scale.title for scale in instrument.scales]
        assert [one.title for one in words.outcomes] == [one.title for one in instrument.outcomes]
        assert len(words.skips) == len(instrument.skips)
        assert bool(words.safety) == any(item.critical for item in instrument.items)
        assert [one.title for one in words.levels] == [one.title for one in instrument.levels]
        for words_of, scale in zip(words.scales, instrument.scales, strict=True):
            assert [band_set.key for band_set in words_of.bands] == [one.key for one in scale.band_sets]
            assert [band_set.used for band_set in words_of.bands] == [
                n == 0 for n in range(len(scale.band_sets))
            ]

    def test_each_rule_has_its_source(self, instrument: Instrument) -> None:
        words = scoring_in_words(instrument)
        sourced = [*words.skips, *words.safety, *words.outcomes, *words.levels, *words.change]
        assert [one.title for one in sourced if one.source is None] in ([], ["Deterioration"])


def test_every_algorithm_has_a_sentence_with_its_parameters() -> None:
    taken = {
        name: set(inspect.signature(write).parameters) - {"instrument"} for name, write in SENTENCES.items()
    }
    assert taken == {name: set(algorithm.parameters) for name, algorithm in ALGORITHMS.items()}


def said_of_scale(instrument: Instrument, **changes: object) -> ScoringWords:
    scale = replace(instrument.scales[0], **changes)
    return scoring_in_words(replace(instrument, scales=(scale, *instrument.scales[1:])))


def yes_no(code: str, critical: Critical | None = None) -> Item:
    return Item(code, f"Question {code}", (), 0, 1, kind="boolean", critical=critical)


class TestScales:
    def test_a_sum(self) -> None:
        total, phq8, phq2 = scoring_in_words(PHQ9).scales
        assert total.score == "The sum of items 1 to 9."
        assert total.range == "From 0 to 27 points; higher is worse."
        assert phq2.score == "The sum of items 1 and 2."
        assert total.bands[0].text == (
            "0 to 4 minimal or none; 5 to 9 mild; 10 to 14 moderate; 15 to 19 moderately severe; 20 to 27 severe"
        )

    @pytest.mark.parametrize(
        ("changes", "score"),
        [
            ({"rule": "mean"}, "The mean of items 1 to 9."),
            (
                {"rule": "percent_of_max"},
                "The sum of items 1 to 9 in percent of its highest possible value, 27.",
            ),
            ({"items": ("9",)}, "The answer to item 9."),
            (
                {"rule": "max_of_groups", "items": ("1", "2", "3"), "groups": (("1", "2", "3"),)},
                "The highest answer to items 1 to 3.",
            ),
            (
                {"rule": "sum_from_one"},
                "The sum of items 1 to 9 as it is when their answers are coded from 1: "
                "the sum of the answers plus 9.",
            ),
            (
                {
                    "rule": "max_of_groups",
                    "groups": (("1", "2", "3"), ("4",), ("5",), ("6", "7"), ("8",), ("9",)),
                },
                "The sum of 6 domains. Of items 1 to 3; of items 6 and 7 the highest answer counts; "
                "items 4, 5, 8 and 9 count as they are.",
            ),
        ],
    )
    def test_the_other_rules(self, changes: dict, score: str) -> None:
        assert said_of_scale(PHQ9, **changes).scales[0].score == score

    def test_the_highest_yes(self) -> None:
        items = tuple(yes_no(str(n)) for n in range(1, 6))
        scale = Scale(
            "ideation", "Ideation", ("1", "2", "3", "4", "5"), "highest_yes", 0, 5, "higher_is_worse"
        )
        said = scoring_in_words(replace(PHQ9, items=items, scales=(scale,), outcomes=(), change=None))
        assert said.scales[0].score == (
            "The place of the last yes among items 1 to 5, which stand in rising order of gravity; "
            "0 when none is yes."
        )

    def test_reversed_items_by_the_number_they_are_taken_from(self) -> None:
        items = tuple(replace(item, reverse=item.code in "25") for item in PHQ9.items)
        said = scoring_in_words(replace(PHQ9, items=items)).scales
        assert (
            said[0].reversed == "Turned round before scoring: items 2 and 5, counted as 3 minus the answer."
        )
        assert said[2].reversed == "Turned round before scoring: item 2, counted as 3 minus the answer."

    @pytest.mark.parametrize(
        ("missing", "text"),
        [
            (Missing(), "Strict, by policy of this platform: with a missing answer there is no score."),
            (
                Missing("prorate", 1, PAPER),
                "Up to 1 missing answer: no score, but an estimate from the mean of the answers given, marked as "
                "an estimate. With more missing there is neither.",
            ),
            (
                Missing("prorate_unless_critical", 2, PAPER),
                "Up to 2 missing answers: no score, but an estimate from the mean of the answers given, marked as "
                "an estimate. With more missing there is neither. No estimate is made over item 9, asked for safety.",
            ),
        ],
    )
    def test_missing_answers(self, missing: Missing, text: str) -> None:
        said = said_of_scale(PHQ9, missing=missing).scales[0].missing
        assert (said.text, said.source) == (text, missing.source)

    def test_a_long_row_of_names_is_a_number(self) -> None:
        names = ("low", "sad", "tired", "slow", "guilty", "sleepless")
        items = tuple(replace(item, code=code) for item, code in zip(PHQ9.items, names, strict=False))
        scales = (
            Scale("all", "All", names, "sum", 0, 18, "higher_is_worse"),
            Scale("most", "Most", names[1:], "sum", 0, 15, "higher_is_worse"),
        )
        said = scoring_in_words(replace(PHQ9, items=items, scales=scales, outcomes=(), change=None)).scales
        assert said[0].score == "The sum of all 6 scored items."
        assert said[1].score == "The sum of items sad, tired, slow, guilty and sleepless."

    def test_of_a_total_alone_what_it_is(self) -> None:
        bare = Scale("total", "Total", (), "sum", 0, 40, "higher_is_worse")
        scales = (bare, replace(bare, key="mean", rule="mean"))
        said = scoring_in_words(replace(PHQ9, items=(), scales=scales, outcomes=(), change=None)).scales
        assert [one.score for one in said] == [
            "A total, worked out elsewhere: the items are not shown here.",
            "A mean, worked out elsewhere: the items are not shown here.",
        ]
        assert said[0].missing.text == "What was missing is not known: only the total is entered."

    def test_better_when_higher(self) -> None:
        assert said_of_scale(PHQ9, direction="higher_is_better").scales[0].range.endswith("higher is better.")


class TestSkips:
    @pytest.mark.parametrize(
        ("skip", "text"),
        [
            (
                Skip(("7",), ("6",), None, None, None, False, PAPER),
                "Item 7 needs no answer when item 6 is answered.",
            ),
            (
                Skip(("2", "3", "4"), ("1",), 0, None, 0, False, PAPER),
                "Items 2 to 4 need no answer when item 1 is 0. Left out, each counts as 0.",
            ),
            (
                Skip(("4",), ("2", "3"), 0, None, 0, False, PAPER),
                "Item 4 needs no answer when items 2 and 3 are answered and add up to 0. Left out, it counts as 0.",
            ),
            (
                Skip(("4",), ("2", "3"), 1.5, None, None, False, PAPER),
                "Item 4 needs no answer when items 2 and 3 are answered and add up to 1.5 or less.",
            ),
            (
                Skip(("1",), ("5",), None, 2, None, True, PAPER),
                "Item 1 needs no answer when item 5 is 2 or more. An answer given there all the same does not count.",
            ),
        ],
    )
    def test_when_and_what_then(self, skip: Skip, text: str) -> None:
        said = scoring_in_words(replace(PHQ9, skips=(skip,))).skips
        assert [one.text for one in said] == [text]

    def test_yes_and_no(self) -> None:
        items = (yes_no("2"), yes_no("3"))
        skips = (
            Skip(("3",), ("2",), 0, None, None, False, PAPER),
            Skip(("3",), ("2",), None, 1, None, False, PAPER),
        )
        scale = Scale("any", "Any", ("2", "3"), "highest_yes", 0, 2, "higher_is_worse", skips=False)
        parts = {"items": items, "scales": (scale,), "outcomes": (), "change": None, "skips": skips}
        said = scoring_in_words(replace(PHQ9, **parts))
        assert [one.text for one in said.skips] == [
            "Item 3 needs no answer when item 2 is answered no.",
            "Item 3 needs no answer when item 2 is answered yes.",
        ]
        assert said.scales[0].missing.text.endswith(
            "an item that need not be answered is missing all the same."
        )


class TestConclusions:
    @pytest.mark.parametrize(
        ("algorithm", "parameters", "text"),
        [
            ("item_at_least", {"item": "9", "cut": 1}, "The answer to item 9 is 1 or more."),
            ("item_at_most", {"item": "9", "cut": 1}, "The answer to item 9 is 1 or less."),
            ("is_true", {"item": "9"}, "Item 9 is answered yes."),
            (
                "longer_than",
                {"item": "1", "than": 6, "at_boundary": "2"},
                "Item 1 is more than 6; at exactly 6 the yes or no of item 2 decides.",
            ),
            (
                "count_at_least",
                {"items": ["1", "2", "3"], "cut": 2, "count": 2},
                "At least 2 of items 1 to 3 are answered 2 or more.",
            ),
            ("score_at_most", {"scale": "phq2", "cut": 2}, "“PHQ-2 (items 1 and 2)” is 2 or less."),
            ("score_below", {"scale": "phq2", "cut": 2}, "“PHQ-2 (items 1 and 2)” is below 2."),
            (
                "score_at_least",
                {"scale": "total", "cut": 10},
                "“PHQ-9 total”, or else its estimate, is 10 or more.",
            ),
            (
                "percent_at_least",
                {"scale": "phq2", "percent": 50},
                "The answers of “PHQ-2 (items 1 and 2)” add up to 50 % or more of the highest possible sum, "
                "that is 3 of 6.",
            ),
            (
                "any_of",
                {"outcomes": ["screen_positive", "phq2_screen_positive"]},
                "At least one is met of: PHQ-9 screen positive (10 or more); PHQ-2 screen positive (3 or more).",
            ),
            (
                "all_of",
                {"outcomes": ["screen_positive"]},
                "All are met of: PHQ-9 screen positive (10 or more).",
            ),
        ],
    )
    def test_each_algorithm(self, algorithm: str, parameters: dict, text: str) -> None:
        assert outcome_in_words(PHQ9, Outcome("x", "X", algorithm, parameters, PAPER)) == text

    def test_the_syndrome_of_the_phq9(self) -> None:
        said = {one.title: one.text for one in scoring_in_words(PHQ9).outcomes}
        assert said["PHQ-9 algorithm: other depressive syndrome"] == (
            "A symptom is present from 2, item 9 from 1. Met when 2 to 4 of items 1 to 9 are present, "
            "at least one of items 1 and 2 among them."
        )

    def test_yes_no_items_are_counted_in_yeses(self) -> None:
        instrument = replace(PHQ9, items=(yes_no("4"), yes_no("5")))
        any_yes = Outcome("x", "X", "count_at_least", {"items": ["4", "5"], "cut": 1, "count": 1}, PAPER)
        assert outcome_in_words(instrument, any_yes) == "At least 1 of items 4 and 5 is answered yes."
        one = replace(any_yes, parameters=any_yes.parameters | {"items": ["4"]})
        assert outcome_in_words(instrument, one) == "Item 4 is answered yes."

    def test_levels_from_the_gravest_down(self) -> None:
        steps = (
            Step("low", "low risk", "phq2_screen_positive"),
            Step("high", "high risk", "screen_positive"),
        )
        levels = Levels("risk", "Risk", "none", "no risk found", steps, PAPER)
        text = scoring_in_words(replace(PHQ9, levels=(levels,))).levels[0].text
        assert text.startswith(
            "High risk: when “PHQ-9 screen positive (10 or more)” is met; low risk: when “PHQ-2 screen positive "
            "(3 or more)” is met; otherwise no risk found."
        )

    def test_safety_items_of_which_the_same_is_said(self) -> None:
        urgent = Critical(1, 1, "suicide", PAPER)
        items = tuple(yes_no(code, urgent) for code in ("4", "5", "7"))
        said = scoring_in_words(replace(PHQ9, items=items, scales=(), outcomes=(), change=None)).safety
        assert [(one.title, one.text) for one in said] == [
            (
                "Items 4, 5 and 7, suicide",
                "A yes is urgent. Left unanswered they are never taken for a denial.",
            )
        ]

    def test_safety(self) -> None:
        urgent = Critical(1, 1, "suicide", PAPER)
        items = (yes_no("a", urgent), yes_no("b", replace(urgent, urgent=None)), *PHQ9.items)
        said = scoring_in_words(replace(PHQ9, items=items)).safety
        never = "Left unanswered it is never taken for a denial."
        assert [(one.title, one.text) for one in said] == [
            ("Item a, suicide", f"A yes is urgent. {never}"),
            ("Item b, suicide", f"A yes is looked at by a clinician. {never}"),
            ("Item 9, suicide", f"1 or more is looked at by a clinician. 2 or more is urgent. {never}"),
        ]

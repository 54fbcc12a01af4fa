"""The rules beyond plain sums: reversed and half points, groups, skips, levels, free text, missing policies."""

from __future__ import annotations

from typing import Any

import pytest

from measures.errors import AnswerError, DefinitionError
from measures.instrument import Instrument
from measures.levels import level_in_words
from measures.loader import instrument_from
from measures.result import LevelResult
from measures.scoring import score, skipped, with_policy

Parts = dict[str, Any]

NOBODY = {"source": "A paper", "confidence": "high"}
BASE: Parts = {
    "key": "small",
    "version": "1",
    "title": "Small",
    "short_title": "S",
    "rater": "self",
    "recall": "now",
    "purpose": "To see.",
    "minutes": 1,
    "instruction": "Answer.",
    "rights": {"holder": "nobody", "terms": "free", "wording": "verbatim"},
    "sources": [NOBODY],
    "options": {"often": {"0": "never", "1": "sometimes", "2": "often"}},
}
YES_NO = {"kind": "boolean", "scored": False}


def item(code: str, **parts: Any) -> Parts:
    return {"code": code, "label": code, **({"options": "often"} if "kind" not in parts else {}), **parts}


def scale(items: str, low: float, high: float, **parts: Any) -> Parts:
    return {
        "key": "total",
        "title": "Total",
        "items": list(items),
        "rule": "sum",
        "range": [low, high],
        "direction": "higher_is_worse",
        **parts,
    }


def small(**parts: Any) -> Instrument:
    return instrument_from(BASE | parts, "small.toml")


def refused(**parts: Any) -> tuple[str, str]:
    with pytest.raises(DefinitionError) as error:
        small(**parts)
    return error.value.key, error.value.reason


class TestReverse:
    instrument = small(items=[item("a"), item("b", reverse=True)], scales=[scale("ab", 0, 4)])

    def test_the_answer_stays_as_it_was_circled(self) -> None:
        scored = score(self.instrument, {"a": 2, "b": 0})
        assert (scored.answers["b"], scored.scales["total"].value) == (0, 4)

    def test_a_missing_one_is_not_the_highest(self) -> None:
        total = score(self.instrument, {"a": 2}).scales["total"]
        assert (total.value, total.partial, total.items_missing) == (None, 2, 1)


class TestBetween:
    instrument = small(items=[item("a", between=0.5), item("b")], scales=[scale("ab", 0, 4)])

    @pytest.mark.parametrize("answer", [0, 0.5, 1.5, 2.0])
    def test_the_anchors_and_the_values_between_them(self, answer: float) -> None:
        assert score(self.instrument, {"a": answer, "b": 1}).scales["total"].value == answer + 1

    @pytest.mark.parametrize("answer", [0.25, 2.5, -0.5, "0.5"])
    def test_nothing_else(self, answer: object) -> None:
        with pytest.raises(AnswerError, match="item a"):
            score(self.instrument, {"a": answer})

    def test_no_other_item_gains_them(self) -> None:
        with pytest.raises(AnswerError, match="item b"):
            score(self.instrument, {"b": 0.5})

    def test_they_say_where_they_stand(self) -> None:
        options = self.instrument.item("a").options
        assert [(option.value, option.label) for option in options][1] == (0.5, "Between 0 and 1")

    @pytest.mark.parametrize("step", [0, -1, 1, 0.3])
    def test_a_step_that_does_not_fit(self, step: float) -> None:
        key, _ = refused(items=[item("a", between=step)], scales=[scale("a", 0, 2)])
        assert key == "items[1].between"


def test_options_may_stand_in_the_falling_order_of_the_printed_form() -> None:
    falling = {"2": "never", "1": "sometimes", "0": "often"}
    one = small(items=[item("a", options=falling, between=0.5)], scales=[scale("a", 0, 2)]).item("a")
    assert [option.value for option in one.options] == [2, 1.5, 1, 0.5, 0]
    assert (one.minimum, one.maximum) == (0, 2)


class TestGroups:
    """Depth of sleep as the highest of three, appetite up or down: one of the two is answered."""

    instrument = small(
        items=[item("a"), item("b"), item("c"), item("d"), item("e")],
        scales=[
            {
                **{key: value for key, value in scale("", 0, 4).items() if key != "items"},
                "rule": "max_of_groups",
                "groups": [["a", "b", "c"], ["d", "e"]],
            }
        ],
        skips=[{"items": ["e"], "when": ["d"], **NOBODY}, {"items": ["d"], "when": ["e"], **NOBODY}],
    )

    def test_the_highest_of_each_group_is_added(self) -> None:
        total = score(self.instrument, {"a": 2, "b": 2, "c": 1, "d": 1, "e": 0}).scales["total"]
        assert (total.value, total.sum, total.mean, total.percent) == (3, 3, None, None)

    def test_an_alternative_is_no_gap(self) -> None:
        total = score(self.instrument, {"a": 0, "b": 0, "c": 1, "e": 2}).scales["total"]
        assert (total.value, total.items_answered, total.items_missing) == (3, 4, 0)

    def test_neither_of_two_alternatives_is(self) -> None:
        total = score(self.instrument, {"a": 0, "b": 0, "c": 1}).scales["total"]
        assert (total.value, total.partial, total.items_missing) == (None, 1, 2)

    def test_a_group_is_never_prorated(self) -> None:
        prorate = {"policy": "prorate", "up_to": 1, **NOBODY}
        groups = {"rule": "max_of_groups", "groups": [["a"], ["b"]]}
        whole = {key: value for key, value in scale("", 0, 4).items() if key != "items"}
        key, _ = refused(items=[item("a"), item("b")], scales=[whole | groups | {"missing": prorate}])
        assert key == "scales total.missing.up_to"


class TestSkips:
    instrument = small(
        items=[item("a"), item("b"), item("c"), item("d", **YES_NO)],
        scales=[
            scale("abc", 0, 6),
            scale("abc", 0, 6, key="asked", skips=False),
        ],
        skips=[{"items": ["b", "c"], "when": ["a"], "at_most": 0, "counts_as": 0, **NOBODY}],
    )

    def test_items_that_need_no_answer_count_as_the_definition_says(self) -> None:
        scored = score(self.instrument, {"a": 0})
        assert (scored.scales["total"].value, scored.scales["total"].items_missing) == (0, 0)
        assert scored.scales["total"].items_answered == 1

    def test_a_scale_may_decline_them(self) -> None:
        asked = score(self.instrument, {"a": 0}).scales["asked"]
        assert (asked.value, asked.items_missing) == (None, 2)

    def test_an_answer_given_all_the_same_counts(self) -> None:
        assert score(self.instrument, {"a": 0, "b": 2}).scales["total"].value == 2

    def test_the_condition_must_be_answered_and_met(self) -> None:
        assert skipped(self.instrument, {"b": 1}) == {}
        assert score(self.instrument, {"a": 1}).scales["total"].value is None

    def test_an_item_that_is_added_says_what_it_counts_as(self) -> None:
        key, reason = refused(
            items=[item("a"), item("b")],
            scales=[scale("ab", 0, 4)],
            skips=[{"items": ["b"], "when": ["a"], **NOBODY}],
        )
        assert (key, "counts_as" in reason) == ("scales total.skips", True)

    @pytest.mark.parametrize(
        ("skip", "key"),
        [
            ({"items": ["z"]}, "skips[1].items"),
            ({"when": ["z"]}, "skips[1].when"),
            ({"when": ["b"]}, "skips[1].items"),
            ({"counts_as": 3}, "skips[1].counts_as"),
            ({"at_most": 0, "at_least": 1}, "skips[1].at_least"),
            ({"strikes": True}, "skips[1].strikes"),
        ],
    )
    def test_what_does_not_fit(self, skip: Parts, key: str) -> None:
        whole = {"items": ["b"], "when": ["a"], "counts_as": 0, **NOBODY} | skip
        assert refused(items=[item("a"), item("b")], scales=[scale("ab", 0, 4)], skips=[whole])[0] == key


class TestStruck:
    """Work does not apply: the item is out, whatever was answered there."""

    instrument = small(
        items=[item("a"), item("b"), item("na", required=False, **YES_NO)],
        scales=[scale("ab", 0, 4, skips=False), scale("b", 0, 2, key="rest")],
        skips=[{"items": ["a"], "when": ["na"], "at_least": 1, "strikes": True, **NOBODY}],
    )

    def test_the_whole_scale_has_no_score_and_the_rest_has(self) -> None:
        scored = score(self.instrument, {"a": 2, "b": 1, "na": True})
        assert (scored.scales["total"].value, scored.scales["rest"].value) == (None, 1)

    def test_a_no_strikes_nothing(self) -> None:
        assert score(self.instrument, {"a": 2, "b": 1, "na": False}).scales["total"].value == 3


class TestTriage:
    critical = {"critical": {"review": 1, "urgent": 1, "topic": "suicide", **NOBODY}}
    instrument = small(
        items=[
            item("a", kind="boolean"),
            item("b", kind="boolean"),
            item("c", kind="boolean", **critical),
        ],
        scales=[scale("abc", 0, 3, rule="highest_yes")],
        outcomes=[
            {"key": "some", "title": "Some", "algorithm": "count_at_least", "items": ["a", "b"]}
            | {"cut": 1, "count": 1, **NOBODY},
            {"key": "much", "title": "Much", "algorithm": "is_true", "item": "c", **NOBODY},
        ],
        levels=[
            {"key": "triage", "title": "Triage", "lowest": {"key": "none", "label": "none"}, **NOBODY}
            | {
                "steps": [
                    {"key": "low", "label": "low", "outcome": "some"},
                    {"key": "high", "label": "high", "outcome": "much"},
                ]
            }
        ],
        skips=[{"items": ["c"], "when": ["b"], "at_most": 0, "counts_as": 0, **NOBODY}],
    )

    @pytest.mark.parametrize(
        ("answers", "level", "rank"),
        [
            ({"a": False, "b": False}, LevelResult("none", "none"), 0),
            ({"a": True, "b": False}, LevelResult("low", "low"), 1),
            ({"a": True, "b": True}, LevelResult(None, "low"), None),
            ({"a": False, "b": True, "c": True}, LevelResult("high", "high"), 3),
            ({"c": True}, LevelResult("high", "high"), None),
            ({}, LevelResult(None, "none"), None),
        ],
    )
    def test_levels_and_the_gravest_yes(
        self, answers: dict[str, bool], level: LevelResult, rank: int | None
    ) -> None:
        scored = score(self.instrument, answers)
        assert (scored.levels["triage"], scored.scales["total"].value) == (level, rank)

    def test_a_safety_item_that_need_not_be_asked_is_not_unanswered(self) -> None:
        assert score(self.instrument, {"b": False}).critical == {}
        assert score(self.instrument, {"b": True}).critical == {"c": "unanswered"}

    def test_a_yes_counts_even_where_it_need_not_have_been_asked(self) -> None:
        scored = score(self.instrument, {"a": False, "b": False, "c": True})
        assert (scored.critical, scored.levels["triage"].level) == ({"c": "endorsed"}, "high")

    def test_a_level_of_an_unknown_outcome_is_refused(self) -> None:
        steps = [{"key": "low", "label": "low", "outcome": "none_such"}]
        levels = {"key": "t", "title": "T", "lowest": {"key": "none", "label": "none"}, "steps": steps}
        key, _ = refused(items=[item("a")], scales=[scale("a", 0, 2)], levels=[levels | NOBODY])
        assert key == "levels t.steps low.outcome"


class TestText:
    instrument = small(
        items=[item("a"), item("note", kind="text", max_length=5, scored=False, required=False)],
        scales=[scale("a", 0, 2)],
    )

    def test_it_is_kept_and_never_scored(self) -> None:
        scored = score(self.instrument, {"a": 1, "note": " rash "})
        assert (scored.answers["note"], scored.scales["total"].value) == ("rash", 1)

    @pytest.mark.parametrize("empty", ["", "  ", None])
    def test_an_empty_one_is_unanswered(self, empty: str | None) -> None:
        assert score(self.instrument, {"note": empty}).answers["note"] is None

    def test_a_no_break_space_is_a_character_like_others(self) -> None:
        assert score(self.instrument, {"note": "2\u00a0mg"}).answers["note"] == "2\u00a0mg"

    @pytest.mark.parametrize("wrong", [1, True, "longer", "a\x00", "a\ud800"])
    def test_what_it_may_not_be(self, wrong: object) -> None:
        with pytest.raises(AnswerError, match="item note"):
            score(self.instrument, {"note": wrong})

    @pytest.mark.parametrize("part", [{"scored": True}, {"critical": TestTriage.critical["critical"]}])
    def test_it_has_no_number(self, part: Parts) -> None:
        note = item("note", kind="text", max_length=5, **({"scored": False} | part))
        assert refused(items=[item("a"), note], scales=[scale("a", 0, 2)])[0] == "items note"


class TestMissingPolicy:
    def instrument(self, policy: str) -> Instrument:
        missing = {"policy": policy, "up_to": 1, **NOBODY}
        dire = {"critical": {"review": 1, "topic": "suicide", **NOBODY}}
        return small(items=[item("a"), item("b", **dire)], scales=[scale("ab", 0, 4, missing=missing)])

    def test_an_estimate_is_never_made_over_a_safety_item(self) -> None:
        cautious = self.instrument("prorate_unless_critical")
        assert score(cautious, {"a": 1}).scales["total"].prorated is None
        assert score(cautious, {"b": 1}).scales["total"].prorated == 2

    def test_another_policy_is_chosen_by_name(self) -> None:
        assert score(self.instrument("prorate"), {"a": 1}).scales["total"].prorated == 2
        strict = with_policy(self.instrument("prorate"), "strict")
        assert score(strict, {"a": 1}).scales["total"].prorated is None


def test_the_sum_when_answers_are_coded_from_one() -> None:
    one = small(items=[item("a"), item("b")], scales=[scale("ab", 2, 6, rule="sum_from_one")])
    total = score(one, {"a": 2, "b": 1}).scales["total"]
    assert (total.value, total.percent) == (5, 75.0)


class TestWhatAnOutcomeMayBeAbout:
    """What could not be decided, or would silently never hold, is refused with the definition."""

    PARTS: Parts = {
        "items": [
            item("a"),
            item("b"),
            item("yes", kind="boolean"),
            item("note", kind="text", scored=False, max_length=9),
        ],
        "scales": [
            scale("ab", 0, 4),
            {**scale("", 0, 1, rule="highest_yes"), "key": "gravest", "items": ["yes"]},
        ],
    }

    @pytest.mark.parametrize(
        ("algorithm", "key", "value"),
        [
            ("item_at_least", "item", "note"),
            ("item_at_least", "item", ["a"]),
            ("item_at_least", "item", 1),
            ("is_true", "item", "a"),
            ("longer_than", "at_boundary", "a"),
            ("count_at_least", "items", ["a", "note"]),
            ("count_at_least", "items", ["a", "a"]),
            ("score_at_least", "scale", ["total"]),
            ("score_at_least", "scale", "gravestone"),
            ("percent_at_least", "scale", "gravest"),
        ],
    )
    def test_not_this(self, algorithm: str, key: str, value: object) -> None:
        good: dict[str, Parts] = {
            "item_at_least": {"item": "a", "cut": 1},
            "is_true": {"item": "yes"},
            "longer_than": {"item": "a", "than": 1, "at_boundary": "yes"},
            "count_at_least": {"items": ["a", "b"], "cut": 1, "count": 1},
            "score_at_least": {"scale": "gravest", "cut": 1},
            "percent_at_least": {"scale": "total", "percent": 50},
        }
        outcome = {"key": "it", "title": "It", "algorithm": algorithm, **good[algorithm], **NOBODY}
        assert small(**self.PARTS, outcomes=[outcome]).outcomes
        assert refused(**self.PARTS, outcomes=[outcome | {key: value}])[0] == f"outcomes it.{key}"

    def test_a_yes_that_is_taken_for_granted_is_a_yes(self) -> None:
        instrument = small(
            **self.PARTS,
            outcomes=[{"key": "it", "title": "It", "algorithm": "is_true", "item": "yes", **NOBODY}],
            skips=[{"items": ["yes"], "when": ["a"], "at_least": 2, "counts_as": 1, **NOBODY}],
        )
        assert score(instrument, {"a": 2}).outcomes == {"it": True}
        assert score(instrument, {"a": 1}).outcomes == {"it": None}


def test_a_scale_that_ends_at_0_has_no_percentage() -> None:
    below = {"kind": "number", "range": [-2, 0]}
    assert refused(items=[item("a", **below)], scales=[scale("a", -2, 0)]) == (
        "scales total.range",
        "must reach above 0: it is also given in percent of the highest sum",
    )


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"a": False, "b": False}, "none"),
        ({"a": True, "b": True}, "at least low"),
        ({}, "open: answers are missing"),
    ],
)
def test_a_level_in_words_never_calls_missing_answers_none(answers: dict[str, bool], words: str) -> None:
    triage = TestTriage.instrument
    found = score(triage, answers).levels["triage"]
    assert level_in_words(triage.levels[0], found) == words

"""What an answer may be, what a missing one means, and how scores are read."""

import math

import pytest

from measures import registry
from measures.algorithms import ALGORITHMS
from measures.errors import AnswerError, UnknownNumbering
from measures.loader import read
from measures.scoring import check_answer, critical_level, score
from measures.table import Table

PHQ9 = registry.get("phq9")
HAMD17 = registry.get("hamd17")
CAPS5 = registry.get("caps5")


def answers(instrument, value=0, **changed):
    given = dict.fromkeys(instrument.scales[0].items, value)
    return given | {code.lstrip("_"): answer for code, answer in changed.items()}


class Sneaky(str):
    """A text that looks like a number."""


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (4, "must be one of 0, 1, 2, 3"),
        (-1, "must be one of"),
        (2.5, "must be one of"),
        (10**400, "must be one of"),
        (1e300, "must be one of"),
        (math.nan, "finite"),
        (math.inf, "finite"),
        (-math.inf, "finite"),
        (True, "must be a number"),
        (False, "must be a number"),
        ("2", "must be a number"),
        (Sneaky("2"), "must be a number"),
        ("", "must be a number"),
        ([2], "must be a number"),
        ({}, "must be a number"),
        (2 + 0j, "must be a number"),
    ],
)
def test_an_answer_that_cannot_be_one_is_refused(value, reason):
    with pytest.raises(AnswerError) as refusal:
        score(PHQ9, answers(PHQ9, _4=value))
    assert refusal.value.item == "4"
    assert reason in refusal.value.reason


def test_a_refusal_never_repeats_the_answer():
    with pytest.raises(AnswerError) as refusal:
        score(PHQ9, answers(PHQ9, _4="my neighbour's name"))
    assert "neighbour" not in str(refusal.value)


@pytest.mark.parametrize("code", ["11", "0", "phq9_1", "", 1, None, ("1",)])
def test_an_unknown_item_is_refused(code):
    with pytest.raises(AnswerError, match="is not an item of phq9"):
        score(PHQ9, {code: 1})


def test_whole_numbers_may_arrive_as_decimals():
    scored = score(PHQ9, answers(PHQ9, 2.0))
    assert scored.answers["1"] == 2
    assert isinstance(scored.answers["1"], int)
    assert scored.scales["total"].value == 18


@pytest.mark.parametrize(
    ("code", "value", "cleaned"),
    [
        ("22", 0, 0),
        ("22", 1200, 1200),
        ("22", 0.5, 0.5),
        ("22", 12, 12),
        ("22", 12.0, 12),
        ("A", True, True),
        ("A", False, False),
        ("A", None, None),
    ],
)
def test_numbers_and_yes_or_no(code, value, cleaned):
    assert check_answer(CAPS5.item(code), value) == cleaned


@pytest.mark.parametrize(
    ("code", "value", "reason"),
    [
        ("22", -0.1, "from 0 to 1200"),
        ("22", 1201, "from 0 to 1200"),
        ("22", True, "must be a number"),
        ("A", 1, "true or false"),
        ("A", "yes", "true or false"),
    ],
)
def test_numbers_and_yes_or_no_refused(code, value, reason):
    with pytest.raises(AnswerError, match=reason):
        check_answer(CAPS5.item(code), value)


def test_absent_and_none_are_both_missing_and_never_zero():
    absent = score(PHQ9, {"1": 3, "2": 3})
    assert absent == score(PHQ9, answers(PHQ9, None, _1=3, _2=3))
    total = absent.scales["total"]
    assert (total.value, total.partial, total.items_answered, total.items_missing) == (None, 6, 2, 7)
    assert (total.prorated, total.band, total.best) == (None, None, None)
    assert absent.answers == dict.fromkeys(item.code for item in PHQ9.items) | {"1": 3, "2": 3}


def test_an_estimate_never_stands_in_for_a_score():
    total = score(PHQ9, answers(PHQ9, 1, _8=None)).scales["total"]
    assert (total.value, total.sum, total.mean, total.percent) == (None, None, None, None)
    assert (total.prorated, total.best, total.band) == (9, 9, "mild")


def test_a_complete_score_has_no_estimate():
    total = score(PHQ9, answers(PHQ9, 1)).scales["total"]
    assert (total.value, total.best, total.prorated) == (9, 9, None)


@pytest.mark.parametrize(
    ("answer", "state", "level"),
    [(None, "unanswered", None), (0, "denied", None), (1, "endorsed", "review"), (2, "endorsed", "urgent")],
)
def test_the_suicide_item_of_the_phq9(answer, state, level):
    assert score(PHQ9, answers(PHQ9, _9=answer)).critical == {"9": state}
    assert critical_level(PHQ9, "9", answer) == level


@pytest.mark.parametrize(
    ("answer", "state", "level"),
    [
        (None, "unanswered", None),
        (0, "denied", None),
        (1, "endorsed", "review"),
        (2, "endorsed", "review"),
        (3, "endorsed", "urgent"),
        (4, "endorsed", "urgent"),
    ],
)
def test_the_suicide_item_of_the_hamilton(answer, state, level):
    assert score(HAMD17, answers(HAMD17, _3=answer)).critical == {"3": state}
    assert critical_level(HAMD17, "3", answer) == level


def test_only_safety_items_alarm():
    assert critical_level(PHQ9, "1", 3) is None


@pytest.mark.parametrize(
    ("months", "at_boundary", "met"),
    [
        (1, True, True),
        (1, False, False),
        (1, None, None),
        (0.9, True, False),
        (1.1, False, True),
        (None, True, None),
    ],
)
def test_at_exactly_one_month_the_rater_decides_criterion_f(months, at_boundary, met):
    assert score(CAPS5, {"22": months, "F": at_boundary}).outcomes["criterion_f"] is met


def test_the_week_form_of_the_caps_draws_no_diagnosis():
    week = registry.get("caps5_week")
    scored = score(week, answers(week, 4))
    assert scored.outcomes == {}
    assert scored.scales["total"].value == 80
    assert week.change is None


def test_other_numberings():
    hamilton_1960 = {str(place): 0 for place in range(1, 18)} | {"16": 2, "17": 1}
    scored = score(HAMD17, hamilton_1960, "hamilton1960")
    assert (scored.answers["17"], scored.answers["16"]) == (2, 1)  # insight stands before weight there
    with pytest.raises(UnknownNumbering, match="phq9 has no item numbering 'socq'"):
        score(PHQ9, {}, "socq")


def test_a_refusal_names_the_item_as_it_was_sent():
    with pytest.raises(AnswerError) as refusal:
        score(registry.get("meq30"), {"87": 6}, "socq")
    assert refusal.value.item == "87"
    with pytest.raises(AnswerError, match="item 1: is not an item"):
        score(registry.get("meq30"), {"1": 3}, "socq")


def instrument_with_rule(rule, low, high):
    """Two items of 1 to 5, scored by another rule, with whole-number bands."""
    text = {"1": "a", "3": "b", "5": "c"}
    return read(
        Table(
            {
                "key": "pair",
                "version": "1",
                "title": "Pair",
                "short_title": "Pair",
                "rater": "self",
                "recall": "today",
                "purpose": "To test.",
                "minutes": 1,
                "instruction": "Answer.",
                "rights": {"holder": "nobody", "terms": "free", "wording": "verbatim"},
                "sources": [{"source": "none", "confidence": "policy"}],
                "items": [{"code": code, "label": code, "options": text} for code in "ab"],
                "scales": [
                    {
                        "key": "total",
                        "title": "Total",
                        "items": ["a", "b"],
                        "rule": rule,
                        "range": [low, high],
                        "direction": "higher_is_worse",
                        "missing": {
                            "policy": "prorate",
                            "up_to": 1,
                            "source": "none",
                            "confidence": "policy",
                        },
                    }
                ],
            },
            "pair.toml",
        )
    )


@pytest.mark.parametrize(
    ("rule", "low", "high", "both", "one"),
    [("sum", 2, 10, 4, 6), ("mean", 1, 5, 2, 3), ("percent_of_max", 20, 100, 40, 60)],
)
def test_the_three_rules(rule, low, high, both, one):
    instrument = instrument_with_rule(rule, low, high)
    complete = score(instrument, {"a": 3, "b": 1}).scales["total"]
    assert (complete.value, complete.sum, complete.mean, complete.percent) == (both, 4, 2.0, 40.0)
    partly = score(instrument, {"a": 3}).scales["total"]
    assert (partly.value, partly.partial, partly.prorated) == (None, 3, one)


def test_every_algorithm_is_used_by_an_instrument_or_is_the_twin_of_one():
    """``any_of`` is there for the definitions of sites: "and" without "or" would leave them half a language."""
    used = {outcome.algorithm for instrument in registry.all_latest() for outcome in instrument.outcomes}
    assert set(ALGORITHMS) - used == {"any_of"}

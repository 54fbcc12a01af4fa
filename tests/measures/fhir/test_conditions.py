"""Conditions mean what the skip rules mean: evaluated as the specification words them, on every answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from measures import registry
from measures.fhir.conditions import enabled, in_words
from measures.instrument import Instrument, Item, Option, Skip, Source
from measures.result import Answer
from measures.skips import skipped

SOURCE = Source("a paper")
WITH_SKIPS = [instrument for instrument in registry.all_latest() if instrument.skips]
OPTIONS = tuple(Option(value, str(value)) for value in range(3))


def item(code: str, kind: str = "choice", **more: Any) -> Item:
    return Item(
        code, code, OPTIONS if kind == "choice" else (), 0, 1 if kind == "boolean" else 2, kind, **more
    )


def skip(items: str, when: str, **more: Any) -> Skip:
    rule = {"at_most": None, "at_least": None, "counts_as": None, "strikes": False, "source": SOURCE}
    return Skip(tuple(items), tuple(when), **(rule | more))


def made(items: list[Item], *skips: Skip) -> Instrument:
    return replace(registry.get("phq9"), items=tuple(items), skips=skips, loinc={})


def holds(condition: dict[str, Any], answers: dict[str, Answer]) -> bool:
    """One condition by the words of R4: "!=" is true when no answer has the value, thus also without one."""
    answer = answers.get(condition["question"])
    wanted = next(value for name, value in condition.items() if name.startswith("answer"))
    if isinstance(wanted, dict):
        wanted = float(wanted["code"])
    if condition["operator"] == "exists":
        return (answer is not None) == wanted
    if condition["operator"] == "!=":
        return answer is None or answer != wanted
    return answer is not None and (answer > wanted if condition["operator"] == ">" else answer < wanted)


def values(each: Item) -> list[Answer]:
    if each.kind == "boolean":
        return [None, False, True]
    return [None, *([option.value for option in each.options] or [0, 1, 2])]


def combinations(instrument: Instrument, code: str) -> Iterator[dict[str, Answer]]:
    when = sorted({each for rule in instrument.skips if code in rule.items for each in rule.when})
    for chosen in product(*(values(instrument.item(each)) for each in when)):
        yield dict(zip(when, chosen, strict=True))


def disagreements(instrument: Instrument, code: str) -> list[dict[str, Answer]]:
    """The answers for which the conditions ask the item and the rules do not, or the other way round."""
    said = enabled(instrument, instrument.item(code))
    assert said is not None
    meets = {"all": all, "any": any}[said.behaviour]
    return [
        answers
        for answers in combinations(instrument, code)
        if (not said.when or meets(holds(condition, answers) for condition in said.when))
        == (code in skipped(instrument, answers))
    ]


SAID = [
    (instrument, each.code)
    for instrument in WITH_SKIPS
    for each in instrument.items
    if enabled(instrument, each) is not None and any(each.code in rule.items for rule in instrument.skips)
]


@pytest.mark.parametrize(
    ("instrument", "code"), [pytest.param(*one, id=f"{one[0].key}-{one[1]}") for one in SAID]
)
def test_the_conditions_of_a_shipped_item_are_exactly_its_skip_rules(
    instrument: Instrument, code: str
) -> None:
    assert disagreements(instrument, code) == []


def test_the_triage_and_the_screening_have_conditions() -> None:
    assert {(instrument.key, code) for instrument, code in SAID} >= {
        ("cssrs_screener", "3"),
        ("cssrs_screener", "5"),
        ("audit", "2"),
        ("audit", "3"),
        ("wsas", "1"),
        ("hamd21", "18B"),
    }


def test_items_that_excuse_each_other_are_not_hidden_from_each_other() -> None:
    qids = registry.get("qids_sr16")
    assert [enabled(qids, qids.item(code)) for code in ("6", "7", "8", "9")] == [None] * 4


def test_two_rules_that_need_a_bracket_are_not_said_flat() -> None:
    audit = registry.get("audit")
    assert enabled(audit, audit.item("4")) is None


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("choice", {"at_most": 0}),
        ("choice", {"at_most": 1}),
        ("choice", {"at_least": 1}),
        ("choice", {"at_least": 2}),
        ("choice", {"at_most": -1}),
        ("choice", {}),
        ("boolean", {"at_most": 0}),
        ("boolean", {"at_least": 1}),
        ("boolean", {}),
        ("number", {"at_most": 0}),
        ("number", {"at_least": 2}),
        ("number", {}),
    ],
)
@pytest.mark.parametrize("strikes", [False, True])
def test_a_rule_about_one_item_is_said_exactly(kind: str, rule: dict[str, int], strikes: bool) -> None:
    instrument = made([item("a", kind), item("x")], skip("x", "a", strikes=strikes, **rule))
    assert disagreements(instrument, "x") == []


@pytest.mark.parametrize("rule", [{"at_most": 0}, {"at_least": 4}, {}])
def test_a_rule_about_several_items_is_said_where_one_end_decides(rule: dict[str, int]) -> None:
    instrument = made([item("a"), item("b"), item("x")], skip("x", "ab", **rule))
    assert disagreements(instrument, "x") == []


@pytest.mark.parametrize(
    ("kinds", "highest"),
    [(("boolean", "boolean"), 2), (("choice", "boolean"), 3), (("boolean", "choice"), 3)],
)
@pytest.mark.parametrize("end", ["at_most", "at_least"])
def test_yes_and_no_add_up_with_other_answers(kinds: tuple[str, str], highest: int, end: str) -> None:
    rule = {end: 0 if end == "at_most" else highest}
    instrument = made([item("a", kinds[0]), item("b", kinds[1]), item("x")], skip("x", "ab", **rule))
    said = enabled(instrument, instrument.item("x"))
    assert said is not None
    forms = {"boolean": "answerBoolean", "choice": "answerCoding"}
    assert all(forms[kind] in condition for kind, condition in zip(kinds, said.when, strict=True))
    assert disagreements(instrument, "x") == []


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("choice", {"at_most": 1}),
        ("choice", {"at_least": 1}),
        ("choice", {"at_most": -1}),
        ("number", {"at_most": 0}),
    ],
)
def test_a_sum_that_several_answers_reach_is_not_said(kind: str, rule: dict[str, int]) -> None:
    instrument = made([item("a", kind), item("b", kind), item("x")], skip("x", "ab", **rule))
    assert enabled(instrument, instrument.item("x")) is None


def test_two_simple_rules_hold_together() -> None:
    rules = skip("x", "a", at_most=0), skip("x", "b", at_least=1)
    assert disagreements(made([item("a"), item("b", "boolean"), item("x")], *rules), "x") == []


def test_an_item_is_not_its_own_condition() -> None:
    instrument = made([item("x")], skip("x", "x", at_least=1, strikes=True))
    assert enabled(instrument, instrument.item("x")) is None


def test_an_item_that_no_rule_names_is_always_asked() -> None:
    instrument = made([item("a"), item("x")], skip("x", "a"))
    said = enabled(instrument, instrument.item("a"))
    assert said is not None and said.when == ()


def test_a_rule_in_words() -> None:
    assert in_words(skip("x", "ab", at_most=0, counts_as=0)) == (
        "Needs no answer when item a and item b are answered and add up to at most 0; it then counts as 0."
    )
    assert in_words(skip("x", "a", at_least=1, strikes=True)) == (
        "Needs no answer when item a is answered with at least 1; an answer given all the same does not count."
    )

"""Foreign Questionnaires as drafts: everything carried over or named, and nothing live that nobody looked at."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from measures import registry
from measures.errors import DefinitionError
from measures.fhir.draft import draft_definition
from measures.fhir.questionnaire import questionnaire
from measures.fhir.resource import FhirError, as_json
from measures.instrument import Instrument, Item
from measures.loader import load_text
from measures.scoring import score

ASKED = [instrument for instrument in registry.all_latest() if instrument.items]
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
TO_FILL = {
    "rater": '"self"',
    "recall": '"the last week"',
    "purpose": '"How you are."',
    "minutes": "2",
    "instruction": '"How often?"',
    "holder": '"Somebody"',
    "terms": '"Free."',
    "wording": '"labels"',
    "source": '"A paper"',
    "confidence": '"high"',
    "direction": '"higher_is_worse"',
}


def settled(draft: str, but: str = "") -> str:
    """The draft after somebody has filled it in, ``but`` for one key."""
    text = draft if but == "undecided" else re.sub(r"undecided = \[.*?\n\]\n", "", draft, flags=re.DOTALL)
    for key in TO_FILL.keys() - {but}:
        text = re.sub(rf'^{key} = (""|0)(?=\s|$)', f"{key} = {TO_FILL[key]}", text, flags=re.MULTILINE)
    return text


def load(draft: str) -> Instrument:
    return load_text(settled(draft), "draft.toml")


def carried(item: Item) -> Item:
    """An item as far as a Questionnaire can tell of it."""
    scored = item.scored and item.kind == "choice"
    reverse = item.reverse and item.kind == "choice"
    return replace(
        item, critical=None, aliases={}, scored=scored, reverse=reverse, required=item.required or scored
    )


@pytest.mark.parametrize("instrument", ASKED, ids=lambda instrument: instrument.key)
def test_every_shipped_instrument_comes_back_with_the_same_items(instrument: Instrument) -> None:
    draft = draft_definition(as_json(questionnaire(instrument)))
    whole = [item for item in instrument.items if item.scored and item.kind == "choice"]
    if not whole:
        assert 'items = []\nrule = "sum"\nrange = []' in draft
        return
    back = load(draft)
    unsaid = {code for skip in instrument.skips for code in skip.items}
    pairs = zip(back.items, map(carried, instrument.items), strict=True)
    assert [
        (ours, theirs)
        for ours, theirs in pairs
        if ours != theirs and replace(ours, required=True) != replace(theirs, required=theirs.code in unsaid)
    ] == []
    assert back.key == instrument.key
    assert back.scale("total").items == tuple(item.code for item in whole)


def test_a_sum_scored_by_the_draft_is_the_sum_scored_by_the_original() -> None:
    original = registry.get("wai36")
    back = load(draft_definition(as_json(questionnaire(original))))
    answers = {item.code: 1 + place % 7 for place, item in enumerate(original.items)}
    assert score(back, answers).scales["total"].value == score(original, answers).scales["total"].value


def option(value: float | None, label: str = "", url: str = ORDINAL, **coding: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"code": f"LA{label}", "display": label or f"Answer {value}"} | coding
    if value is not None:
        made["extension"] = [{"url": url, "valueDecimal": value}]
    return {"valueCoding": made}


def asked(link_id: str, **changes: Any) -> dict[str, Any]:
    options = [option(value, f"much {value}") for value in (0, 1, 2)]
    return {
        "linkId": link_id,
        "text": f"Question {link_id}",
        "type": "choice",
        "answerOption": options,
    } | changes


def foreign(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    head = {"resourceType": "Questionnaire", "status": "active", "title": "Some Scale", "name": "SomeScale"}
    return head | {"item": list(items)} | changes


def test_groups_are_opened_up_and_their_words_kept() -> None:
    group = {"linkId": "g", "type": "group", "text": "In the past week:", "item": [asked("/a-1"), asked("b")]}
    later = {"linkId": "h", "type": "group", "text": "And today:", "item": [asked("c", item=[asked("d")])]}
    draft = draft_definition(foreign(group, later))
    back = load(draft)
    assert [item.code for item in back.items] == ["a_1", "b", "c", "d"]
    assert back.instruction == "In the past week:"
    assert "# Link id /a-1." in draft and "h: And today:" in draft
    assert (back.scale("total").minimum, back.scale("total").maximum) == (0, 8)


@pytest.mark.parametrize("url", [ORDINAL, WEIGHT])
def test_the_value_stands_on_the_option_or_on_its_coding_by_either_name(url: str) -> None:
    on_option = [
        {"valueString": "never", "extension": [{"url": url, "valueDecimal": 0}]},
        {"valueCoding": {"display": "often"}, "extension": [{"url": url, "valueDecimal": 2.5}]},
    ]
    back = load(draft_definition(foreign(asked("1", answerOption=on_option))))
    assert [(each.value, each.label) for each in back.items[0].options] == [(0, "never"), (2.5, "often")]


def test_options_that_are_numbers_are_labelled_by_them() -> None:
    options = [
        {"valueInteger": number, "extension": [{"url": ORDINAL, "valueDecimal": number}]}
        for number in range(3)
    ]
    back = load(draft_definition(foreign(asked("1", answerOption=options))))
    assert [(each.value, each.label) for each in back.items[0].options] == [(0, "0"), (1, "1"), (2, "2")]


def test_what_is_scored_is_the_ordinal_value_not_the_code() -> None:
    options = [option(value, code=str(code)) for code, value in ((1, 0), (2, 10), (3, 30))]
    back = load(draft_definition(foreign(asked("1", answerOption=options))))
    assert [each.value for each in back.items[0].options] == [0, 10, 30]
    assert not back.items[0].reverse


def test_codes_that_run_against_the_values_are_a_reversed_item() -> None:
    options = [option(5 - code, code=str(code)) for code in (1, 2, 3, 4)]
    item = load(draft_definition(foreign(asked("1", answerOption=options)))).items[0]
    assert item.reverse and [each.value for each in item.options] == [1, 2, 3, 4]


def test_other_kinds_are_recorded_and_not_scored() -> None:
    bounds = [
        {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 30},
        {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 250},
        {
            "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
            "valueCoding": {"code": "/min"},
        },
    ]
    back = load(
        draft_definition(
            foreign(
                asked("1"),
                {"linkId": "2", "text": "Pulse", "type": "integer", "extension": bounds, "required": True},
                {"linkId": "3", "text": "Bleeding", "type": "boolean"},
                {"linkId": "4", "text": "Else", "type": "text", "maxLength": 90},
                {"linkId": "5", "text": "Note", "type": "string"},
            )
        )
    )
    facts = [(item.kind, item.scored, item.required, item.unit, item.max_length) for item in back.items]
    assert facts == [
        ("choice", True, True, "", 0),
        ("number", False, True, "/min", 0),
        ("boolean", False, False, "", 0),
        ("text", False, False, "", 90),
        ("text", False, False, "", 200),
    ]
    assert (back.items[1].minimum, back.items[1].maximum) == (30, 250)


def test_a_number_without_bounds_is_refused_until_it_has_them() -> None:
    draft = draft_definition(foreign(asked("1"), {"linkId": "2", "text": "Weight", "type": "decimal"}))
    with pytest.raises(DefinitionError, match=r"items\[2\].range"):
        load(draft)
    assert load(draft.replace("range = []", "range = [30, 300]")).items[1].decimals


@pytest.mark.parametrize("left", [*TO_FILL, "undecided"])
def test_what_nobody_has_filled_in_is_refused_by_its_name(left: str) -> None:
    draft = draft_definition(foreign(asked("1"), asked("2")))
    with pytest.raises(DefinitionError) as refusal:
        load_text(settled(draft, but=left), "draft.toml")
    assert left in refusal.value.key


def test_the_draft_asks_for_safety_items_conditions_and_what_was_left_out() -> None:
    computed = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
    expression = [{"url": computed, "valueExpression": {"language": "text/fhirpath", "expression": "1"}}]
    condition = [{"question": "1", "operator": "=", "answerCoding": {"code": "LA1"}}]
    draft = draft_definition(
        foreign(
            asked("1", code=[{"system": "http://loinc.org", "code": "44250-9"}]),
            asked("2", enableWhen=condition),
            {"linkId": "sum", "text": "Total", "type": "decimal", "extension": expression},
            {"linkId": "old", "text": "Total", "type": "integer", "readOnly": True},
            {"linkId": "thanks", "type": "display", "text": "Thank you."},
        )
    )
    undecided = draft.split("undecided = [")[1].split("\n]")[0]
    for said in (
        "[items.critical]",
        "under conditions are 2",
        "sum, old",
        "thanks: Thank you.",
        "1 = 44250-9",
    ):
        assert said in undecided
    assert [item.code for item in load(draft).items] == ["1", "2"]


def test_words_shown_with_a_question_are_its_help() -> None:
    shown = {"linkId": "1h", "type": "display", "text": "Count naps, too."}
    assert load(draft_definition(foreign(asked("1", item=[shown])))).items[0].help == "Count naps, too."


def test_no_text_of_the_questionnaire_can_write_into_the_definition() -> None:
    attack = 'x"\nwording = "verbatim"\n[change]\u2028\x7f\\'
    draft = draft_definition(
        foreign(
            asked("1", text=attack, answerOption=[option(0, attack), option(1, "b")]),
            title=attack,
            copyright=attack,
        )
    )
    back = load(draft)
    assert back.change is None and back.rights.wording == "labels"
    assert back.items[0].label == attack and back.title == attack
    assert back.items[0].options[0].label == attack


@pytest.mark.parametrize(
    ("item", "place", "reason"),
    [
        (asked("7", type="open-choice"), "item 7", "open-choice"),
        ({"linkId": "7", "text": "When", "type": "date"}, "item 7", "type"),
        ({"linkId": "7", "text": "How much", "type": "quantity"}, "item 7", "type"),
        ({"linkId": "7", "text": "Which", "type": "nonsense"}, "item 7", "type"),
        (asked("7", repeats=True), "item 7", "several answers"),
        ({"linkId": "7", "type": "group", "repeats": True, "item": [asked("8")]}, "item 7", "several times"),
        (asked("7", answerOption=[option(0), option(None, code="x")]), "item 7", "without an ordinal value"),
        (
            asked("7", answerOption=[option(None, code="x"), option(None, code="y")]),
            "item 7",
            "ordinal value",
        ),
        (asked("7", answerOption=[option(0), option(0, "also")]), "item 7", "count the same"),
        (asked("7", answerOption=[option(0)]), "item 7", "fewer than two"),
        ({"linkId": "7", "text": "x", "type": "choice", "answerValueSet": "#yes"}, "item 7", "value set"),
        (
            asked("7", modifierExtension=[{"url": "urn:x", "valueBoolean": True}]),
            "item 7",
            "modifierExtension",
        ),
        (
            asked("7", answerOption=[{"valueCoding": {"system": "urn:x"}}, option(1)]),
            "item 7",
            "without words",
        ),
    ],
)
def test_what_a_definition_cannot_say_is_named(item: dict[str, Any], place: str, reason: str) -> None:
    with pytest.raises(FhirError) as refusal:
        draft_definition(foreign(asked("1"), item))
    assert place in refusal.value.path and reason in str(refusal.value)


def test_two_values_for_one_answer_are_refused() -> None:
    both = option(1, "b")
    both["extension"] = [{"url": WEIGHT, "valueDecimal": 2}]
    with pytest.raises(FhirError, match="not one number"):
        draft_definition(foreign(asked("1", answerOption=[option(0, "a"), both])))


def test_link_ids_that_become_the_same_code_are_refused() -> None:
    with pytest.raises(FhirError, match="like that of another item"):
        draft_definition(foreign(asked("a-1"), asked("a.1")))


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], "resourceType"),
        (foreign(asked("1"), resourceType="Bundle"), "resourceType"),
        (foreign(asked("1"), status=None), "status"),
        (foreign(asked("1", repeats="true")), "item.0.repeats"),
        (foreign(asked("1", text=5)), "item.0.text"),
        (foreign(asked("1", answerOption=[option("1"), option(0)])), "valueDecimal"),  # type: ignore[arg-type]
        (foreign(), "item"),
        (foreign({"linkId": "1", "type": "display", "text": "Hello"}), "item"),
        (foreign(asked("1"), implicitRules="urn:x"), "implicitRules"),
    ],
)
def test_what_is_no_questionnaire_is_refused(body: Any, path: str) -> None:
    with pytest.raises(FhirError) as refusal:
        draft_definition(body)
    assert path in refusal.value.path


@pytest.mark.parametrize(
    ("changes", "key", "version"),
    [
        ({"url": "http://example.org/Questionnaire/my-scale", "version": "2.1 beta"}, "my_scale", "2-1-beta"),
        ({"url": "http://loinc.org/q/44249-1"}, "somescale", "1"),
        ({"name": "_9"}, "", "1"),
    ],
)
def test_key_and_version_are_taken_over_where_they_can_be(
    changes: dict[str, str], key: str, version: str
) -> None:
    draft = draft_definition(foreign(asked("1"), **changes))
    assert f'\nkey = "{key}"\nversion = "{version}"\n' in draft

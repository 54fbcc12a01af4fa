"""Every shipped instrument as a Questionnaire, against the rules that the specification states in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from measures import registry
from measures.fhir.names import DESIGN_NOTE, MAX_VALUE, MIN_VALUE, ORDINAL_VALUE, UNIT
from measures.fhir.questionnaire import questionnaire
from measures.fhir.resource import FhirError, as_json
from measures.instrument import Instrument

ASKED = [instrument for instrument in registry.all_latest() if instrument.items]
TYPES = {"group", "display", "boolean", "decimal", "integer", "string", "choice"}


def out(instrument: Instrument) -> dict[str, Any]:
    return as_json(questionnaire(instrument))


def every_item(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        yield from every_item(item.get("item", []))


def item_of(key: str, code: str) -> dict[str, Any]:
    return next(item for item in out(registry.get(key))["item"] if item["linkId"] == code)


def extension(element: dict[str, Any], url: str) -> list[Any]:
    return [
        value
        for each in element.get("extension", [])
        if each["url"] == url
        for name, value in each.items()
        if name != "url"
    ]


@pytest.mark.parametrize("instrument", ASKED, ids=lambda instrument: instrument.key)
def test_the_invariants_of_the_specification_hold(instrument: Instrument) -> None:
    """que-0, que-2, que-3, que-5, que-6, que-7, que-10 and que-12 of R4, which the models do not check."""
    resource = out(instrument)
    items = list(every_item(resource["item"]))
    links = Counter(item["linkId"] for item in items)
    assert re.fullmatch(r"[A-Z]([A-Za-z0-9_]){0,254}", resource["name"])
    assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", resource["id"])
    assert set(links.values()) == {1}
    for item in items:
        assert item["type"] in TYPES
        assert ("answerOption" in item) == (item["type"] == "choice")
        assert not (item["type"] == "display" and ({"required", "maxLength"} & set(item)))
        assert ("maxLength" in item) == (item["type"] == "string")
        conditions = item.get("enableWhen", [])
        assert ("enableBehavior" in item) == (len(conditions) > 1)
        for condition in conditions:
            assert condition["question"] in links and condition["question"] != item["linkId"]
            assert condition["operator"] != "exists" or condition["answerBoolean"] is False


@pytest.mark.parametrize("instrument", ASKED, ids=lambda instrument: instrument.key)
def test_each_item_stands_there_once_in_order_with_its_words(instrument: Instrument) -> None:
    asked = [item for item in out(instrument)["item"] if item["type"] != "display"]
    assert [(item["linkId"], item["text"]) for item in asked] == [
        (item.code, item.label) for item in instrument.items
    ]


def test_the_phq9_has_its_verified_loinc_codes_and_its_rights() -> None:
    resource = out(registry.get("phq9"))
    assert resource["url"] == "urn:throughline:questionnaire:phq9"
    assert resource["code"] == [{"system": "http://loinc.org", "code": "44249-1"}]
    assert item_of("phq9", "9")["code"] == [{"system": "http://loinc.org", "code": "44260-8"}]
    assert "Pfizer" in resource["copyright"] and "authors' words" in resource["copyright"]


def test_labels_of_our_own_are_called_that() -> None:
    assert "not the authors' words" in out(registry.get("caps5"))["copyright"]


def test_an_answer_says_what_it_counts_only_where_it_counts() -> None:
    counted = [
        extension(option["valueCoding"], ORDINAL_VALUE) for option in item_of("phq9", "1")["answerOption"]
    ]
    assert counted == [[0], [1], [2], [3]]
    assert not any("extension" in option["valueCoding"] for option in item_of("phq9", "10")["answerOption"])


def test_a_reversed_item_counts_the_other_way_round_and_keeps_its_codes() -> None:
    instrument = registry.get("wai36")
    item = next(item for item in instrument.items if item.reverse)
    options = item_of("wai36", item.code)["answerOption"]
    codes = [option["valueCoding"]["code"] for option in options]
    counted = [extension(option["valueCoding"], ORDINAL_VALUE)[0] for option in options]
    assert codes == [str(option.value) for option in item.options]
    assert counted == [item.minimum + item.maximum - option.value for option in item.options]


def test_a_number_has_its_bounds_and_its_unit() -> None:
    vital = next(item for item in registry.get("vital_signs").items if item.unit == "mmHg")
    said = item_of("vital_signs", vital.code)
    assert said["type"] == ("decimal" if vital.decimals else "integer")
    assert (extension(said, MIN_VALUE), extension(said, MAX_VALUE)) == ([vital.minimum], [vital.maximum])
    assert extension(said, UNIT) == [{"display": "mmHg"}]


def test_whoever_builds_a_form_is_told_of_the_safety_item() -> None:
    assert extension(item_of("phq9", "9"), DESIGN_NOTE) == [
        "Safety item (suicide): reviewed from 1, urgent from 2."
    ]


def test_a_half_point_is_a_code_of_its_own() -> None:
    codes = [option["valueCoding"]["code"] for option in item_of("ymrs", "1")["answerOption"]]
    assert codes[:3] == ["0", "0.5", "1"]


def test_the_words_of_a_pack_take_the_place_of_the_labels() -> None:
    instrument = registry.get("phq9")
    german = replace(
        instrument,
        instruction="Wie oft?",
        items=(replace(instrument.items[0], label="Wenig Interesse"), *instrument.items[1:]),
    )
    resource = as_json(questionnaire(german, language="de"))
    assert (resource["language"], resource["item"][0]["text"]) == ("de", "Wie oft?")
    assert resource["item"][1]["text"] == "Wenig Interesse"
    assert resource["item"][1]["answerOption"] == item_of("phq9", "1")["answerOption"]


@pytest.mark.parametrize("key", [one.key for one in registry.all_latest() if not one.items])
def test_what_only_totals_are_known_of_is_refused(key: str) -> None:
    with pytest.raises(FhirError, match="only its totals are known"):
        questionnaire(registry.get(key))

"""Answers out and in again: equal, or refused by the item that is to blame."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures import registry
from measures.errors import AnswerError
from measures.fhir.resource import FhirError
from measures.fhir.response import answers_of, questionnaire_response
from measures.instrument import Instrument, Item
from measures.result import Answer, Scored
from measures.scoring import score
from measures.verify.files import VOCABULARIES
from tests.measures.fhir.resources import OCCASION, response
from tests.measures.vectors import cases

PHQ9 = registry.get("phq9")
ANSWERS = {str(code): code % 4 for code in range(1, 10)} | {"10": None}
ASKED = [instrument for instrument in registry.all_latest() if instrument.items]
SYSTEM = "urn:throughline:answers:phq9"


def scored_cases(name: str) -> list[Scored]:
    """What the cases of a file of vectors were scored from; not those that are refused, or are about change."""
    read = VOCABULARIES[name].read
    found = (read(case) for case in cases(name) if "error" not in case["expect"])
    return [scored for scored in found if isinstance(scored, Scored)]


@pytest.mark.parametrize("name", sorted(VOCABULARIES))
def test_the_answers_of_every_vector_come_back_equal(name: str) -> None:
    for scored in scored_cases(name):
        instrument = registry.get(scored.instrument_key, scored.version)
        assert answers_of(instrument, response(instrument, scored.answers)) == scored.answers


def test_most_vectors_are_answers() -> None:
    assert sum(len(scored_cases(name)) for name in VOCABULARIES) > 300


def replies(item: Item) -> st.SearchStrategy[Answer]:
    if item.kind == "choice":
        return st.none() | st.sampled_from([option.value for option in item.options])
    if item.kind == "boolean":
        return st.none() | st.booleans()
    if item.kind == "text":
        return st.none() | st.sampled_from(["worse at night", "“ü”\n2nd line"])
    whole = st.integers(int(item.minimum), int(item.maximum))
    return st.none() | (whole.map(lambda n: min(n + 0.5, item.maximum)) if item.decimals else whole)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_answers_to_any_instrument_come_back_and_score_the_same(data: st.DataObject) -> None:
    instrument = data.draw(st.sampled_from(ASKED))
    answers = {item.code: data.draw(replies(item)) for item in instrument.items}
    back = answers_of(instrument, response(instrument, answers))
    assert score(instrument, back) == score(instrument, answers)


def test_the_patient_is_a_study_code_and_nothing_else() -> None:
    said = response(PHQ9, ANSWERS)
    assert said["subject"] == {
        "type": "Patient",
        "identifier": {"system": "urn:throughline:study-code", "value": "TL-7"},
    }
    assert (said["questionnaire"], said["authored"], said["status"]) == (
        "urn:throughline:questionnaire:phq9|1",
        "2026-03-09",
        "completed",
    )
    assert said["meta"]["tag"] == [{"system": "urn:throughline:wording", "code": "verbatim"}]
    assert not {"author", "source", "encounter"} & set(said)


def test_without_ids_there_are_none() -> None:
    bare = replace(OCCASION, id=None, submission_id=None, episode_id=None, request_id=None, wording="")
    assert not {"id", "identifier", "basedOn", "extension", "meta"} & set(response(PHQ9, ANSWERS, bare))


@pytest.mark.parametrize(
    ("changes", "status"), [({"corrects": True}, "amended"), ({"superseded": True}, "entered-in-error")]
)
def test_a_correction_says_so(changes: dict[str, bool], status: str) -> None:
    assert response(PHQ9, ANSWERS, replace(OCCASION, **changes))["status"] == status


def test_an_unanswered_item_is_named_and_one_that_needs_no_answer_is_not() -> None:
    screener = registry.get("cssrs_screener")
    denied = {item.code: False for item in screener.items} | {"3": None, "4": None, "5": None, "6r": None}
    rows = {row["linkId"]: row for row in response(screener, denied | {"1": None})["item"]}
    assert rows["1"] == {"linkId": "1"}
    assert not {"3", "4", "5", "6r"} & set(rows)


def test_an_item_that_is_left_out_is_unanswered_never_denied() -> None:
    sent = response(PHQ9, ANSWERS)
    sent["item"] = [row for row in sent["item"] if row["linkId"] != "9"]
    answers = answers_of(PHQ9, sent)
    assert answers["9"] is None
    assert score(PHQ9, answers).critical == {"9": "unanswered"}


def sent(**changes: Any) -> dict[str, Any]:
    return deepcopy(response(PHQ9, ANSWERS)) | changes


def with_item(row: dict[str, Any]) -> dict[str, Any]:
    """The same answers with another row for item 1."""
    return sent(item=[row, *response(PHQ9, ANSWERS)["item"][1:]])


def test_what_says_nothing_of_the_answer_may_stand_beside_it() -> None:
    """Ids of the sender's own, where the question is defined, its words, and an extension of the answer."""
    (row, *rest) = sent()["item"]
    beside = {"id": "i1", "definition": "urn:theirs#1", "text": "Little interest"}
    row["answer"][0] |= {"id": "a1", "extension": [{"url": "urn:theirs:seconds", "valueInteger": 4}]}
    assert answers_of(PHQ9, sent(item=[row | beside, *rest])) == answers_of(PHQ9, sent())


def coded(**changes: Any) -> dict[str, Any]:
    coding = {"system": SYSTEM, "code": "1"} | changes
    value = {key: each for key, each in coding.items() if each is not None}
    return {"linkId": "1", "answer": [{"valueCoding": value}]}


@pytest.mark.parametrize(
    ("row", "item", "reason"),
    [
        ({"linkId": "11", "answer": [{"valueInteger": 1}]}, "11", "is not an item of phq9"),
        ({"linkId": "2"}, "2", "stands twice"),
        ({"linkId": "1", "answer": coded()["answer"] * 2}, "1", "has two answers"),
        ({"linkId": "1", "answer": [{"valueInteger": 1}]}, "1", "valueInteger"),
        ({"linkId": "1", "answer": [{"valueString": "1"}]}, "1", "valueString"),
        ({"linkId": "1", "answer": [{}]}, "1", "must have its answer as valueCoding"),
        ({"linkId": "1", "item": [{"linkId": "2"}]}, "1", "has item"),
        ({"linkId": "1", "answer": [coded()["answer"][0] | {"item": [{"linkId": "2"}]}]}, "1", "has item"),
        (
            {"linkId": "1", "modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
            "1",
            "modifierExtension",
        ),
        (coded(system=None), "1", "system"),
        (coded(system="http://loinc.org"), "1", "system"),
        (coded(code=None), "1", "must be one of 0, 1, 2, 3"),
        (coded(code="4"), "1", "must be one of 0, 1, 2, 3"),
        (coded(code="1.0"), "1", "must be one of 0, 1, 2, 3"),
        (coded(code="01"), "1", "must be one of 0, 1, 2, 3"),
    ],
)
def test_an_answer_that_cannot_be_taken_is_refused_by_item(
    row: dict[str, Any], item: str, reason: str
) -> None:
    with pytest.raises(AnswerError) as refusal:
        answers_of(PHQ9, with_item(row))
    assert refusal.value.item == item
    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    ("key", "code", "value"),
    [
        ("caps5", "22", {"valueDecimal": "7.5"}),
        ("caps5", "22", {"valueDecimal": True}),
        ("caps5", "A", {"valueBoolean": "true"}),
        ("caps5", "A", {"valueBoolean": 1}),
        ("phq9", "1", {"valueCoding": {"system": SYSTEM, "code": 1}}),
        ("phq9", "1", {"valueCoding": None}),
        ("phq9", "1", {"valueCoding": [{"system": SYSTEM, "code": "1"}]}),
    ],
)
def test_nothing_is_converted(key: str, code: str, value: dict[str, Any]) -> None:
    instrument = registry.get(key)
    body = response(instrument, {}) | {"item": [{"linkId": code, "answer": [value]}]}
    with pytest.raises(FhirError):
        answers_of(instrument, body)


@pytest.mark.parametrize("value", [{"valueDecimal": -1}, {"valueDecimal": 1e9}, {"valueDecimal": 10**400}])
def test_a_number_out_of_bounds_is_refused_never_clipped(value: dict[str, Any]) -> None:
    caps = registry.get("caps5")
    with pytest.raises(AnswerError, match="item 22"):
        answers_of(caps, response(caps, {}) | {"item": [{"linkId": "22", "answer": [value]}]})


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"resourceType": "Questionnaire"}, "resourceType"),
        ({"questionnaire": "urn:throughline:questionnaire:phq9"}, "questionnaire"),
        ({"questionnaire": "urn:throughline:questionnaire:phq9|2"}, "questionnaire"),
        ({"questionnaire": "urn:throughline:questionnaire:gad7|1"}, "questionnaire"),
        ({"status": "in-progress"}, "status"),
        ({"status": "entered-in-error"}, "status"),
        ({"status": "sure"}, "status"),
        ({"modifierExtension": [{"url": "urn:negated", "valueBoolean": True}]}, "modifierExtension"),
        ({"implicitRules": "urn:rules"}, "implicitRules"),
        ({"surprise": 1}, "surprise"),
        ({"item": {"linkId": "1"}}, "item"),
        ({"item": [{"linkId": 1}]}, "item.0.linkId"),
        ({"item": [{"answer": []}]}, "item.0.linkId"),
        ({"item": [None]}, "item"),
        ({"status": None}, "status"),
    ],
)
def test_what_is_no_finished_response_to_this_version_is_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(FhirError) as refusal:
        answers_of(PHQ9, sent(**changes))
    assert refusal.value.path == path


@pytest.mark.parametrize("missing", ["questionnaire", "status", "item", "resourceType"])
def test_nothing_that_is_needed_is_assumed(missing: str) -> None:
    body = sent()
    del body[missing]
    with pytest.raises(FhirError) as refusal:
        answers_of(PHQ9, body)
    assert refusal.value.path == missing


@pytest.mark.parametrize("body", [None, [], "x", 1, {}, {"resourceType": ["QuestionnaireResponse"]}])
def test_what_is_no_resource_is_refused(body: object) -> None:
    with pytest.raises(FhirError, match="resourceType"):
        answers_of(PHQ9, body)


@pytest.mark.parametrize("depth", [40, 10_000])
def test_what_is_nested_beyond_reason_is_refused(depth: int) -> None:
    row: dict[str, Any] = {"linkId": "1"}
    for _ in range(depth):
        row = {"linkId": "1", "item": [row]}
    with pytest.raises(FhirError, match="nested"):
        answers_of(PHQ9, sent(item=[row]))


def test_no_refusal_repeats_what_was_answered() -> None:
    secret = "I-told-nobody"
    for row in ({"linkId": "1", "answer": [{"valueString": secret}]}, coded(code=secret)):
        with pytest.raises(AnswerError) as refusal:
            answers_of(PHQ9, with_item(row))
        assert secret not in str(refusal.value)
    with pytest.raises(FhirError) as structural:
        answers_of(PHQ9, sent(authored=secret))
    assert secret not in str(structural.value)


def test_the_instruction_may_be_repeated_but_not_answered() -> None:
    words = {"linkId": "text:instruction", "text": "Over the last 2 weeks"}
    assert answers_of(PHQ9, sent(item=[words, *sent()["item"]])) == ANSWERS
    with pytest.raises(AnswerError):
        answers_of(PHQ9, sent(item=[words | coded() | {"linkId": words["linkId"]}]))


@pytest.mark.parametrize("key", [one.key for one in registry.all_latest() if not one.items])
def test_what_only_totals_are_known_of_has_no_response(key: str) -> None:
    instrument: Instrument = registry.get(key)
    with pytest.raises(FhirError, match="only"):
        questionnaire_response(instrument, {}, OCCASION)
    with pytest.raises(FhirError, match="only"):
        answers_of(instrument, sent())

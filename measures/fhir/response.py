"""Answers as a FHIR QuestionnaireResponse, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from measures.errors import AnswerError
from measures.fhir.names import (
    INSTRUCTION,
    UUID_SYSTEM,
    WORDING,
    answers_system,
    code_of,
    versioned,
)
from measures.fhir.occasion import Occasion, episode_of, subject_of
from measures.fhir.questionnaire import kind_of
from measures.fhir.resource import FhirError, Resource, checked, received, refuse_modifiers
from measures.instrument import Instrument, Item
from measures.result import Answer
from measures.scoring import check_answer
from measures.skips import skipped

FINISHED = ("completed", "amended")
_VALUE = {
    "choice": "valueCoding",
    "boolean": "valueBoolean",
    "integer": "valueInteger",
    "decimal": "valueDecimal",
    "string": "valueString",
}
_OF_ITEM = {"id", "linkId", "definition", "text", "answer"}
_OF_ANSWER = {"id", "extension"}


def questionnaire_response(
    instrument: Instrument, answers: Mapping[str, Answer], occasion: Occasion
) -> QuestionnaireResponse:
    """The answers as a QuestionnaireResponse, checked by the R4B model.

    An item that was left unanswered stands there without an answer; one that needed none is left out. No
    words are repeated: the Questionnaire that is named has them, and ``meta.tag`` says which wording was on
    the screen. The patient appears by study code alone.

    Raises ``FhirError`` for an instrument of which only totals are known.
    """
    if not instrument.items:
        raise FhirError("QuestionnaireResponse", f"there is none of {instrument.key}: only totals are known")
    unneeded = skipped(instrument, answers)
    asked = [
        item
        for item in instrument.items
        if answers.get(item.code) is not None or (item.code not in unneeded and item.required)
    ]
    return checked(
        QuestionnaireResponse,
        {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": versioned(instrument),
            "status": _status(occasion),
            "subject": subject_of(occasion),
            "authored": occasion.assessed_on.isoformat(),
            "item": [_item(instrument, item, answers.get(item.code)) for item in asked],
            **_ids(occasion),
            **episode_of(occasion),
        },
    )


def answers_of(instrument: Instrument, response: object) -> dict[str, Answer]:
    """The answers in a QuestionnaireResponse, as ``scoring.score`` takes them; unanswered items are ``None``.

    ``response`` is parsed JSON. Nothing is converted and nothing dropped. Raises ``FhirError`` for what is no
    finished response to this very version of the instrument; ``AnswerError`` naming the item for a link id
    that the instrument does not have or that stands twice, for two answers, and for a value that the item
    does not allow.
    """
    if not instrument.items:
        raise FhirError("questionnaire", f"cannot be {instrument.key}: only its totals are known")
    sent = received(QuestionnaireResponse, response)
    refuse_modifiers(sent, "")
    if sent.get("questionnaire") != versioned(instrument):
        raise FhirError("questionnaire", f"must be {versioned(instrument)}")
    if sent["status"] not in FINISHED:
        raise FhirError("status", f"must be one of {', '.join(FINISHED)}")
    if "item" not in sent:
        raise FhirError("item", "is missing: nothing says what was answered and what was left out")
    answers: dict[str, Answer] = dict.fromkeys(item.code for item in instrument.items)
    return answers | dict(_given(instrument, sent["item"]))


def _status(occasion: Occasion) -> str:
    if occasion.superseded:
        return "entered-in-error"
    return "amended" if occasion.corrects else "completed"


def _ids(occasion: Occasion) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if occasion.id is not None:
        said["id"] = str(occasion.id)
    if occasion.submission_id is not None:
        said["identifier"] = {"system": UUID_SYSTEM, "value": occasion.submission_id.urn}
    if occasion.request_id is not None:
        said["basedOn"] = [{"reference": f"ServiceRequest/{occasion.request_id}"}]
    if occasion.wording:
        said["meta"] = {"tag": [{"system": WORDING, "code": occasion.wording}]}
    return said


def _item(instrument: Instrument, item: Item, answer: Answer) -> dict[str, Any]:
    if answer is None:
        return {"linkId": item.code}
    value: object = answer
    if item.kind == "choice":
        value = {"system": answers_system(instrument), "code": code_of(answer)}
    return {"linkId": item.code, "answer": [{_VALUE[kind_of(item)]: value}]}


def _given(instrument: Instrument, items: list[Resource]) -> Iterator[tuple[str, Answer]]:
    known = {item.code: item for item in instrument.items}
    seen: set[str] = set()
    for row in items:
        link_id = row["linkId"]
        if link_id == INSTRUCTION and "answer" not in row:
            continue
        if link_id not in known:
            raise AnswerError(link_id[:40], f"is not an item of {instrument.key}")
        if link_id in seen:
            raise AnswerError(link_id, "stands twice")
        seen.add(link_id)
        yield link_id, _answer(instrument, known[link_id], row)


def _answer(instrument: Instrument, item: Item, row: Resource) -> Answer:
    _refuse_others(item, row, _OF_ITEM)
    answers = row.get("answer", [])
    if not answers:
        return None
    if len(answers) > 1:
        raise AnswerError(item.code, "has two answers")
    name = _VALUE[kind_of(item)]
    _refuse_others(item, answers[0], _OF_ANSWER | {name})
    if name not in answers[0]:
        raise AnswerError(item.code, f"must have its answer as {name}")
    value = answers[0][name]
    return check_answer(item, _chosen(instrument, item, value) if item.kind == "choice" else value)


def _refuse_others(item: Item, element: Resource, known: set[str]) -> None:
    """An element that is not read could change what the answer means: ``modifierExtension``, items within."""
    for name in element:
        if name not in known:
            raise AnswerError(item.code, f"has {name[:40]}, which is not taken here")


def _chosen(instrument: Instrument, item: Item, coding: Resource) -> object:
    """The number that a code stands for: the code as it was given out, in the system that it belongs to."""
    if coding.get("system") != answers_system(instrument):
        raise AnswerError(item.code, f"must have an answer of the system {answers_system(instrument)}")
    values = {code_of(option.value): option.value for option in item.options}
    if coding.get("code") not in values:
        raise AnswerError(item.code, f"must be one of {', '.join(values)}")
    return values[coding["code"]]

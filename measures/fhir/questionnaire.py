"""An instrument as a FHIR Questionnaire."""

from __future__ import annotations

from typing import Any

from fhir.resources.R4B.questionnaire import Questionnaire

from measures.exact import exact, plain
from measures.fhir.conditions import enabled, in_words, skips_of
from measures.fhir.names import (
    DESIGN_NOTE,
    HELP,
    INSTRUCTION,
    ITEM_CONTROL,
    ITEM_CONTROLS,
    LOINC,
    MAX_VALUE,
    MIN_VALUE,
    ORDINAL_VALUE,
    UNIT,
    answers_system,
    canonical,
    code_of,
    logical_id,
)
from measures.fhir.resource import FhirError, checked, extension
from measures.instrument import Instrument, Item, Option, Wording

_RATED = {"self": "Self-report", "clinician": "Clinician's rating"}
_WORDING: dict[Wording, str] = {
    "verbatim": "The items are in the authors' words.",
    "site": "The items are short labels, not the authors' words.",
    "labels": "The items are short labels, not the authors' words; rate with the original beside you.",
    "score-only": "",
}


def questionnaire(instrument: Instrument, language: str = "en") -> Questionnaire:
    """The instrument as a Questionnaire, checked by the R4B model.

    ``instrument`` may be in the words of a wording pack; ``language`` is then the pack's. A link id is the
    item's code, the code of an answer is the number that is stored. An option says its ordinal value, the
    number that is *scored*, only where the item counts in a scale; of a reversed item it runs the other way.
    Skip rules are ``enableWhen`` where that can say exactly the same; otherwise the item is not required.

    Raises ``FhirError`` for an instrument of which only totals are known: there is nothing to ask.
    """
    if not instrument.items:
        raise FhirError("Questionnaire", f"there is none of {instrument.key}: only its totals are known")
    panel = instrument.loinc.get("panel")
    return checked(
        Questionnaire,
        {
            "resourceType": "Questionnaire",
            "id": logical_id(instrument.key),
            "language": language,
            "url": canonical(instrument),
            "version": instrument.version,
            "name": "".join(part.capitalize() for part in instrument.key.split("_")),
            "title": instrument.title,
            "status": "active",
            "subjectType": ["Patient"],
            "description": f"{_RATED[instrument.rater]} about {instrument.recall}.",
            "purpose": instrument.purpose,
            "copyright": _rights(instrument),
            **({"code": [{"system": LOINC, "code": panel}]} if panel else {}),
            "item": [
                {"linkId": INSTRUCTION, "type": "display", "text": instrument.instruction},
                *(_item(instrument, item) for item in instrument.items),
            ],
        },
    )


def _rights(instrument: Instrument) -> str:
    rights = instrument.rights
    return f"{rights.holder} {rights.terms} {_WORDING[rights.wording]}"


def _item(instrument: Instrument, item: Item) -> dict[str, Any]:
    asked = enabled(instrument, item)
    said: dict[str, Any] = {
        "linkId": item.code,
        "text": item.label,
        "type": kind_of(item),
        "required": item.required and asked is not None,
        "extension": [*_number(item), *_notes(instrument, item)],
        "answerOption": [_option(instrument, item, option) for option in item.options],
        "item": _help(item),
    }
    if item.code in instrument.loinc:
        said["code"] = [{"system": LOINC, "code": instrument.loinc[item.code]}]
    if item.kind == "text":
        said["maxLength"] = item.max_length
    if asked is not None and asked.when:
        said["enableWhen"] = list(asked.when)
        said |= {"enableBehavior": asked.behaviour} if len(asked.when) > 1 else {}
    return {name: value for name, value in said.items() if value != []}


def kind_of(item: Item) -> str:
    """FHIR's name for the kind of an item."""
    if item.kind == "number":
        return "decimal" if item.decimals else "integer"
    return {"choice": "choice", "boolean": "boolean", "text": "string"}[item.kind]


def _option(instrument: Instrument, item: Item, option: Option) -> dict[str, Any]:
    coding: dict[str, Any] = {
        "system": answers_system(instrument),
        "code": code_of(option.value),
        "display": option.label,
    }
    if item.scored:
        value = exact(option.value)
        counted = exact(item.minimum) + exact(item.maximum) - value if item.reverse else value
        coding["extension"] = [extension(ORDINAL_VALUE, "Decimal", plain(counted))]
    return {"valueCoding": coding}


def _number(item: Item) -> list[dict[str, object]]:
    if item.kind != "number":
        return []
    kind = "Decimal" if item.decimals else "Integer"
    said = [extension(MIN_VALUE, kind, item.minimum), extension(MAX_VALUE, kind, item.maximum)]
    return said + ([extension(UNIT, "Coding", {"display": item.unit})] if item.unit else [])


def _notes(instrument: Instrument, item: Item) -> list[dict[str, object]]:
    """What a form builder must know and FHIR has no element for."""
    notes = [in_words(skip) for skip in skips_of(instrument, item)]
    if item.reverse:
        notes.append(f"Scored as {plain(exact(item.minimum) + exact(item.maximum))} minus the answer.")
    if item.critical is not None:
        urgent = "" if item.critical.urgent is None else f", urgent from {item.critical.urgent}"
        notes.append(f"Safety item ({item.critical.topic}): reviewed from {item.critical.review}{urgent}.")
    return [extension(DESIGN_NOTE, "Markdown", note) for note in notes]


def _help(item: Item) -> list[dict[str, Any]]:
    if not item.help:
        return []
    control = {"coding": [{"system": ITEM_CONTROLS, "code": "help"}]}
    shown = [extension(ITEM_CONTROL, "CodeableConcept", control)]
    return [{"linkId": f"{HELP}{item.code}", "type": "display", "text": item.help, "extension": shown}]

"""Reading a Questionnaire of somebody else: its questions in order, groups opened up, nothing dropped in silence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain

from measures.exact import exact, is_finite_number, plain
from measures.fhir.names import (
    CALCULATED,
    DESIGN_NOTE,
    HIDDEN,
    ITEM_WEIGHT,
    LOINC,
    MAX_VALUE,
    MIN_VALUE,
    ORDINAL_VALUE,
    UNIT,
)
from measures.fhir.resource import FhirError, Resource, extensions, refuse_modifiers
from measures.instrument import Kind, Number, Option

_KINDS: dict[str, Kind] = {
    "choice": "choice",
    "boolean": "boolean",
    "integer": "number",
    "decimal": "number",
    "string": "text",
    "text": "text",
}
_LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Question:
    """One question as far as the Questionnaire tells of it.

    ``options`` have the value that is stored; ``reverse``: the ordinal values run against it. ``scored``: the
    options have ordinal values. ``loinc``: the code that the Questionnaire claims, unverified.
    """

    code: str
    label: str
    kind: Kind
    link_id: str
    help: str
    required: bool
    options: tuple[Option, ...]
    reverse: bool
    scored: bool
    decimals: bool
    range: tuple[Number, Number] | None
    unit: str
    max_length: int | None
    conditional: bool
    loinc: str
    notes: tuple[str, ...]


@dataclass(slots=True)
class Reading:
    """What a Questionnaire holds: its questions, the words around them, and what it computes by itself."""

    questions: list[Question] = field(default_factory=list)
    instruction: list[str] = field(default_factory=list)  # what is shown before the first question
    remarks: list[str] = field(default_factory=list)  # what is shown later, under the link id of its place
    computed: list[str] = field(default_factory=list)  # link ids of what is shown or hidden, and never asked


def read_items(questionnaire: Resource) -> Reading:
    """The questions of a Questionnaire that the R4B model has checked.

    Raises ``FhirError`` naming the link id of an item that cannot be said in a definition: of a type that is
    not known here, with several answers, with answers that have no number, or in a list kept elsewhere.
    """
    reading = Reading()
    for item in questionnaire.get("item", ()):
        _read(item, reading)
    codes: dict[str, str] = {}
    for question in reading.questions:
        if question.code in codes:
            raise FhirError(_place(question.link_id), "has a link id like that of another item")
        codes[question.code] = question.link_id
    return reading


def _place(link_id: str) -> str:
    return f"item {link_id[:_LONGEST_CODE]}"


def _read(item: Resource, reading: Reading, conditional: bool = False) -> None:
    place = _place(item["linkId"])
    refuse_modifiers(item, f"{place}: ")
    conditional = conditional or "enableWhen" in item
    if item["type"] in {"group", "display"}:
        _read_words(item, reading)
    elif _is_computed(item):
        reading.computed.append(item["linkId"])
    else:
        reading.questions.append(_question(item, place, conditional))
    for inner in item.get("item", ()):
        if not _is_help(inner, item):
            _read(inner, reading, conditional)


def _read_words(item: Resource, reading: Reading) -> None:
    if item.get("repeats"):
        raise FhirError(_place(item["linkId"]), "is a group that may be answered several times")
    said = item.get("text", "").strip()
    if said and reading.questions:
        reading.remarks.append(f"{item['linkId']}: {said}")
    elif said:
        reading.instruction.append(said)


def _is_computed(item: Resource) -> bool:
    hidden = True in extensions(item, HIDDEN)
    return hidden or item.get("readOnly", False) or any(True for _ in extensions(item, CALCULATED))


def _is_help(inner: Resource, outer: Resource) -> bool:
    """Words shown with a question belong to it."""
    return inner["type"] == "display" and outer["type"] not in {"group", "display"}


def _question(item: Resource, place: str, conditional: bool) -> Question:
    if item["type"] not in _KINDS:
        raise FhirError(place, f"is of a type that cannot be taken: {item['type'][:_LONGEST_CODE]}")
    if item.get("repeats"):
        raise FhirError(place, "takes several answers")
    kind = _KINDS[item["type"]]
    options, ordinals = _options(item, place) if kind == "choice" else ((), ())
    return Question(
        code=re.sub(r"[^A-Za-z0-9]+", "_", item["linkId"]).strip("_")[:_LONGEST_CODE],
        label=item.get("text", "").strip(),
        kind=kind,
        link_id=item["linkId"],
        help=" ".join(inner.get("text", "") for inner in item.get("item", ()) if _is_help(inner, item)),
        required=item.get("required", False),
        options=options,
        reverse=bool(ordinals) and ordinals != tuple(option.value for option in options),
        scored=bool(ordinals),
        decimals=item["type"] == "decimal",
        range=_range(item) if kind == "number" else None,
        unit=_unit(item) if kind == "number" else "",
        max_length=item.get("maxLength"),
        conditional=conditional,
        notes=tuple(map(str, extensions(item, DESIGN_NOTE))),
        loinc=next(
            (code.get("code", "") for code in item.get("code", ()) if code.get("system") == LOINC), ""
        ),
    )


def _options(item: Resource, place: str) -> tuple[tuple[Option, ...], tuple[Number, ...]]:
    """The options as they are to be stored, and their ordinal values when they have any.

    What is stored is the ordinal value. Where the codes are numbers themselves they are kept, if the item has
    no ordinal values or those run exactly against them: the item is then not scored, or reversed.
    """
    if "answerValueSet" in item:
        raise FhirError(place, "has its answers in a value set: they must stand in the item itself")
    rows = item.get("answerOption", ())
    if len(rows) < 2:
        raise FhirError(place, "has fewer than two answers")
    labels = [_label(row, place) for row in rows]
    codes, ordinals = [_code(row) for row in rows], [_ordinal(row, place) for row in rows]
    if None not in ordinals:
        values = _numbers(ordinals)
        kept = _numbers(codes) if None not in codes and _is_reversed(_numbers(codes), values) else values
    elif set(ordinals) == {None} and None not in codes:
        values, kept = (), _numbers(codes)
    else:
        raise FhirError(place, "has answers without an ordinal value: nothing says what they count")
    if len(set(kept)) < len(kept):
        raise FhirError(place, "has two answers that count the same")
    return tuple(Option(*pair) for pair in zip(kept, labels, strict=True)), values


def _numbers(values: list[Number | None]) -> tuple[Number, ...]:
    return tuple(value for value in values if value is not None)


def _is_reversed(codes: tuple[Number, ...], ordinals: tuple[Number, ...]) -> bool:
    ends = exact(min(codes)) + exact(max(codes))
    return codes != ordinals and all(
        exact(code) + exact(ordinal) == ends for code, ordinal in zip(codes, ordinals, strict=True)
    )


def _label(row: Resource, place: str) -> str:
    refuse_modifiers(row, f"{place}: ")
    coding = row.get("valueCoding", {})
    known = (coding.get("display"), row.get("valueString"), row.get("valueInteger"), coding.get("code"))
    label = next((str(each).strip() for each in known if each is not None), "")
    if not label:
        raise FhirError(place, "has an answer without words")
    return label


def _code(row: Resource) -> Number | None:
    """The code as a number, when it is written as one."""
    if "valueInteger" in row:
        return _number(row["valueInteger"])
    code = row.get("valueCoding", {}).get("code", "")
    return plain(Fraction(code)) if re.fullmatch(r"-?\d{1,6}(\.\d{1,4})?", code, re.ASCII) else None


def _ordinal(row: Resource, place: str) -> Number | None:
    """The ordinal value, by either name, on the option or on its coding."""
    owners = (row, row.get("valueCoding", {}))
    found = {
        _number(value)
        for owner in owners
        for value in chain(extensions(owner, ORDINAL_VALUE), extensions(owner, ITEM_WEIGHT))
    }
    if len(found) > 1 or (found and None in found):
        raise FhirError(place, "has an answer whose ordinal value is not one number")
    return found.pop() if found else None


def _number(value: object) -> Number | None:
    if not isinstance(value, (int, float)) or not is_finite_number(value):
        return None
    return plain(exact(value))


def _range(item: Resource) -> tuple[Number, Number] | None:
    low, high = (
        next((_number(value) for value in extensions(item, url)), None) for url in (MIN_VALUE, MAX_VALUE)
    )
    return None if low is None or high is None else (low, high)


def _unit(item: Resource) -> str:
    codings = (value for value in extensions(item, UNIT) if isinstance(value, dict))
    return next((coding.get("display") or coding.get("code", "") for coding in codings), "")

"""A foreign Questionnaire as the draft of a definition file, which cannot go live as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from fhir.resources.R4B.questionnaire import Questionnaire

from measures.exact import exact, plain
from measures.fhir.foreign import Question, Reading, read_items
from measures.fhir.resource import FhirError, Resource, received, refuse_modifiers
from measures.fhir.toml import array, comment, inline_table, text, value

_HEAD = (
    "Draft made from a FHIR Questionnaire. It is refused as it stands. Fill in every empty value from the",
    'publication, settle each point of "undecided" and then take "undecided" out.',
)
_ALWAYS_UNDECIDED = (
    "Safety: an item about suicide or self-harm needs [items.critical], or nobody is told of its answer.",
    "Direction and items: one sum over all items with ordinal values is assumed; are there subscales?",
    "Missing answers: none may be missing, unless a published rule allows an estimate.",
    "Bands, change, conclusions: none are given; add those that are published, each with its source.",
)
_TEXT_LENGTH = 200
_SLUG_LENGTH = 40


def draft_definition(questionnaire: object) -> str:
    """The TOML text of a draft definition made from a FHIR Questionnaire with ordinal values.

    ``questionnaire`` is parsed JSON. Groups are opened up, the value that is stored is the ordinal value, and
    all items that have one make one sum. What a Questionnaire does not tell (rights, sources, recall period,
    direction, safety items) is left empty or under ``undecided``: the loader refuses both, so that nothing
    goes live that nobody has looked at. What cannot be carried over is listed there, too. Where no item has
    ordinal values, nothing tells what counts: the items of the sum are then left empty as well.

    Raises ``FhirError`` for what is no Questionnaire, and for an item that cannot be said in a definition,
    named by its link id.
    """
    sent = received(Questionnaire, questionnaire)
    refuse_modifiers(sent, "")
    reading = read_items(sent)
    if not reading.questions:
        raise FhirError("item", "asks nothing")
    lines = [
        *_head(sent, reading),
        *_rights(sent),
        *(line for question in reading.questions for line in _item(question)),
        *_scale(sent, [question for question in reading.questions if question.scored]),
    ]
    return "\n".join(lines) + "\n"


def _head(sent: Resource, reading: Reading) -> Iterator[str]:
    title = sent.get("title", "").strip()
    yield from map(comment, _HEAD)
    yield comment(f"Its URL is {sent['url']}." if "url" in sent else "It has no URL.")
    yield f"key = {text(_key(sent))}"
    yield f"version = {text(_version(sent))}"
    yield f"title = {text(title)}"
    yield f"short_title = {text(title)}"
    yield 'rater = ""  # self or clinician'
    yield 'recall = ""  # the time that it asks about, as in: the last two weeks'
    yield 'purpose = ""  # one plain sentence for the patient: why this is asked'
    yield "minutes = 0"
    yield f"instruction = {text(' '.join(reading.instruction))}"
    yield "undecided = ["
    yield from (f"  {text(point)}," for point in (*_ALWAYS_UNDECIDED, *_points(reading)))
    yield "]"


def _points(reading: Reading) -> Iterator[str]:
    """What the Questionnaire holds and a draft cannot take over by itself."""
    conditional = [question.code for question in reading.questions if question.conditional]
    if conditional:
        yield f"Conditions: asked only under conditions are {', '.join(conditional)}. Say [[skips]]."
    if reading.computed:
        yield f"Left out, as they are computed or hidden: {', '.join(reading.computed)}."
    if reading.remarks:
        yield f"Words between the questions: {' | '.join(reading.remarks)}"
    claimed = [f"{question.code} = {question.loinc}" for question in reading.questions if question.loinc]
    if claimed:
        yield f"LOINC, as the Questionnaire claims: {', '.join(claimed)}. Verified ones go into [loinc]."


def _rights(sent: Resource) -> Iterator[str]:
    yield ""
    if "copyright" in sent:
        yield comment(f"The Questionnaire says: {sent['copyright']}")
    yield from ("[rights]", 'holder = ""', 'terms = ""', 'wording = ""  # verbatim, site or labels')
    yield from ("", "[[sources]]", 'source = ""', 'confidence = ""')


def _item(question: Question) -> Iterator[str]:
    yield from ("", "[[items]]")
    yield from map(comment, question.notes)
    if question.code != question.link_id:
        yield comment(f"Link id {question.link_id}.")
    yield f"code = {text(question.code)}"
    yield f"label = {text(question.label)}"
    yield from _kind(question)
    if question.help:
        yield f"help = {text(question.help)}"
    if question.reverse:
        yield "reverse = true"
    if not question.scored:
        # FHIR takes an item for optional when nothing is said: of one that counts, that would hide a gap
        yield from ["scored = false"] if question.required else ["scored = false", "required = false"]


def _kind(question: Question) -> Iterator[str]:
    if question.kind == "choice":
        labels = {str(option.value): option.label for option in question.options}
        yield f"options = {inline_table(labels)}"
        return
    yield f"kind = {text(question.kind)}"
    if question.kind == "number":
        yield f"range = {array(question.range or ())}"
        yield from ["decimals = true"] if question.decimals else []
        yield from [f"unit = {text(question.unit)}"] if question.unit else []
    elif question.kind == "text":
        yield f"max_length = {value(question.max_length or _TEXT_LENGTH)}"


def _scale(sent: Resource, scored: list[Question]) -> Iterator[str]:
    low = sum((min(_values(question)) for question in scored), Fraction(0))
    high = sum((max(_values(question)) for question in scored), Fraction(0))
    reach = [plain(low), plain(high)] if scored else []
    yield from ("", "[[scales]]", 'key = "total"')
    yield f"title = {text(sent.get('title', '').strip())}"
    yield f"items = {array(question.code for question in scored)}"
    yield 'rule = "sum"'
    yield f"range = {array(reach)}"
    yield 'direction = ""  # higher_is_worse, higher_is_better or neutral'


def _values(question: Question) -> list[Fraction]:
    return [exact(option.value) for option in question.options]


def _key(sent: Resource) -> str:
    """From the end of the URL or the name; empty, and so refused, when neither gives one."""
    slugs = (_slug(given) for given in (re.split(r"[/:]", sent.get("url", ""))[-1], sent.get("name", "")))
    return next(filter(None, slugs), "")


def _slug(given: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", given.lower())
    return words.lstrip("_0123456789")[:_SLUG_LENGTH].rstrip("_")


def _version(sent: Resource) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", sent.get("version", "")).strip("-")[:20] or "1"

"""What is written of each instrument, whole: the text for the terminal, resources of FHIR, and sheets for its words.

``python -m tests.measures.said`` writes the files of ``tests/data/said`` anew, after a change that was meant; the
difference is read before it is committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from measures import registry
from measures.errors import AnswerError
from measures.fhir.draft import draft_definition
from measures.fhir.observation import observations
from measures.fhir.questionnaire import questionnaire
from measures.fhir.resource import as_json
from measures.instrument import Instrument, Item
from measures.result import Answer
from measures.scoring import score
from measures.wording.templates import template_csv, template_toml
from measures.words.outline import outline
from tests.measures.fhir.resources import OCCASION, response

FOLDER = Path(__file__).parents[1] / "data" / "said"
IN_FHIR = {  # between them they have every kind of item, rule and scale
    "audit", "caps5", "cssrs_screener", "hamd21", "phq9", "set_and_setting", "treatment_guess", "vital_signs",
    "who5", "whodas12",
}  # fmt: skip
SHEETS: dict[str, Callable[[Item, int], Answer]] = {
    "lowest": lambda item, place: item.minimum,
    "highest": lambda item, place: item.maximum,
    "every fourth left out": lambda item, place: None if place % 4 == 3 else item.maximum,
}


def said(instrument: Instrument) -> str:
    parts = {"outline": "\n".join(outline(instrument))}
    if instrument.key in IN_FHIR:
        parts |= {
            name: json.dumps(found, indent=1, ensure_ascii=False) for name, found in resources(instrument)
        }
        parts |= {
            "words.csv": template_csv(instrument).replace("\r\n", "\n"),
            "words.toml": template_toml(instrument),
        }
        parts["draft"] = draft_definition(as_json(questionnaire(instrument)))
    return "\n\n".join(f"== {name}\n{text}" for name, text in parts.items()) + "\n"


def resources(instrument: Instrument) -> Iterator[tuple[str, object]]:
    yield "Questionnaire", as_json(questionnaire(instrument))
    for name, answer in SHEETS.items():
        answers = {
            item.code: filled(item, answer(item, place)) for place, item in enumerate(instrument.items)
        }
        try:
            scored = score(instrument, answers)
        except AnswerError as error:
            yield f"refused, {name}", str(error)
            continue
        yield f"QuestionnaireResponse, {name}", response(instrument, answers)
        yield (
            f"Observations, {name}",
            [as_json(each) for each in observations(instrument, scored.scales, OCCASION)],
        )


def filled(item: Item, value: Answer) -> Answer:
    if value is None or item.kind == "text":
        return None if value is None else "A few words."
    return bool(value) if item.kind == "boolean" else value


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for one in registry.all_latest():
        (FOLDER / f"{one.key}.txt").write_text(said(one), encoding="utf-8")

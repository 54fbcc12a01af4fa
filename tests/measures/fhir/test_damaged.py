"""Resources with one part of them replaced by something else: taken, or refused by name; nothing in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures import registry
from measures.errors import AnswerError
from measures.fhir.draft import draft_definition
from measures.fhir.observation import observations, totals_of
from measures.fhir.questionnaire import questionnaire
from measures.fhir.resource import FhirError, as_json
from measures.fhir.response import answers_of
from measures.scoring import score
from tests.measures.fhir.resources import OCCASION, response

SCREENER, CAPS, VITALS = (registry.get(key) for key in ("cssrs_screener", "caps5", "vital_signs"))
ANSWERS = {item.code: True if item.kind == "boolean" else item.maximum for item in CAPS.items}
SCORES = [as_json(each) for each in observations(CAPS, score(CAPS, ANSWERS).scales, OCCASION)]
READERS: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "response": (response(CAPS, ANSWERS), lambda body: answers_of(CAPS, body)),
    "observation": (SCORES[0], lambda body: totals_of(CAPS, [body])),
    "conditions": (as_json(questionnaire(SCREENER)), draft_definition),
    "numbers": (as_json(questionnaire(VITALS)), draft_definition),
}
OTHERS = [None, True, 0, -1, 10**400, 1e300, "", " ", "1", "\ud800", [], [None], ["x"], {}, {"url": "urn:x"}]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*path, key)
        yield from places(value[key], (*path, key))


def damaged(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = deepcopy(body)
    owner = copy
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = value
    return copy


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_resource_is_taken_or_refused(name: str, data: st.DataObject) -> None:
    body, read = READERS[name]
    path = data.draw(st.sampled_from(list(places(body))))
    with suppress(FhirError, AnswerError):
        read(damaged(body, path, data.draw(st.sampled_from(OTHERS))))

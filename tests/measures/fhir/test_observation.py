"""Scores as Observations, and totals back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from measures import registry
from measures.errors import AnswerError
from measures.fhir.observation import observations, totals_of
from measures.fhir.resource import FhirError, as_json
from measures.instrument import Instrument
from measures.result import Answer
from measures.scoring import score, score_total
from tests.measures.fhir.resources import OCCASION

PHQ9 = registry.get("phq9")
FULL: dict[str, Answer] = {str(code): 2 for code in range(1, 10)}
SCORE_ONLY = [one for one in registry.all_latest() if not one.items]


def said(instrument: Instrument, answers: dict[str, Answer], **changes: Any) -> dict[str, dict[str, Any]]:
    """The Observation of each scale."""
    made = observations(instrument, score(instrument, answers).scales, replace(OCCASION, **changes))
    return {key: as_json(each) for key, each in zip([s.key for s in instrument.scales], made, strict=True)}


def test_a_score_with_its_code_unit_and_band() -> None:
    total = said(PHQ9, FULL)["total"]
    assert total["valueQuantity"] == {
        "value": 18,
        "unit": "points",
        "system": "http://unitsofmeasure.org",
        "code": "{score}",
    }
    assert total["code"]["coding"][0] == {"system": "http://loinc.org", "code": "44261-6"}
    assert total["code"]["coding"][1]["system"] == "urn:throughline:scores:phq9"
    assert total["interpretation"][0]["coding"][0]["code"] == "moderately_severe"
    assert total["interpretation"][0]["coding"][0]["system"].endswith(":kroenke2001")
    assert (total["status"], total["effectiveDateTime"]) == ("final", "2026-03-09")
    assert total["derivedFrom"] == [{"reference": f"QuestionnaireResponse/{OCCASION.id}"}]
    assert "dataAbsentReason" not in total


def test_what_is_no_score_in_points_has_its_own_unit_alone() -> None:
    made = said(registry.get("vital_signs"), {"systolic": 120, "diastolic": 80})
    assert made["systolic"]["valueQuantity"] == {"value": 120, "unit": "mmHg"}


def test_a_scale_without_a_verified_code_has_ours_alone() -> None:
    assert [coding["code"] for coding in said(PHQ9, FULL)["phq8"]["code"]["coding"]] == ["phq8"]


def test_a_missing_answer_leaves_no_value_and_an_estimate_calls_itself_one() -> None:
    total = said(PHQ9, FULL | {"4": None})["total"]
    assert "valueQuantity" not in total and "interpretation" not in total
    assert total["dataAbsentReason"]["text"] == "1 of 9 answers are missing."
    (estimate,) = total["component"]
    assert estimate["valueQuantity"]["value"] == 18
    assert estimate["code"]["coding"][0]["code"] == "prorated"
    assert estimate["code"]["text"] == "Estimate from 8 of 9 answers; not a score."
    assert estimate["interpretation"][0]["coding"][0]["code"] == "moderately_severe"


def test_nothing_is_estimated_over_a_missing_suicide_item() -> None:
    total = said(PHQ9, FULL | {"9": None})["total"]
    assert not {"valueQuantity", "component", "interpretation"} & set(total)


def test_an_estimate_is_not_read_back_as_a_total() -> None:
    sent = said(PHQ9, FULL | {"4": None})
    assert totals_of(PHQ9, sent.values()) == {"phq2": 4}


def test_every_score_of_every_instrument_survives() -> None:
    for instrument in (one for one in registry.all_latest() if one.items):
        answers: dict[str, Answer] = {
            item.code: item.maximum for item in instrument.items if item.kind != "text"
        }
        booleans = {item.code: True for item in instrument.items if item.kind == "boolean"}
        scored = score(instrument, answers | booleans)
        values = {key: result.value for key, result in scored.scales.items() if result.value is not None}
        assert totals_of(instrument, said(instrument, scored.answers).values()) == values


@pytest.mark.parametrize("instrument", SCORE_ONLY, ids=lambda one: one.key)
def test_a_total_without_items_survives(instrument: Instrument) -> None:
    results = {scale.key: score_total(instrument, scale.key, scale.maximum) for scale in instrument.scales}
    made = [as_json(each) for each in observations(instrument, results, replace(OCCASION, totals_only=True))]
    assert totals_of(instrument, made) == {scale.key: scale.maximum for scale in instrument.scales}
    assert all(each["method"]["text"].startswith("The total as it was entered") for each in made)
    assert not any("derivedFrom" in each for each in made)


def test_there_are_instruments_of_which_only_totals_are_known() -> None:
    assert {"bdi2"} <= {instrument.key for instrument in SCORE_ONLY}


def test_the_same_score_has_the_same_id_and_another_scale_another() -> None:
    first, again = said(PHQ9, FULL), said(PHQ9, FULL | {"1": 3})
    assert first["total"]["id"] == again["total"]["id"] != first["phq8"]["id"]
    assert "id" not in said(PHQ9, FULL, id=None)["total"]


@pytest.mark.parametrize(
    ("changes", "status"), [({"corrects": True}, "corrected"), ({"superseded": True}, "entered-in-error")]
)
def test_a_correction_says_so(changes: dict[str, bool], status: str) -> None:
    assert said(PHQ9, FULL, **changes)["total"]["status"] == status


def sent(**changes: Any) -> dict[str, Any]:
    return said(PHQ9, FULL)["total"] | changes


def coded(**changes: str) -> dict[str, Any]:
    coding = {"system": "urn:throughline:scores:phq9", "version": "1", "code": "total"}
    return {"coding": [coding | changes]}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"resourceType": "Condition"}, "resourceType"),
        ({"status": "preliminary"}, "status"),
        ({"status": "entered-in-error"}, "status"),
        ({"code": {"text": "PHQ-9 total"}}, "code"),
        ({"code": coded(code="phq7")}, "code"),
        ({"code": coded(version="2")}, "code"),
        ({"code": coded(system="urn:throughline:scores:gad7")}, "code"),
        ({"valueQuantity": {"value": "18"}}, "valueQuantity.value"),
        ({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "modifierExtension"),
    ],
)
def test_what_is_no_total_of_this_instrument_is_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(FhirError) as refusal:
        totals_of(PHQ9, [sent(**changes)])
    assert refusal.value.path == path


@pytest.mark.parametrize(
    "quantity",
    [
        {"value": 28},
        {"value": -1},
        {"value": 3.5},
        {"unit": "points"},
        {"value": 3, "comparator": "<"},
        {"value": 3, "unit": "%"},
    ],
)
def test_a_total_that_the_scale_cannot_reach_is_refused(quantity: dict[str, Any]) -> None:
    with pytest.raises(AnswerError, match="total"):
        totals_of(PHQ9, [sent(valueQuantity=quantity)])


def test_the_same_scale_twice_is_refused() -> None:
    with pytest.raises(FhirError, match="twice"):
        totals_of(PHQ9, [sent(), sent()])


def test_a_score_that_is_absent_must_say_so() -> None:
    body = sent()
    del body["valueQuantity"]
    with pytest.raises(FhirError, match="dataAbsentReason"):
        totals_of(PHQ9, [body])
    assert totals_of(PHQ9, [body | {"dataAbsentReason": {"text": "not done"}}]) == {}

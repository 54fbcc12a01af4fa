"""Adverse event and vital signs: what is recorded, what is concluded, what is left to the protocol."""

import pytest

from measures import registry
from measures.errors import AnswerError
from measures.scoring import score

EVENT = registry.get("adverse_event")
VITALS = registry.get("vital_signs")
CRITERIA = (
    "death",
    "life_threatening",
    "hospitalisation",
    "disability",
    "congenital_anomaly",
    "medically_important",
)
NOT_SERIOUS = dict.fromkeys(CRITERIA, False)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_one_criterion_makes_an_event_serious_however_mild(criterion):
    scored = score(EVENT, {"severity": 1, criterion: True})
    assert scored.outcomes["serious"] is True
    assert scored.scales["severity"].value == 1


def test_a_severe_event_need_not_be_serious():
    scored = score(EVENT, {"severity": 3, **NOT_SERIOUS})
    assert (scored.outcomes["serious"], scored.scales["severity"].value) == (False, 3)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_criterion_left_empty_is_not_a_no(criterion):
    assert score(EVENT, NOT_SERIOUS | {criterion: None}).outcomes["serious"] is None


def test_free_text_is_kept_and_never_scored():
    scored = score(EVENT, {"term": "Nausea, 3 hours", "meddra": "Nausea"})
    assert scored.answers["term"] == "Nausea, 3 hours"
    assert scored.scales["severity"].value is None
    assert scored.scales["severity"].items_answered == 0
    in_scales = {code for scale in EVENT.scales for code in scale.items}
    assert in_scales == {"severity"}


@pytest.mark.parametrize(
    ("code", "value"), [("term", "x" * 201), ("meddra", "x" * 101), ("term", 3), ("term", True)]
)
def test_a_text_too_long_or_no_text_is_refused(code, value):
    with pytest.raises(AnswerError) as refused:
        score(EVENT, {code: value})
    assert refused.value.item == code


def test_an_empty_text_is_unanswered():
    assert score(EVENT, {"term": "   "}).answers["term"] is None


def test_the_code_lists_of_the_exchange_standard():
    """ICH E2B(R3): G.k.8 action taken with the drug, E.i.7 outcome of the event."""
    action = {option.value: option.label for option in EVENT.item("action").options}
    outcome = {option.value: option.label for option in EVENT.item("outcome").options}
    assert set(action) == {0, 1, 2, 3, 4, 9}
    assert (action[1], action[4], action[9]) == ("Drug withdrawn", "Dose not changed", "Does not apply")
    assert set(outcome) == {0, 1, 2, 3, 4, 5}
    assert (outcome[1], outcome[5]) == ("Recovered", "Fatal")


def test_grade_and_coding_are_the_protocols_choice():
    assert {item.code for item in EVENT.items if not item.required} == {"meddra", "ctcae_grade"}
    assert [option.value for option in EVENT.item("ctcae_grade").options] == [1, 2, 3, 4, 5]


def test_one_sign_not_measured_leaves_the_others():
    scored = score(VITALS, {"systolic": 128, "diastolic": 82, "temperature": 36.8})
    assert {key: result.value for key, result in scored.scales.items()} == {
        "systolic": 128,
        "diastolic": 82,
        "heart_rate": None,
        "temperature": 36.8,
    }


def test_each_sign_has_its_unit_and_no_threshold():
    assert {item.code: item.unit for item in VITALS.items} == {
        "systolic": "mmHg",
        "diastolic": "mmHg",
        "heart_rate": "beats/min",
        "temperature": "°C",
    }
    assert VITALS.outcomes == () and VITALS.change is None
    assert not any(scale.band_sets for scale in VITALS.scales)
    assert not any(item.critical for item in VITALS.items)
    assert {scale.direction for scale in VITALS.scales} == {"neutral"}


@pytest.mark.parametrize(
    ("code", "value"),
    [("systolic", 1280), ("systolic", 128.5), ("diastolic", 8), ("heart_rate", 0), ("temperature", 368)],
)
def test_slips_of_typing_are_refused(code, value):
    with pytest.raises(AnswerError) as refused:
        score(VITALS, {code: value})
    assert refused.value.item == code

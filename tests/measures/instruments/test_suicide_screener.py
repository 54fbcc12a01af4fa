"""The C-SSRS screener: which questions need no answer, and that no gap and no contradiction lowers the triage."""

import itertools

import pytest

from measures import registry
from measures.scoring import critical_level, score, skipped

SCREENER = registry.get("cssrs_screener")
CODES = ("1", "2", "3", "4", "5", "6", "6r")
RANK = {"none": 0, "low": 1, "moderate": 2, "high": 3}
ALL_ASKED_AND_NO = {"1": False, "2": False, "6": False}


def triage(answers):
    return score(SCREENER, answers).levels["risk"]


def published_level(answers):
    """The triage of the published forms, read question by question. An answer that is not there is no yes."""
    if any(answers.get(code) for code in ("4", "5", "6r")):
        return "high"
    if any(answers.get(code) for code in ("3", "6")):
        return "moderate"
    return "low" if any(answers.get(code) for code in ("1", "2")) else "none"


def test_every_complete_set_of_answers_has_the_published_level():
    for given in itertools.product([True, False], repeat=len(CODES)):
        answers = dict(zip(CODES, given, strict=True))
        expected = published_level(answers)
        assert (triage(answers).level, triage(answers).at_least) == (expected, expected), answers


def test_a_level_is_final_only_when_no_way_of_filling_the_gaps_could_change_it():
    for given in itertools.product([True, False, None], repeat=len(CODES)):
        answers = dict(zip(CODES, given, strict=True))
        needed = [code for code in CODES if answers[code] is None and code not in skipped(SCREENER, answers)]
        reachable = {
            published_level(answers | dict(zip(needed, fill, strict=True)))
            for fill in itertools.product([True, False], repeat=len(needed))
        }
        found = triage(answers)
        assert found.at_least == min(reachable, key=RANK.__getitem__), answers
        assert found.level == (next(iter(reachable)) if len(reachable) == 1 else None), answers


def test_no_to_2_leaves_3_to_5_unasked_and_raises_nothing():
    scored = score(SCREENER, ALL_ASKED_AND_NO)
    assert set(skipped(SCREENER, ALL_ASKED_AND_NO)) == {"3", "4", "5", "6r"}
    assert scored.critical == {"1": "denied", "2": "denied", "6": "denied"}
    assert (scored.levels["risk"].level, scored.scales["ideation_severity"].value) == ("none", 0)
    assert scored.scales["ideation_severity"].items_missing == 0


def test_2_unanswered_leaves_3_to_5_to_be_asked():
    answers = {"1": False, "6": False}
    scored = score(SCREENER, answers)
    assert set(skipped(SCREENER, answers)) == {"6r"}
    assert {code for code, state in scored.critical.items() if state == "unanswered"} == {"2", "3", "4", "5"}
    assert (scored.levels["risk"].level, scored.levels["risk"].at_least) == (None, "none")
    assert scored.scales["ideation_severity"].value is None


def test_yes_to_2_with_3_to_5_left_out_is_no_clearance():
    scored = score(SCREENER, {"1": True, "2": True, "6": False})
    assert {code for code, state in scored.critical.items() if state == "unanswered"} == {"3", "4", "5"}
    assert (scored.levels["risk"].level, scored.levels["risk"].at_least) == (None, "low")


def test_behaviour_without_a_date_may_have_been_recent():
    scored = score(SCREENER, {"1": False, "2": False, "6": True})
    assert scored.critical["6r"] == "unanswered"
    assert (scored.levels["risk"].level, scored.levels["risk"].at_least) == (None, "moderate")


@pytest.mark.parametrize(
    ("answers", "code", "level", "severity"),
    [
        ({"3": True}, "3", "moderate", 3),
        ({"4": True}, "4", "high", 4),
        ({"5": True}, "5", "high", 5),
        ({"6r": True}, "6r", "high", 0),
    ],
)
def test_a_yes_counts_although_the_question_before_it_says_no(answers, code, level, severity):
    scored = score(SCREENER, ALL_ASKED_AND_NO | answers)
    assert scored.levels["risk"].level == level
    assert scored.critical[code] == "endorsed"
    assert scored.scales["ideation_severity"].value == severity


def test_nothing_answered_is_open_from_end_to_end():
    scored = score(SCREENER, {})
    assert set(scored.critical.values()) == {"unanswered"}
    assert (scored.levels["risk"].level, scored.levels["risk"].at_least) == (None, "none")
    assert scored.outcomes == {"at_least_low": None, "at_least_moderate": None, "high": None}


@pytest.mark.parametrize("code", CODES)
def test_which_yes_is_urgent(code):
    expected = "urgent" if code in {"4", "5", "6r"} else "review"
    assert critical_level(SCREENER, code, True) == expected
    assert critical_level(SCREENER, code, False) is None


def test_it_is_never_a_sum():
    assert [scale.rule for scale in SCREENER.scales] == ["highest_yes"]
    three_yes = score(SCREENER, {"1": True, "2": True, "3": False, "4": False, "5": True, "6": False})
    assert three_yes.scales["ideation_severity"].value == 5
    assert three_yes.scales["ideation_severity"].mean is None


def test_the_codes_that_are_verified():
    assert SCREENER.loinc == {"panel": "93373-9"}

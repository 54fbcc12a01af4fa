"""AUDIT and DUDIT: what the interview leaves out, the zones and cuts at their edges."""

import pytest

from measures import registry
from measures.errors import AnswerError
from measures.scoring import score, skipped

AUDIT = registry.get("audit")
DUDIT = registry.get("dudit")


def audit(**answers):
    return score(AUDIT, {code.removeprefix("q"): value for code, value in answers.items()})


def test_never_leads_to_question_9():
    scored = audit(q1=0, q9=0, q10=2)
    assert set(skipped(AUDIT, {"1": 0})) == {"2", "3", "4", "5", "6", "7", "8"}
    assert (scored.scales["total"].value, scored.scales["total"].items_missing) == (2, 0)
    assert scored.scales["total"].items_answered == 3


def test_the_lowest_answers_to_2_and_3_lead_to_question_9():
    scored = audit(q1=1, q2=0, q3=0, q9=0, q10=0)
    assert (scored.scales["total"].value, scored.scales["total"].band) == (1, "zone_1")
    assert scored.scales["audit_c"].value == 1


@pytest.mark.parametrize(("q2", "q3"), [(1, 0), (0, 1), (None, 0), (0, None), (None, None)])
def test_nothing_is_left_out_otherwise(q2, q3):
    scored = audit(q1=1, q2=q2, q3=q3, q9=0, q10=0)
    assert scored.scales["total"].value is None
    assert scored.outcomes["hazardous"] is None


def test_the_first_question_must_be_answered_to_leave_any_out():
    scored = audit(q9=0, q10=0)
    assert (scored.scales["total"].value, scored.scales["total"].items_missing) == (None, 8)


def test_an_answer_given_all_the_same_counts():
    scored = audit(q1=0, q4=3, q9=4, q10=2)
    assert scored.scales["total"].value == 9
    assert scored.outcomes["hazardous"] is True


def test_the_parts_and_the_plain_sum_take_nothing_for_zero():
    scored = audit(q1=0, q9=2, q10=4)
    assert scored.scales["total"].value == 6
    for key in ("all_items", "audit_c", "dependence", "problems"):
        assert scored.scales[key].value is None
    assert scored.scales["all_items"].items_missing == 7


@pytest.mark.parametrize(
    ("total", "zone"),
    [
        (0, "zone_1"),
        (7, "zone_1"),
        (8, "zone_2"),
        (15, "zone_2"),
        (16, "zone_3"),
        (19, "zone_3"),
        (20, "zone_4"),
        (40, "zone_4"),
    ],
)
def test_the_zones_of_the_manual(total, zone):
    scored = score(AUDIT, with_total(total, count=10))
    assert (scored.scales["total"].value, scored.scales["total"].band) == (total, zone)
    assert scored.outcomes["hazardous"] is (total >= 8)


def with_total(total, count):
    """Answers that sum to a total: fours from the first item on, then the rest."""
    points = [4] * (total // 4) + [total % 4] + [0] * count
    return {str(code): points[code - 1] for code in range(1, count + 1)}


@pytest.mark.parametrize(("instrument", "codes"), [(AUDIT, ("9", "10")), (DUDIT, ("10", "11"))])
@pytest.mark.parametrize("value", [1, 3, 5, 2.5, True])
def test_the_last_two_take_0_2_and_4_alone(instrument, codes, value):
    for code in codes:
        with pytest.raises(AnswerError) as refused:
            score(instrument, {code: value})
        assert refused.value.item == code


@pytest.mark.parametrize(
    ("total", "men", "women", "dependence"),
    [
        (0, False, False, False),
        (1, False, False, False),
        (2, False, True, False),
        (5, False, True, False),
        (6, True, True, False),
        (24, True, True, False),
        (25, True, True, True),
        (36, True, True, True),
    ],
)
def test_the_cuts_of_the_dudit(total, men, women, dependence):
    outcomes = score(DUDIT, with_total(total, count=11)).outcomes
    assert outcomes == {"cut_men": men, "cut_women": women, "dependence": dependence}


def test_the_dudit_leaves_nothing_out():
    assert DUDIT.skips == ()
    assert score(DUDIT, {"1": 0, "10": 0, "11": 0}).scales["total"].value is None
    assert [item.code for item in DUDIT.items if [option.value for option in item.options] == [0, 2, 4]] == [
        "10",
        "11",
    ]

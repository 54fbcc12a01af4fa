"""What is expected of a treatment: no sum over answers of different measure, no total of hope and worry."""

import pytest

from measures import registry
from measures.errors import AnswerError
from measures.scoring import score

BELIEF = registry.get("credibility_expectancy")
SETS = registry.get("sets")


def test_credibility_is_the_sum_of_the_first_three():
    scored = score(BELIEF, {"1": 9, "2": 7, "3": 5, "4": 80, "5": 6, "6": 70})
    assert {key: result.value for key, result in scored.scales.items()} == {
        "credibility": 21,
        "thought_improvement": 80,
        "felt_help": 6,
        "felt_improvement": 70,
    }


def test_points_and_percentages_are_never_added():
    for scale in BELIEF.scales:
        measures = {(item.minimum, item.maximum) for item in BELIEF.items_of(scale)}
        assert len(measures) == 1


@pytest.mark.parametrize(
    ("code", "value"), [("1", 0), ("1", 10), ("5", 50), ("4", 101), ("6", -1), ("4", 9.5)]
)
def test_answers_out_of_their_own_range(code, value):
    with pytest.raises(AnswerError) as refused:
        score(BELIEF, {code: value})
    assert refused.value.item == code


def test_hope_and_worry_have_a_mean_each_and_no_total():
    answers = {"positive_1": 7, "positive_2": 6, "positive_3": 5, "negative_1": 1, "negative_2": 1}
    scored = score(SETS, answers)
    assert set(scored.scales) == {"positive", "negative"}
    assert scored.scales["positive"].value == 6
    assert scored.scales["negative"].value is None

"""Questionnaires about one session: their parts, numberings and metrics, and the totals of those without items."""

import pytest

from measures import registry
from measures.errors import AnswerError, UnknownNumbering
from measures.scoring import score, score_total

# MacLean 2012, factor by factor, in the numbers of the 100-item questionnaire.
GROUPED = """
    35 41 54 77 83 12 14 47 74 9 22 69 36 55 73
    5 18 30 43 80 87
    2 15 29 34 48 65
    6 23 86
"""


def test_the_three_numberings_of_the_meq30_name_the_same_items():
    meq30 = registry.get("meq30")
    assert meq30.numberings == {"socq", "grouped"}
    by_group = {int(item.aliases["grouped"]): item.aliases["socq"] for item in meq30.items}
    assert [by_group[number] for number in range(1, 31)] == GROUPED.split()


@pytest.mark.parametrize(
    ("scale", "numbers"),
    [
        ("mystical", range(1, 16)),
        ("positive_mood", range(16, 22)),
        ("transcendence", range(22, 28)),
        ("ineffability", range(28, 31)),
    ],
)
def test_grouped_numbers_run_factor_by_factor(scale, numbers):
    answers = {str(number): 5 if number in numbers else 0 for number in range(1, 31)}
    scored = score(registry.get("meq30"), answers, "grouped")
    assert {key: result.percent for key, result in scored.scales.items() if key != "total"} == {
        key: 100 if key == scale else 0
        for key in ("mystical", "positive_mood", "transcendence", "ineffability")
    }


def test_a_number_of_another_numbering_is_refused_as_it_was_sent():
    with pytest.raises(AnswerError) as refused:
        score(registry.get("meq30"), {"31": 5}, "grouped")
    assert refused.value.item == "31"
    with pytest.raises(UnknownNumbering):
        score(registry.get("meq30"), {"1": 5}, "pool")


def test_the_factors_of_the_challenging_experience():
    ceq = registry.get("ceq")
    sizes = {scale.key: len(scale.items) for scale in ceq.scales}
    assert sizes.pop("total") == len(ceq.items) == 26
    assert sizes == {
        "grief": 6,
        "fear": 5,
        "death": 2,
        "insanity": 3,
        "isolation": 3,
        "physical_distress": 5,
        "paranoia": 2,
    }


def test_a_factor_is_scored_although_another_has_a_gap():
    scored = score(registry.get("ceq"), {"death_1": 5, "death_2": 4, "grief_1": 5})
    assert scored.scales["death"].value == 90
    assert scored.scales["grief"].value is None
    assert scored.scales["total"].value is None


def test_the_insights_that_were_kept_of_the_pool():
    piq = registry.get("piq")
    assert piq.scale("avoidance").items == tuple(map(str, [*range(1, 14), 16]))
    assert piq.scale("goals").items == tuple(map(str, [17, 18, 19, 20, 22, 23, 25, 27, 28]))
    assert len(piq.items) == 23
    for dropped in ("14", "15", "21", "24", "26"):
        with pytest.raises(AnswerError):
            score(piq, {dropped: 3})


def test_the_insight_means():
    answers = {item.code: 5 if int(item.code) <= 16 else 2 for item in registry.get("piq").items}
    scored = score(registry.get("piq"), answers)
    assert (scored.scales["avoidance"].value, scored.scales["goals"].value) == (5, 2)
    assert scored.scales["total"].value == pytest.approx((14 * 5 + 9 * 2) / 23)


@pytest.mark.parametrize("key", ["ebi", "edi"])
@pytest.mark.parametrize("value", [-1, 101, 50.5, "50", True, float("nan")])
def test_marks_on_a_line_are_whole_numbers_from_0_to_100(key, value):
    with pytest.raises(AnswerError) as refused:
        score(registry.get(key), {"3": value})
    assert refused.value.item == "3"


def test_the_breakthrough_has_six_items_and_dissolution_eight():
    assert [(scale.rule, scale.minimum, scale.maximum) for scale in registry.get("ebi").scales] == [
        ("sum", 0, 600)
    ]
    assert [(scale.rule, scale.minimum, scale.maximum) for scale in registry.get("edi").scales] == [
        ("mean", 0, 100)
    ]
    assert (len(registry.get("ebi").items), len(registry.get("edi").items)) == (6, 8)


def test_the_dimensions_and_scales_of_altered_states_are_entered():
    asc = registry.get("five_d_asc")
    assert asc.items == ()
    assert len(asc.scales) == 5 + 11
    assert score_total(asc, "obn", 61.4).value == 61.4
    with pytest.raises(AnswerError):
        score_total(asc, "obn", 100.1)


def test_the_seven_scales_of_the_meq43_are_entered_and_nothing_is_concluded():
    meq43 = registry.get("meq43")
    assert [scale.key for scale in meq43.scales] == [
        "internal_unity",
        "external_unity",
        "sacredness",
        "noetic",
        "positive_mood",
        "transcendence",
        "ineffability",
    ]
    assert meq43.outcomes == ()
    assert score_total(meq43, "internal_unity", 60).percent == 60

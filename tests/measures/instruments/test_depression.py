"""MADRS, QIDS-SR16, HAM-D21 and BDI-II where the reference vectors are silent."""

from dataclasses import replace

import pytest

from measures import change, registry
from measures.errors import AnswerError
from measures.scoring import critical_level, score, score_total, skipped
from tests.measures.instruments.filled import scored, sheet, summing_to

MADRS = registry.get("madrs")
QIDS = registry.get("qids_sr16")
HAMD17, HAMD21 = registry.get("hamd17"), registry.get("hamd21")


class TestMadrs:
    @pytest.mark.parametrize("value", [1, 3, 5])
    def test_values_between_the_anchors_are_ratings(self, value):
        assert scored("madrs", {"4": value}).scales["total"].value == value

    @pytest.mark.parametrize("value", [3.5, 0.5, 7, -1, "2", True])
    def test_what_is_no_rating_is_refused_by_item(self, value):
        with pytest.raises(AnswerError) as refusal:
            scored("madrs", {"4": value})
        assert refusal.value.item == "4"

    @pytest.mark.parametrize(
        ("total", "band"),
        [(0, "none"), (6, "none"), (7, "mild"), (19, "mild"), (20, "moderate"), (34, "moderate")]
        + [(35, "severe"), (60, "severe")],
    )
    def test_snaith_bands_at_their_ends(self, total, band):
        assert summing_to("madrs", total).scales["total"].band == band

    @pytest.mark.parametrize(
        ("value", "level"),
        [(0, None), (1, "review"), (2, "review"), (3, "review"), (4, "urgent"), (5, "urgent"), (6, "urgent")],
    )
    def test_suicidal_thoughts_are_looked_at_from_the_first_value_on(self, value, level):
        assert critical_level(MADRS, "10", value) == level

    def test_suicidal_thoughts_left_open_are_no_denial_and_leave_no_total(self):
        result = scored("madrs", {"10": None})
        assert result.critical == {"10": "unanswered"}
        assert (result.scales["total"].value, result.scales["total"].prorated) == (None, None)

    def test_partial_response_is_a_quarter_to_half(self):
        def both(post):
            return (
                change.response_met(MADRS.change, 40, post, "higher_is_worse"),
                change.partial_response_met(MADRS.change, 40, post, "higher_is_worse"),
            )

        assert [both(post) for post in (31, 30, 21, 20)] == [
            (False, False),
            (False, True),
            (False, True),
            (True, False),
        ]

    def test_remission_is_10_or_less_and_nothing_unpublished_is_concluded(self):
        rules = MADRS.change
        assert change.remission_met(rules, 10, "higher_is_worse") is True
        assert change.remission_met(rules, 11, "higher_is_worse") is False
        assert (rules.remission.days, rules.remission.assessments) == (21, 2)  # ACNP 2006
        assert (rules.mcid, rules.relapse, rules.reliability, rules.reliable_points) == (None,) * 4


class TestQids:
    @pytest.mark.parametrize(
        ("answers", "total"),
        [
            ({"1": 3, "2": 3, "3": 3, "4": 3}, 3),  # one domain of four questions
            ({"15": 1, "16": 2}, 2),
            ({"6": 1, "7": None, "8": None, "9": 3}, 3),
            ({"5": 3, "10": 3, "11": 3, "12": 3, "13": 3, "14": 3}, 18),
        ],
    )
    def test_a_domain_is_its_highest_answer(self, answers, total):
        assert scored("qids_sr16", answers).scales["total"].value == total

    @pytest.mark.parametrize(("given", "free"), [("6", "7"), ("7", "6"), ("8", "9"), ("9", "8")])
    def test_one_question_of_a_pair_is_enough(self, given, free):
        answers = sheet(QIDS, {given: 2, free: None})
        assert set(skipped(QIDS, answers)) == {free}
        assert score(QIDS, answers).scales["total"].value == 2

    @pytest.mark.parametrize("pair", [("6", "7"), ("8", "9")])
    def test_a_pair_without_an_answer_is_a_gap(self, pair):
        result = scored("qids_sr16", dict.fromkeys(pair))
        assert (result.scales["total"].value, result.scales["total"].band) == (None, None)
        assert result.scales["appetite_weight"].value is None

    def test_both_questions_of_a_pair_answered_all_the_same_both_count(self):
        assert scored("qids_sr16", {"6": 1, "7": 3}).scales["appetite_weight"].value == 3

    @pytest.mark.parametrize(
        ("domains", "band"),
        [
            ({"5": 3, "10": 2}, "none"),
            ({"5": 3, "10": 3}, "mild"),
            ({"5": 3, "10": 3, "11": 3, "13": 1}, "mild"),
            ({"5": 3, "10": 3, "11": 3, "13": 2}, "moderate"),
            ({"5": 3, "10": 3, "11": 3, "13": 3, "14": 3}, "moderate"),
            ({"5": 3, "10": 3, "11": 3, "13": 3, "14": 3, "15": 1}, "severe"),
            ({"5": 3, "10": 3, "11": 3, "13": 3, "14": 3, "15": 3, "1": 2}, "severe"),
            ({"5": 3, "10": 3, "11": 3, "13": 3, "14": 3, "15": 3, "1": 3}, "very_severe"),
        ],
    )
    def test_bands_at_their_ends(self, domains, band):
        assert scored("qids_sr16", domains).scales["total"].band == band

    @pytest.mark.parametrize(("value", "level"), [(0, None), (1, "review"), (2, "urgent"), (3, "urgent")])
    def test_thoughts_of_death_or_suicide(self, value, level):
        assert critical_level(QIDS, "12", value) == level

    def test_response_is_half_and_partial_response_a_quarter(self):
        posts = (16, 15, 11, 10)
        rules = QIDS.change
        assert [change.partial_response_met(rules, 20, post, "higher_is_worse") for post in posts] == [
            False,
            True,
            True,
            False,
        ]
        assert change.response_met(rules, 20, 10, "higher_is_worse") is True
        assert (rules.mcid, rules.reliable_points, rules.relapse) == (None,) * 3

    def test_remission_is_5_or_less(self):
        assert change.remission_met(QIDS.change, 5, "higher_is_worse") is True
        assert change.remission_met(QIDS.change, 6, "higher_is_worse") is False
        assert (QIDS.change.remission.days, QIDS.change.remission.assessments) == (21, 2)  # ACNP 2006


class TestHamd21:
    def test_the_severity_is_that_of_the_17_items(self):
        quiet = scored("hamd21", {"1": 3, "7": 2})
        loud = scored("hamd21", {"1": 3, "7": 2, "18A": 1, "18B": 2, "19": 4, "20": 3, "21": 2})
        assert quiet.scales["total"] == loud.scales["total"]
        assert (loud.scales["total"].value, loud.scales["sum_21"].value) == (5, 16)

    def test_items_rules_and_bands_of_the_17_are_the_same(self):
        def bare(items):
            return [replace(item, aliases={}) for item in items]

        assert bare(HAMD21.items[:17]) == bare(HAMD17.items)
        assert HAMD21.scales[: len(HAMD17.scales)] == HAMD17.scales
        assert HAMD21.outcomes == HAMD17.outcomes
        assert replace(HAMD21.change, version="") == replace(HAMD17.change, version="")

    def test_the_type_items_have_the_ranges_of_the_ecdeu_form(self):
        assert {code: HAMD21.item(code).maximum for code in ("18B", "19", "20", "21")} == {
            "18B": 2,
            "19": 4,
            "20": 3,
            "21": 2,
        }
        assert HAMD21.scale("sum_21").maximum == 63

    def test_a_fourth_step_of_item_20_is_refused(self):
        with pytest.raises(AnswerError) as refusal:
            scored("hamd21", {"20": 4})
        assert refusal.value.item == "20"

    def test_no_variation_needs_no_severity(self):
        none = scored("hamd21", {"18A": 0, "18B": None})
        assert (none.scales["sum_21"].value, none.scales["sum_21"].items_missing) == (0, 0)
        some = scored("hamd21", {"18A": 2, "18B": None})
        assert (some.scales["sum_21"].value, some.scales["sum_21"].items_missing) == (None, 1)
        assert some.scales["total"].value == 0

    def test_hamilton_1960_has_insight_before_weight(self):
        answers = {item.aliases["hamilton1960"]: 0 for item in HAMD21.items} | {"16": 1}
        assert score(HAMD21, answers, "hamilton1960").answers["17"] == 1


@pytest.mark.parametrize(
    ("total", "band"),
    [(0, "minimal"), (13, "minimal"), (14, "mild"), (19, "mild"), (20, "moderate"), (28, "moderate")]
    + [(29, "severe"), (63, "severe")],
)
def test_the_bands_of_a_bdi2_total(total, band):
    assert score_total(registry.get("bdi2"), "total", total).band == band


def test_nothing_of_the_bdi2_but_its_total_is_known():
    bdi2 = registry.get("bdi2")
    assert (bdi2.items, bdi2.outcomes, bdi2.change) == ((), (), None)
    with pytest.raises(AnswerError):
        score_total(bdi2, "total", 64)
